/** A miner to test, in a world that answers as a quiet network would: what it tells the others is added up. */
import { minerActor } from '../../actors/miner/index.ts'
import { lastEpoch } from '../../actors/miner/deadline-info.ts'
import { currentDeadlineInfo, findSector } from '../../actors/miner/deadlines.ts'
import { checkMiner } from '../../actors/miner/invariants.ts'
import { CronEventPayload, CronEventType, MinerMethod } from '../../actors/miner/params.ts'
import { addPower, NO_POWER, type PowerPair } from '../../actors/miner/power-pair.ts'
import { newMinerState, type MinerState } from '../../actors/miner/state.ts'
import { Payload } from '../../actors/payload.ts'
import { DEVNET_2K_POLICY, type Policy } from '../../actors/policy.ts'
import {
  CurrentTotalPowerReturn,
  EnrollCronEventParams,
  PowerMethod,
  UpdateClaimedPowerParams,
  UpdatePledgeTotalParams,
} from '../../actors/power/params.ts'
import { RewardMethod, ThisEpochRewardReturn } from '../../actors/reward/params.ts'
import { POWER_ACTOR, REWARD_ACTOR } from '../../actors/singletons.ts'
import { type Address, blsAddress, idAddress } from '../../primitives/address.ts'
import { Bitfield } from '../../primitives/bitfield.ts'
import { encode } from '../../primitives/codec.ts'
import { replicaCid } from '../../primitives/data-commitment.ts'
import type { Cid } from '../../primitives/cid.ts'
import { DomainSeparationTag, drawRandomness } from '../../primitives/randomness.ts'
import { filterEstimate } from '../../primitives/smoothing.ts'
import { actorId, fil, type ChainEpoch, type TokenAmount } from '../../primitives/units.ts'
import {
  type FakeActor,
  type FakeOptions,
  type FakeReply,
  FakeRuntime,
  type Sent,
} from './fake-runtime.ts'

export const OWNER = actorId(100)
export const WORKER = actorId(101)
export const CONTROL = actorId(102)
export const STRANGER = actorId(103)
export const MINER = actorId(1000)

export const WORKER_KEY: Address = blsAddress(new Uint8Array(48).fill(1))

/** What the network looks like to the miner. */
export const NETWORK = {
  reward: filterEstimate(36n * 10n ** 18n, 0n),
  qaPower: filterEstimate(1n << 60n, 0n),
  baselinePower: 1n << 61n,
}

export interface MinerOptions extends FakeOptions {
  state?: Partial<MinerState>
  /** First epoch of the proving period. */
  periodStart?: ChainEpoch
}

export class MinerRuntime extends FakeRuntime<MinerState> {
  /** Sums of what the power actor was told. */
  claimed: PowerPair = NO_POWER
  pledge: TokenAmount = 0n
  readonly enrolled: ChainEpoch[] = []

  constructor({ state, periodStart = 0, ...options }: MinerOptions = {}) {
    const policy: Policy = options.policy ?? DEVNET_2K_POLICY
    const actors = new Map<number, FakeActor>([
      [WORKER, { type: 'account', addresses: [WORKER_KEY] }],
      ...(options.actors ?? []),
    ])
    const answer = options.answer
    super(
      { ...newMinerState(policy, MINER_INFO, periodStart, 0), ...state },
      {
        caller: WORKER,
        receiver: MINER,
        epoch: 10,
        balance: fil('1000'),
        circulatingSupply: fil('700000000'),
        syscalls: ALL_HOLDS,
        ...options,
        policy,
        actors,
        answer: (sent) => answer?.(sent) ?? this.#answerOf(sent),
      },
    )
  }

  /** Calls a method by its internal name. */
  invoke<R = unknown>(name: keyof typeof MinerMethod, params?: unknown): R {
    return this.call<R>(minerActor, MinerMethod[name], params)
  }

  /** As `invoke`, by another caller. */
  invokeAs<R = unknown>(caller: number, name: keyof typeof MinerMethod, params?: unknown): R {
    this.caller = actorId(caller)
    if (!this.actors.has(caller)) this.actors.set(caller, { type: 'account' })
    try {
      return this.invoke<R>(name, params)
    } finally {
      this.caller = WORKER
    }
  }

