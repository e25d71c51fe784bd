/** What holds for every miner: its sectors, deadlines and money (builtin-actors `actors/miner/src/testing.rs`). */
import { type Address, PROTOCOL } from '../../primitives/address.ts'
import { Bitfield } from '../../primitives/bitfield.ts'
import { quantizeUp } from '../../primitives/quantize.ts'
import type { TokenAmount } from '../../primitives/units.ts'
import { Findings } from '../findings.ts'
import type { Policy } from '../policy.ts'
import { checkDeadline, type DeadlineSummary } from './deadline-invariants.ts'
import { quantSpecOf } from './deadlines.ts'
import type { MinerInfo } from './info.ts'
import { postProofInfo } from './policy.ts'
import { addPower, NO_POWER, type PowerPair } from './power-pair.ts'
import type { SectorOnChainInfo } from './sectors.ts'
import type { MinerState } from './state.ts'
import { loadVestingFunds } from './vesting-table.ts'

/** What others say about a miner, as its own state has it. */
export interface MinerSummary {
  /** Everything that is wrong, each in a sentence. */
  readonly broken: string[]
  /** Of sectors that are neither faulty nor unproven. */
  readonly activePower: PowerPair
  readonly sectors: ReadonlyMap<bigint, SectorOnChainInfo>
  /** Sectors that are not terminated. */
  readonly live: Bitfield
  /** Sectors whose termination is not settled. */
  readonly earlyTerminated: Bitfield
  /** attoFIL pledged for live sectors, and for those whose termination is not settled. */
  readonly pledge: TokenAmount
}

/** Everything that is wrong with a state, each in a sentence; nothing when all is well. Visits every sector. */
export function brokenMinerInvariants(
  state: MinerState,
  balance: TokenAmount,
  policy: Policy,
): string[] {
  return checkMiner(state, balance, policy).broken
}

/** Checks a miner and sums it up for checks across actors. */
export function checkMiner(state: MinerState, balance: TokenAmount, policy: Policy): MinerSummary {
  const found = new Findings()
  const sectors = new Map(state.sectors.toAmt().entries())
  const numbers = Bitfield.of(sectors.keys())
  found.add('info', brokenInfo(state.info.get(), policy))
  found.add('money', brokenMinerMoney(state, balance))
  found.add('vesting', brokenVesting(state, policy))
  found.add('pre-commits', brokenPreCommits(state, policy))
  found.add('sectors', brokenSectors(state, sectors, numbers))
  const deadlines = checkDeadlines(state, sectors, policy)
  found.broken.push(...deadlines.broken)
  found.expect(
    numbers.equals(deadlines.sectors),
    () => `has sectors ${numbers}, deadlines have ${deadlines.sectors}`,
  )
  const { activePower, live, earlyTerminated } = deadlines
  let pledge = 0n
  for (const number of live.union(earlyTerminated).values())
    pledge += sectors.get(number)?.initialPledge ?? 0n
  return { broken: found.broken, activePower, sectors, live, earlyTerminated, pledge }
}

function brokenInfo(info: MinerInfo, policy: Policy): string[] {
  const found = new Findings()
  const { owner, worker, pendingWorkerKey, pendingOwnerAddress, windowPoStProofType } = info
  const beId = (what: string, address: Address) =>
    found.expect(address.protocol === PROTOCOL.id, () => `${what} ${address} is no ID address`)
  beId('owner', owner)
  beId('worker', worker)
  beId('beneficiary', info.beneficiary)
  for (const address of info.controlAddresses) beId('control address', address)
  const controls = info.controlAddresses.length
  found.expect(controls <= policy.maxControlAddresses, () => `${controls} control addresses`)
  if (pendingWorkerKey) {
    beId('pending worker', pendingWorkerKey.newWorker)
    found.expect(!pendingWorkerKey.newWorker.equals(worker), () => `${worker} is to follow itself`)
  }
  if (pendingOwnerAddress) {
    beId('pending owner', pendingOwnerAddress)
    found.expect(!pendingOwnerAddress.equals(owner), () => `${owner} is to follow itself`)
  }
  const { quota, usedQuota } = info.beneficiaryTerm
  found.expect(quota >= 0n && usedQuota >= 0n, () => `${usedQuota} of quota ${quota} is used`)
  const proof = postProofInfo(windowPoStProofType)
  found.expect(proof !== undefined, () => `unknown PoSt type ${windowPoStProofType}`)
  found.expect(
    info.sectorSize === proof?.sectorSize &&
      info.windowPoStPartitionSectors === proof.windowPoStPartitionSectors,
    () =>
      `${info.windowPoStPartitionSectors} sectors of ${info.sectorSize} bytes, not as PoSt type ${windowPoStProofType}`,
  )
  return found.broken
}

/** What is wrong with a miner's sums of money; cheap. */
export function brokenMinerMoney(state: MinerState, balance: TokenAmount): string[] {
  const found = new Findings()
  const { lockedFunds, preCommitDeposits, initialPledge, feeDebt } = state
  const sums = { balance, lockedFunds, preCommitDeposits, initialPledge, feeDebt }
  for (const [what, sum] of Object.entries(sums)) found.expect(sum >= 0n, () => `${what} is ${sum}`)
  const bound = lockedFunds + preCommitDeposits + initialPledge
  found.expect(balance >= bound, () => `balance ${balance} is less than the ${bound} bound`)
  return found.broken
}

