/**
 * Sectors that a network is born with: sealed, pre-committed and activated at genesis without a proof, as Lotus' own networks
 * begin. They get their power like others, with their first window PoSt.
 */
import { MinerMethod } from '../actors/miner/params.ts'
import { sealProofFromSectorSize } from '../actors/miner/policy.ts'
import {
  InternalSectorSetupForPresealParams,
  PreCommitSectorBatchParams2,
} from '../actors/miner/sector-params.ts'
import type { MinerState } from '../actors/miner/state.ts'
import type { SectorNumber } from '../actors/miner/wire.ts'
import { Payload } from '../actors/payload.ts'
import { EPOCHS_IN_DAY } from '../actors/policy.ts'
import type { PowerState } from '../actors/power/state.ts'
import type { RewardState } from '../actors/reward/state.ts'
import { POWER_ACTOR, REWARD_ACTOR } from '../actors/singletons.ts'
import { assert, defined } from '../primitives/assert.ts'
import type { Prng } from '../primitives/prng.ts'
import type { ActorId, ChainEpoch } from '../primitives/units.ts'
import type { SealedSectors } from '../proofs-mock/faults.ts'
import { seal, type Sealed, sealedCidOf } from '../proofs-mock/replica.ts'
import type { MachineContext } from './vm/context.ts'
import { applyImplicit, type ImplicitMessage, systemMessage } from './vm/executor.ts'
import type { StateTree } from './vm/state-tree.ts'

/** Gives a provider `count` empty sectors, numbered from 0. @returns them, for whoever is to prove them. */
export function addGenesisSectors(
  tree: StateTree,
  context: MachineContext,
  miner: ActorId,
  count: number,
  prng: Prng,
): SealedSectors {
  const numbers = Array.from({ length: count }, (_, i) => BigInt(i))
  return addSealedSectors(tree, context, miner, numbers, prng)
}

/** The same with these numbers, at any time; at most as many as one message takes. */
export function addSealedSectors(
  tree: StateTree,
  context: MachineContext,
  miner: ActorId,
  numbers: readonly SectorNumber[],
  prng: Prng,
): SealedSectors {
  if (numbers.length === 0) return new Map()
  const { info } = stateOf<MinerState>(tree, miner)
  const { sectorSize, worker } = info.get()
  const sealProof = sealProofFromSectorSize(sectorSize)
  const sealed = numbers.map((number) => seal({ miner, number, sealProof, ticket: prng.bytes(32) }))
  const sectors = sealed.map((one) => preCommitOf(one, context.epoch))
  const promise = Payload.of(PreCommitSectorBatchParams2, { sectors })
  const preCommit = systemMessage(miner, MinerMethod.PreCommitSectorBatch2, promise)
  apply(tree, context, { ...preCommit, from: worker })
  const reward = stateOf<RewardState>(tree, REWARD_ACTOR)
  const power = stateOf<PowerState>(tree, POWER_ACTOR)
  const activation = Payload.of(InternalSectorSetupForPresealParams, {
    sectors: sectors.map(({ sectorNumber }) => sectorNumber),
    rewardSmoothed: reward.thisEpochRewardSmoothed,
    rewardBaselinePower: reward.thisEpochBaselinePower,
    qualityAdjPowerSmoothed: power.thisEpochQaPowerSmoothed,
  })
  apply(tree, context, systemMessage(miner, MinerMethod.InternalSectorSetupForPreseal, activation))
  return new Map(sealed.map((one) => [one.replica.number, one]))
}

/** As long as Lotus' genesis sectors live. */
const LIFETIME: ChainEpoch = 540 * EPOCHS_IN_DAY

const preCommitOf = ({ replica }: Sealed, epoch: ChainEpoch) => ({
  sealProof: replica.sealProof,
  sectorNumber: replica.number,
  sealedCid: sealedCidOf(replica),
  sealRandEpoch: epoch - 1,
  dealIds: [],
  expiration: epoch + LIFETIME,
  unsealedCid: null,
})

function apply(tree: StateTree, context: MachineContext, message: ImplicitMessage): void {
  const { exitCode } = applyImplicit(tree, context, message)
  assert(exitCode === 0, `sectors of ${message.to}: method ${message.method} exits ${exitCode}`)
}

const stateOf = <S>(tree: StateTree, id: ActorId): S =>
  defined(tree.get(id), `actor ${id}`).state.get() as S
