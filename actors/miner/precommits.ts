/** Sector numbers and pre-commitments in a miner's state. Functions that change them take a draft of it. */
import { Bitfield, bitfield } from '../../primitives/bitfield.ts'
import { Link } from '../../primitives/link.ts'
import type { QuantSpec } from '../../primitives/quantize.ts'
import type { ChainEpoch, TokenAmount } from '../../primitives/units.ts'
import { MAX_SECTOR_NUMBER, type Policy } from '../policy.ts'
import { abort, type Draft, ExitCode, require } from '../runtime.ts'
import { addPreCommitDeposit } from './balances.ts'
import { addManyToQueue, popQueueUntil } from './bitfield-queue.ts'
import type { SectorPreCommitOnChainInfo } from './precommit-info.ts'
import type { MinerState } from './state.ts'
import type { SectorNumber } from './wire.ts'

/** Marks numbers as given away for ever. @throws ActorError `IllegalArgument` when one was already, unless that is allowed. */
export function allocateSectorNumbers(
  state: Draft<MinerState>,
  numbers: Bitfield,
  collisions: 'allow' | 'deny',
): void {
  const allocated = state.allocatedSectors.get()
  const taken = collisions === 'allow' ? Bitfield.empty : allocated.intersect(numbers)
  if (!taken.isEmpty) abort(ExitCode.IllegalArgument, `sector numbers ${taken} already allocated`)
  const all = allocated.union(numbers)
  // A set too long to be stored is refused here, as the reference does, and not when a root is computed.
  require(all.toBytes().length <= MAX_ALLOCATION_LENGTH, ExitCode.Serialization, 'too many runs')
  state.allocatedSectors = Link.to(bitfield, all)
}

/** Adds pre-commitments. @throws ActorError `IllegalState` for a number that has one. */
export function putPreCommittedSectors(
  state: Draft<MinerState>,
  preCommits: readonly SectorPreCommitOnChainInfo[],
): void {
  let sectors = state.preCommittedSectors
  for (const preCommit of preCommits) {
    const { sectorNumber } = preCommit.info
    require(!sectors.has(
      sectorNumber,
    ), ExitCode.IllegalState, `sector ${sectorNumber} already pre-commited`)
    sectors = sectors.set(sectorNumber, preCommit)
  }
  state.preCommittedSectors = sectors
}

/** @throws ActorError `NotFound` without one of them, `IllegalArgument` for a number that no sector has. */
export function getPreCommittedSectors(
  state: MinerState,
  numbers: readonly SectorNumber[],
): SectorPreCommitOnChainInfo[] {
  return numbers.map((number) => {
    require(number <=
      MAX_SECTOR_NUMBER, ExitCode.IllegalArgument, 'sector number greater than maximum')
    const found = state.preCommittedSectors.get(number)
    if (found === undefined) abort(ExitCode.NotFound, `sector ${number} not found`)
    return found
  })
}

/** @throws ActorError `IllegalState` without one of them. */
export function deletePreCommittedSectors(
  state: Draft<MinerState>,
  numbers: readonly SectorNumber[],
): void {
  let sectors = state.preCommittedSectors
  for (const number of numbers) {
    const without = sectors.delete(number)
    require(without !== sectors, ExitCode.IllegalState, `sector ${number} not pre-committed`)
    sectors = without
  }
  state.preCommittedSectors = sectors
}

/** Notes when pre-commitments that are not proven by then are to be given up. */
export function addPreCommitCleanUps(
  policy: Policy,
  state: Draft<MinerState>,
  events: readonly (readonly [epoch: ChainEpoch, number: SectorNumber])[],
): void {
  const { preCommittedSectorsCleanup } = state
  state.preCommittedSectorsCleanup = addManyToQueue(
    preCommittedSectorsCleanup,
    everyDeadline(policy, state),
    events,
  )
}

/** Gives up pre-commitments that are due; their numbers stay allocated. @returns attoFIL of deposits that are lost. */
export function cleanUpExpiredPreCommits(
  state: Draft<MinerState>,
  currentEpoch: ChainEpoch,
): TokenAmount {
  if (state.preCommittedSectorsCleanup.isEmptyUpTo(currentEpoch)) return 0n
  const { popped, queue } = popQueueUntil(state.preCommittedSectorsCleanup, currentEpoch)
  state.preCommittedSectorsCleanup = queue
  let deposits = 0n
  const expired: SectorNumber[] = []
  for (const number of popped.values()) {
    const preCommit = state.preCommittedSectors.get(number)
    if (preCommit === undefined) continue // proven since
    expired.push(number)
    deposits += preCommit.preCommitDeposit
  }
  deletePreCommittedSectors(state, expired)
  addPreCommitDeposit(state, -deposits)
  return deposits
}

const MAX_ALLOCATION_LENGTH = 32 << 10

const everyDeadline = (policy: Policy, state: MinerState): QuantSpec => ({
  unit: policy.wpostChallengeWindow,
  offset: state.provingPeriodStart,
})
