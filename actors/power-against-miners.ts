/**
 * What the power actor says of miners against what their own states say: claims, calls by cron, and pledge
 * (builtin-actors `state/src/check.rs`, `check_miner_against_power`).
 */
import { DecodeError } from '../primitives/cbor.ts'
import { decode } from '../primitives/codec.ts'
import type { ActorId, ChainEpoch, TokenAmount } from '../primitives/units.ts'
import { Findings } from './findings.ts'
import type { MinerSummary } from './miner/invariants.ts'
import { CronEventPayload, CronEventType } from './miner/params.ts'
import { addPower, NO_POWER, type PowerPair, samePower } from './miner/power-pair.ts'
import type { MinerState } from './miner/state.ts'
import type { Policy } from './policy.ts'
import type { CronEvent, PowerState } from './power/state.ts'

export interface CheckedMiner {
  readonly state: MinerState
  readonly summary: MinerSummary
}
export type CheckedMiners = ReadonlyMap<ActorId, CheckedMiner>

/** Power and pledge that a genesis gave to a miner without sectors to show for it. */
export interface MinerEndowment {
  readonly power: PowerPair
  readonly pledge: TokenAmount
}

/** Each miner has a claim of what its sectors prove, and nobody else has one. */
export function brokenClaims(
  power: PowerState,
  miners: CheckedMiners,
  endowments: ReadonlyMap<ActorId, MinerEndowment>,
): string[] {
  const found = new Findings()
  for (const id of power.claims.keys())
    found.expect(miners.has(id), () => `f0${id} has a claim, but is no miner`)
  for (const [id, { state, summary }] of miners) {
    const claim = power.claims.get(id)
    const given = endowments.get(id)
    const pledged = summary.pledge + (given?.pledge ?? 0n)
    found.expect(
      state.initialPledge === pledged,
      () => `miner f0${id} pledged ${state.initialPledge}, its sectors ${pledged}`,
    )
    found.expect(claim !== undefined, () => `miner f0${id} has no claim: its cron failed`)
    if (!claim) continue
    const claimed = { raw: claim.rawBytePower, qa: claim.qualityAdjPower }
    const proven = addPower(summary.activePower, given?.power ?? NO_POWER)
    found.expect(
      samePower(claimed, proven),
      () => `miner f0${id} claims ${show(claimed)}, its sectors prove ${show(proven)}`,
    )
    const { windowPoStProofType: type } = state.info.get()
    found.expect(
      type === claim.windowPoStProofType,
      () => `miner f0${id} proves with type ${type}, claims ${claim.windowPoStProofType}`,
    )
  }
  return found.broken
}

/**
 * A miner with something at stake has its deadline cron on; the deposit of a new one does not count yet. While it is on, the
 * miner will be called once, in the last epoch of a deadline; one with terminations that are not settled will be called for
 * them. A miner without a claim is never called again.
 * @param now - `epoch` is the latest of which anything has happened.
 */
export function brokenCronEvents(
  power: PowerState,
  miners: CheckedMiners,
  endowments: ReadonlyMap<ActorId, MinerEndowment>,
  now: { readonly policy: Policy; readonly epoch: ChainEpoch },
): string[] {
  const { policy, epoch } = now
  const found = new Findings()
  const events = eventsByMiner(power, miners, found)
  for (const [id, { state }] of miners) {
    const pledge = state.initialPledge - (endowments.get(id)?.pledge ?? 0n)
    found.expect(
      state.deadlineCronActive || (pledge === 0n && state.preCommitDeposits === 0n),
      () => `miner f0${id} has something at stake, but its deadline cron is off`,
    )
    if (!power.claims.has(id)) continue
    const { deadline = [], early = [] } = events.get(id) ?? {}
    const due = state.deadlineCronActive ? 1 : 0
    found.expect(
      deadline.length === due,
      () => `miner f0${id} has ${deadline.length} deadline crons, not ${due}: ${deadline}`,
    )
    for (const at of deadline) {
      const ends = (at + 1 - state.provingPeriodStart) % policy.wpostChallengeWindow === 0
      found.expect(ends, () => `miner f0${id} is called at ${at}, inside a deadline`)
      const late = epoch + policy.wpostChallengeWindow
      found.expect(at <= late, () => `miner f0${id} is called at ${at}, later than ${late}`)
    }
    found.expect(
      state.earlyTerminations.isEmpty || early.length > 0,
      () => `miner f0${id} has terminations that nothing settles`,
    )
  }
  return found.broken
}

/** attoFIL of the total pledge that is not in the sum of what miners pledge and lock. */
export function uncountedPledge(power: PowerState, miners: Iterable<MinerState>): TokenAmount {
  let uncounted = power.totalPledgeCollateral
  for (const { initialPledge, lockedFunds } of miners) uncounted -= initialPledge + lockedFunds
  return uncounted
}

interface Events {
  readonly deadline: ChainEpoch[]
  readonly early: ChainEpoch[]
}

function eventsByMiner(
  power: PowerState,
  miners: CheckedMiners,
  found: Findings,
): ReadonlyMap<ActorId, Events> {
  const byMiner = new Map<ActorId, Events>()
  for (const [epoch, events] of power.cronEventQueue.entries())
    for (const event of events.values()) {
      const id = event.minerAddr
      found.expect(miners.has(id), () => `f0${id} is called at ${epoch}, but is no miner`)
      const type = eventType(event)
      const known = type === CronEventType.ProvingDeadline || type === EARLY
      found.expect(known, () => `f0${id} is called at ${epoch} for ${type ?? 'nothing known'}`)
      const mine = byMiner.get(id) ?? { deadline: [], early: [] }
      if (known) mine[type === EARLY ? 'early' : 'deadline'].push(epoch)
      byMiner.set(id, mine)
    }
  return byMiner
}

const EARLY = CronEventType.ProcessEarlyTerminations

function eventType({ callbackPayload }: CronEvent): bigint | undefined {
  try {
    return decode(CronEventPayload, callbackPayload).eventType
  } catch (error) {
    if (error instanceof DecodeError) return undefined
    throw error
  }
}

const show = ({ raw, qa }: PowerPair): string => `${raw}/${qa}`
