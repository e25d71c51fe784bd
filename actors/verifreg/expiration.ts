/** Clearing away allocations and claims whose time is over, which anybody may do. */
import { idAddress } from '../../primitives/address.ts'
import type { ChainEpoch } from '../../primitives/units.ts'
import { allOk, BatchReturn, batchReturn, successes } from '../batch-return.ts'
import type { NestedMap, NestedMapKind } from '../nested-map.ts'
import { ActorError, ExitCode, type Runtime } from '../runtime.ts'
import type { ActorId } from '../../primitives/units.ts'
import { emitAllocation, emitClaim } from './events.ts'
import type {
  RemoveExpiredAllocationsParams,
  RemoveExpiredAllocationsReturn,
  RemoveExpiredClaimsParams,
  RemoveExpiredClaimsReturn,
} from './params.ts'
import { ALLOCATIONS, CLAIMS, knownId, type VerifregState } from './state.ts'
import { transferDatacap } from './token-requests.ts'

/** Removes allocations that nobody claimed in time, and gives their datacap back to the client. */
export function removeExpiredAllocations(
  rt: Runtime<VerifregState>,
  { client, allocationIds }: RemoveExpiredAllocationsParams,
): RemoveExpiredAllocationsReturn {
  rt.acceptAnyCaller()
  const swept = rt.transaction((state) => {
    const found = sweep(
      { kind: ALLOCATIONS, map: state.allocations, expiration: ({ expiration }) => expiration },
      knownId(client),
      allocationIds,
      rt.epoch,
    )
    for (const [id, allocation] of found.removed)
      emitAllocation(rt, 'allocation-removed', id, allocation)
    state.allocations = found.rest
    return found
  })
  const { considered, results, removed } = swept
  const datacapRecovered = removed.reduce((sum, [, { size }]) => sum + size, 0n)
  transferDatacap(rt, idAddress(client), datacapRecovered)
  return { considered, results, datacapRecovered }
}

/** Removes claims whose longest term is over. */
export function removeExpiredClaims(
  rt: Runtime<VerifregState>,
  { provider, claimIds }: RemoveExpiredClaimsParams,
): RemoveExpiredClaimsReturn {
  rt.acceptAnyCaller()
  return rt.transaction((state) => {
    const { considered, results, removed, rest } = sweep(
      {
        kind: CLAIMS,
        map: state.claims,
        expiration: ({ termStart, termMax }) => termStart + termMax,
      },
      knownId(provider),
      claimIds,
      rt.epoch,
    )
    for (const [id, claim] of removed) emitClaim(rt, 'claim-removed', id, claim)
    state.claims = rest
    return { considered, results }
  })
}

interface Records<T> {
  readonly kind: NestedMapKind<ActorId, bigint, T>
  readonly map: NestedMap<ActorId, bigint, T>
  readonly expiration: (record: T) => ChainEpoch
}

interface Swept<T> {
  readonly considered: readonly bigint[]
  readonly results: BatchReturn
  readonly removed: readonly (readonly [id: bigint, record: T])[]
  readonly rest: NestedMap<ActorId, bigint, T>
}

/**
 * Takes an owner's expired records out: those asked for, or all of them where none is.
 * @throws ActorError `AssertionFailed` for one that is asked for twice, on which the reference panics.
 */
function sweep<T>(
  { kind, map, expiration }: Records<T>,
  owner: ActorId | undefined,
  ids: readonly bigint[],
  now: ChainEpoch,
): Swept<T> {
  const records = owner === undefined ? undefined : map.get(owner)
  const isExpired = (record: T) => now >= expiration(record)
  let [considered, results] = [ids, allOk(0)]
  if (ids.length === 0) {
    considered = Array.from(records?.entries() ?? []).flatMap(([id, record]) =>
      isExpired(record) ? [id] : [],
    )
    results = allOk(considered.length)
  } else
    results = batchReturn(
      ids.map((id) => {
        const record = records?.get(id)
        if (record === undefined) return ExitCode.NotFound
        return isExpired(record) ? ExitCode.Ok : ExitCode.Forbidden
      }),
    )
  let rest = map
  const removed = successes(results, considered).map((id) => {
    const record = rest.get(owner!)?.get(id)
    if (record === undefined)
      throw new ActorError(ExitCode.AssertionFailed, `${id} was removed before`)
    rest = kind.delete(rest, owner!, id)
    return [id, record] as const
  })
  return { considered, results, removed, rest }
}
