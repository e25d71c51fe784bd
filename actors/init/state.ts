/** State of the init actor: which actor each address belongs to. */
import type { Address } from '../../primitives/address.ts'
import { actorIdUint, type Infer, text, tuple } from '../../primitives/codec.ts'
import { addressKey } from '../../primitives/hamt-keys.ts'
import { hamt, Hamt } from '../../primitives/hamt.ts'
import { actorId, type ActorId } from '../../primitives/units.ts'
import { type Draft, ExitCode, require } from '../runtime.ts'
import { FIRST_NON_SINGLETON } from '../singletons.ts'

export const InitState = tuple(
  {
    /** Of every address that is not an ID; what stands here once is never changed. */
    addressMap: hamt(addressKey, actorIdUint),
    /** The next actor's. */
    nextId: actorIdUint,
    networkName: text,
  },
  'InitState',
)
export type InitState = Infer<typeof InitState>

/** State of a network that has only singletons. */
export function initialInitState(networkName: string): InitState {
  return {
    addressMap: Hamt.empty(addressKey, actorIdUint),
    nextId: FIRST_NON_SINGLETON,
    networkName,
  }
}

/**
 * Maps addresses to an actor: to the one that has the delegated address already, else to a new id.
 *
 * @throws ActorError `Forbidden` when the robust address is taken.
 * @see builtin-actors `actors/init/src/state.rs`, `map_addresses_to_id`
 */
export function mapAddressesToId(
  state: Draft<InitState>,
  robust: Address,
  delegated: Address | null,
): { id: ActorId; existing: boolean } {
  const found = delegated ? state.addressMap.get(delegated) : undefined
  const id = found ?? state.nextId
  if (found === undefined) {
    state.nextId = actorId(id + 1)
    if (delegated) state.addressMap = state.addressMap.set(delegated, id)
  }
  require(!state.addressMap.has(
    robust,
  ), ExitCode.Forbidden, `robust address ${robust} is already allocated in the address map`)
  state.addressMap = state.addressMap.set(robust, id)
  return { id, existing: found !== undefined }
}