function brokenVesting(state: MinerState, policy: Policy): string[] {
  const found = new Findings()
  const quant = { unit: policy.wpostChallengeWindow, offset: state.provingPeriodStart }
  let sum = 0n
  let last = -Infinity
  for (const { epoch, amount } of loadVestingFunds(state.vestingFunds)) {
    sum += amount
    found.expect(amount >= 0n, () => `${amount} vests at ${epoch}`)
    found.expect(epoch > last, () => `${epoch} comes after ${last}`)
    found.expect(quantizeUp(quant, epoch) === epoch, () => `${epoch} is no end of a deadline`)
    last = epoch
  }
  found.expect(sum === state.lockedFunds, () => `${sum} vests, ${state.lockedFunds} is locked`)
  return found.broken
}

function brokenPreCommits(state: MinerState, policy: Policy): string[] {
  const found = new Findings()
  const quant = { unit: policy.wpostChallengeWindow, offset: state.provingPeriodStart }
  const allocated = state.allocatedSectors.get()
  const cleanUps: Bitfield[] = []
  for (const [epoch, numbers] of state.preCommittedSectorsCleanup.numberEntries()) {
    found.expect(
      quantizeUp(quant, epoch) === epoch,
      () => `clean-up at ${epoch}, inside a deadline`,
    )
    cleanUps.push(numbers)
  }
  const cleaned = Bitfield.union(...cleanUps)
  let deposits = 0n
  for (const [number, { info, preCommitDeposit }] of state.preCommittedSectors.entries()) {
    deposits += preCommitDeposit
    found.expect(info.sectorNumber === number, () => `${info.sectorNumber} is kept as ${number}`)
    found.expect(allocated.has(number), () => `${number} was never allocated`)
    found.expect(cleaned.has(number), () => `${number} will never be given up`)
  }
  found.expect(
    deposits === state.preCommitDeposits,
    () => `deposits are ${deposits}, recorded ${state.preCommitDeposits}`,
  )
  return found.broken
}

function brokenSectors(
  state: MinerState,
  sectors: ReadonlyMap<bigint, SectorOnChainInfo>,
  numbers: Bitfield,
): string[] {
  const found = new Findings()
  const allocated = state.allocatedSectors.get()
  found.expect(
    allocated.containsAll(numbers),
    () => `${numbers.subtract(allocated)} were never allocated`,
  )
  for (const [number, info] of sectors) {
    const { activation, powerBaseEpoch, expiration } = info
    found.expect(info.sectorNumber === number, () => `${info.sectorNumber} is kept as ${number}`)
    found.expect(
      activation <= powerBaseEpoch && activation < expiration && powerBaseEpoch !== expiration,
      () => `${number} lives from ${activation} to ${expiration}, its power from ${powerBaseEpoch}`,
    )
    // Data may be put into a sector after its end, as long as its deadline has not removed it: its weights are negative.
    const sign = powerBaseEpoch < expiration ? 1n : -1n
    for (const what of ['dealWeight', 'verifiedDealWeight'] as const)
      found.expect(info[what] * sign >= 0n, () => `${number} has a ${what} of ${info[what]}`)
    for (const what of ['initialPledge', 'dailyFee'] as const)
      found.expect(info[what] >= 0n, () => `${number} has a ${what} of ${info[what]}`)
    found.expect(
      !state.preCommittedSectors.has(number),
      () => `${number} is proven and pre-committed`,
    )
  }
  return found.broken
}

function checkDeadlines(
  state: MinerState,
  sectors: ReadonlyMap<bigint, SectorOnChainInfo>,
  policy: Policy,
): DeadlineSummary {
  const found = new Findings()
  const { currentDeadline, earlyTerminations } = state
  const { due } = state.deadlines.get()
  const { sectorSize } = state.info.get()
  found.expect(due.length === policy.wpostPeriodDeadlines, () => `has ${due.length} deadlines`)
  found.expect(currentDeadline < due.length, () => `deadline ${currentDeadline} is open`)
  const summaries = due.map((deadline, index) =>
    checkDeadline(deadline.get(), {
      sectorSize,
      quant: quantSpecOf(policy, state, index),
      sectors,
    }),
  )
  for (const [index, { broken }] of summaries.entries()) found.add(`deadline ${index}`, broken)
  const unsettled = summaries.flatMap((s, index) => (s.earlyTerminated.isEmpty ? [] : [index]))
  found.expect(
    earlyTerminations.equals(Bitfield.of(unsettled)),
    () => `deadlines ${earlyTerminations} have early terminations, it should be ${unsettled}`,
  )
  const all = Bitfield.union(...summaries.map((s) => s.sectors))
  const members = summaries.reduce((sum, s) => sum + s.sectors.count(), 0n)
  found.expect(all.count() === members, () => 'a sector is in two deadlines')
  return {
    broken: found.broken,
    sectors: all,
    live: Bitfield.union(...summaries.map((s) => s.live)),
    activePower: summaries.reduce((sum, s) => addPower(sum, s.activePower), NO_POWER),
    earlyTerminated: Bitfield.union(...summaries.map((s) => s.earlyTerminated)),
  }
}