  /** Everything that is wrong, also with what the power actor was told. */
  broken(): string[] {
    const summary = checkMiner(this.state(), this.balance(), this.policy)
    const { raw, qa } = summary.activePower
    const broken = [...summary.broken]
    if (raw !== this.claimed.raw || qa !== this.claimed.qa)
      broken.push(`claimed ${this.claimed.raw}/${this.claimed.qa}, active ${raw}/${qa}`)
    return broken
  }

  #answerOf({ to, method, params }: Sent): FakeReply {
    if (to === REWARD_ACTOR && method === RewardMethod.ThisEpochReward)
      return {
        ret: Payload.of(ThisEpochRewardReturn, {
          thisEpochRewardSmoothed: NETWORK.reward,
          thisEpochBaselinePower: NETWORK.baselinePower,
        }),
      }
    if (to !== POWER_ACTOR) return {}
    if (method === PowerMethod.CurrentTotalPower)
      return {
        ret: Payload.of(CurrentTotalPowerReturn, {
          rawBytePower: 1n << 60n,
          qualityAdjPower: 1n << 60n,
          pledgeCollateral: 0n,
          qualityAdjPowerSmoothed: NETWORK.qaPower,
          rampStartEpoch: 0,
          rampDurationEpochs: 0,
        }),
      }
    if (method === PowerMethod.UpdateClaimedPower) {
      const { rawByteDelta: raw, qualityAdjustedDelta: qa } = params!.as(UpdateClaimedPowerParams)
      this.claimed = addPower(this.claimed, { raw, qa })
    } else if (method === PowerMethod.UpdatePledgeTotal)
      this.pledge += params!.as(UpdatePledgeTotalParams)
    else if (method === PowerMethod.EnrollCronEvent)
      this.enrolled.push(params!.as(EnrollCronEventParams).eventEpoch)
    return {}
  }
}

/** A miner of 2 KiB sectors, two to a partition. */
export const MINER_INFO = {
  owner: idAddress(OWNER),
  worker: idAddress(WORKER),
  controlAddresses: [idAddress(CONTROL)],
  pendingWorkerKey: null,
  peerId: new Uint8Array(),
  multiaddrs: [],
  windowPoStProofType: 10,
  sectorSize: 2048n,
  windowPoStPartitionSectors: 2,
  consensusFaultElapsed: -1,
  pendingOwnerAddress: null,
  beneficiary: idAddress(OWNER),
  beneficiaryTerm: { quota: 0n, usedQuota: 0n, expiration: 0n },
  pendingBeneficiaryTerm: null,
}

/** A CommR for a number. */
export function sealedCid(n: number | bigint): Cid {
  const commitment = new Uint8Array(32)
  commitment[0] = Number(BigInt(n) & 255n)
  commitment[1] = Number((BigInt(n) >> 8n) & 255n)
  return replicaCid(commitment)
}

/** The numbers of the sends that were made, as `receiver.method`. */
export const calls = (rt: Pick<FakeRuntime<unknown>, 'transfers'>): string[] =>
  rt.transfers.map(([to, method]) => `${to}.${method}`)

/** What a miner promises in a pre-commitment of an empty sector. */
export const preCommitOf = (rt: MinerRuntime, sectorNumber: bigint, change: object = {}) => ({
  sealProof: 5,
  sectorNumber,
  sealedCid: sealedCid(sectorNumber),
  sealRandEpoch: rt.epoch - 1,
  dealIds: [],
  expiration: rt.epoch + 300 * 2880,
  unsealedCid: null,
  ...change,
})

/** Parameters of ProveCommitSectors3 for empty sectors, each with a proof. */
export const proveCommitOf = (numbers: readonly bigint[], change: object = {}) => ({
  sectorActivations: numbers.map((sectorNumber) => ({ sectorNumber, pieces: [] })),
  sectorProofs: numbers.map(() => new Uint8Array(192)),
  aggregateProof: new Uint8Array(),
  aggregateProofType: null,
  requireActivationSuccess: true,
  requireNotificationSuccess: false,
  ...change,
})

/** A world in which every proof holds. */
export const ALL_HOLDS = {
  verifyPost: () => true,
  batchVerifySeals: (seals: readonly unknown[]) => seals.map(() => true),
  verifyAggregateSeals: () => true,
  verifyReplicaUpdate: () => true,
  computeUnsealedSectorCid: () => null,
}

/** Pre-commits and proves sectors; they are unproven. */
export function commitSectors(rt: MinerRuntime, numbers: readonly bigint[]): void {
  rt.invoke('PreCommitSectorBatch2', { sectors: numbers.map((n) => preCommitOf(rt, n)) })
  rt.epoch += rt.policy.preCommitChallengeDelay + 1
  rt.invoke('ProveCommitSectors3', proveCommitOf(numbers))
}

/** Parameters of ProveCommitSectorsNI. */
export const niCommitOf = (
  rt: MinerRuntime,
  numbers: readonly bigint[],
  deadline: number,
  change: object = {},
) => ({
  sectors: numbers.map((sectorNumber) => ({
    sealingNumber: sectorNumber,
    sealerId: BigInt(MINER),
    sealedCid: sealedCid(sectorNumber),
    sectorNumber,
    sealRandEpoch: rt.epoch - 1,
    expiration: rt.epoch + 300 * 2880,
  })),
  aggregateProof: new Uint8Array(1000),
  sealProofType: 15,
  aggregateProofType: 1,
  provingDeadline: BigInt(deadline),
  requireActivationSuccess: true,
  ...change,
})

/** Runs the deadline cron of the open deadline, and goes to the epoch after it. */
export function endDeadline(rt: MinerRuntime): void {
  rt.epoch = lastEpoch(currentDeadlineInfo(rt.policy, rt.state(), rt.epoch))
  rt.invokeAs(POWER_ACTOR, 'OnDeferredCronEvent', {
    eventPayload: encode(CronEventPayload, { eventType: CronEventType.ProvingDeadline }),
    rewardSmoothed: NETWORK.reward,
    qualityAdjPowerSmoothed: NETWORK.qaPower,
  })
  rt.epoch++
}

/** Proves partitions of the open deadline. */
export function postOf(
  rt: MinerRuntime,
  partitions: readonly { index: bigint; skipped: Bitfield }[],
  change: object = {},
) {
  const open = currentDeadlineInfo(rt.policy, rt.state(), rt.epoch)
  const chainCommitEpoch = rt.epoch - 1
  const digest = rt.ticketDigest(chainCommitEpoch)
  const tag = DomainSeparationTag.PoStChainCommit
  return {
    deadline: BigInt(open.index),
    partitions,
    proofs: [{ postProof: 10, proofBytes: new Uint8Array(192 * partitions.length) }],
    chainCommitEpoch,
    chainCommitRand: drawRandomness(digest, tag, chainCommitEpoch, new Uint8Array()),
    ...change,
  }
}

/** Proves all partitions of the open deadline that have something to prove, three at a time. */
export function proveDeadline(rt: MinerRuntime): void {
  const { index } = currentDeadlineInfo(rt.policy, rt.state(), rt.epoch)
  const { partitions } = rt.state().deadlines.get().due[index]!.get()
  for (const [i, partition] of partitions.numberEntries()) {
    const { sectors, faults, recoveries, terminated } = partition
    if (sectors.subtract(terminated).subtract(faults.subtract(recoveries)).isEmpty) continue
    rt.invoke('SubmitWindowedPoSt', postOf(rt, [{ index: BigInt(i), skipped: Bitfield.empty }]))
  }
}

/** Where a sector is. */
export const placeOf = (rt: MinerRuntime, sector: bigint) => {
  const { deadline, partition } = findSector(rt.state(), sector)
  return { deadline: BigInt(deadline), partition: BigInt(partition) }
}

/** Lets deadlines pass, all proven, until the given one is open. */
export function advanceTo(rt: MinerRuntime, deadline: bigint): void {
  do {
    proveDeadline(rt)
    endDeadline(rt)
  } while (currentDeadlineInfo(rt.policy, rt.state(), rt.epoch).index !== Number(deadline))
  rt.epoch += 5
}
