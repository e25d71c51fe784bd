/** The first state of a network that only proves: providers with sectors from epoch 0 on, all on the same terms. */
import { deadlineIsMutable, lastEpoch } from '../actors/miner/deadline-info.ts'
import { currentDeadlineInfo } from '../actors/miner/deadlines.ts'
import { dailyProofFee, initialPledgeForPower } from '../actors/miner/monies.ts'
import { CronEventPayload, CronEventType } from '../actors/miner/params.ts'
import { sealProofFromSectorSize } from '../actors/miner/policy.ts'
import type { MinerState } from '../actors/miner/state.ts'
import { addSyntheticSectors } from '../actors/miner/synthetic-sectors.ts'
import { Payload } from '../actors/payload.ts'
import { EPOCHS_IN_DAY, type Policy } from '../actors/policy.ts'
import { EnrollCronEventParams, PowerMethod } from '../actors/power/params.ts'
import type { PowerState } from '../actors/power/state.ts'
import { initialRewardState } from '../actors/reward/logic.ts'
import type { RewardState } from '../actors/reward/state.ts'
import type { Draft } from '../actors/runtime.ts'
import { POWER_ACTOR, REWARD_ACTOR } from '../actors/singletons.ts'
import { INITIAL_BASE_FEE } from '../engine/chain/base-fee.ts'
import { buildGenesis } from '../engine/genesis.ts'
import { type NetworkParams, networkParams } from '../engine/network-params.ts'
import { SYSCALLS } from '../engine/node.ts'
import type { MachineContext } from '../engine/vm/context.ts'
import { applyImplicit, systemMessage } from '../engine/vm/executor.ts'
import { type StateTree, withState } from '../engine/vm/state-tree.ts'
import { blsAddress, idAddress } from '../primitives/address.ts'
import { assert, defined } from '../primitives/assert.ts'
import { int64be, utf8 } from '../primitives/bytes.ts'
import { cidOf } from '../primitives/cid.ts'
import { encode } from '../primitives/codec.ts'
import { blake2b256 } from '../primitives/crypto/hash.ts'
import { Prng } from '../primitives/prng.ts'
import { filterEstimate } from '../primitives/smoothing.ts'
import { type ActorId, type ChainEpoch, fil, type TokenAmount } from '../primitives/units.ts'
import { ProvingNetwork } from './proving-network.ts'

export interface ProvingNetworkOptions {
  readonly seed: string
  readonly providers: number
  /** 32 GiB sectors of each provider, spread over all deadlines that take any. */
  readonly sectors: number
  readonly sectorStore: Policy['sectorStore']
}

const SECTOR_SIZE = 32n << 30n
const PROVIDER_BALANCE = fil('1000000')
const SECTOR_LIFETIME: ChainEpoch = 1200 * EPOCHS_IN_DAY

/** A network at its first epoch, on mainnet's policy. Its sectors get their power with their first proofs, in a day. */
export function makeProvingNetwork(options: ProvingNetworkOptions): ProvingNetwork {
  const prng = new Prng(options.seed)
  const usual = networkParams('mainnet')
  const policy = { ...usual.policy, sectorStore: options.sectorStore }
  const params: NetworkParams = { ...usual, policy }
  const key = (name: string) => blsAddress(prng.fork(name).bytes(48))
  const providers = Array.from({ length: options.providers }, (_, i) => ({
    owner: key(`owner ${i}`),
    worker: key(`worker ${i}`),
    rawBytePower: 0n,
    balance: PROVIDER_BALANCE,
  }))
  const spec = { params, verifregRoot: key('verified registry root'), accounts: [], providers }
  const built = buildGenesis(spec, (supply) => contextAt(params, supply, 0))
  const supply = PROVIDER_BALANCE * BigInt(options.providers)
  const genesis = contextAt(params, supply, 0)
  establish(built.tree, BigInt(options.providers * options.sectors) * SECTOR_SIZE)
  for (const miner of built.providers) addSectors(built.tree, genesis, miner, options.sectors)
  return new ProvingNetwork({
    tree: built.tree,
    miners: built.providers,
    start: contextAt(params, supply, 1),
    blockDelay: params.blockDelay,
    prng: prng.fork('wins'),
  })
}

/** Lets the network expect the power that it will have, so that rewards and fees are those of one that has it. */
function establish(tree: StateTree, power: bigint): void {
  changeState<RewardState>(tree, REWARD_ACTOR, () => initialRewardState(power))
  changeState<PowerState>(tree, POWER_ACTOR, (state) => ({
    ...state,
    thisEpochQaPowerSmoothed: filterEstimate(power, 0n),
  }))
}

function addSectors(
  tree: StateTree,
  context: MachineContext,
  miner: ActorId,
  sectors: number,
): void {
  const { initialPledge, dailyFee } = termsOf(tree, context)
  const pledge = initialPledge * BigInt(sectors)
  tree.deposit(miner, pledge)
  changeState<PowerState>(tree, POWER_ACTOR, (state) => ({
    ...state,
    totalPledgeCollateral: state.totalPledgeCollateral + pledge,
  }))
  const { policy, epoch } = context
  changeState<MinerState>(tree, miner, (state) => {
    const draft: Draft<MinerState> = { ...state, deadlineCronActive: true }
    let first = 0n
    for (const [deadline, count] of spread(policy, state, epoch, sectors)) {
      const sealProof = sealProofFromSectorSize(SECTOR_SIZE)
      const terms = { sealProof, expiration: SECTOR_LIFETIME, initialPledge, dailyFee }
      addSyntheticSectors(policy, miner, draft, epoch, { first, count, deadline, ...terms })
      first += BigInt(count)
    }
    return draft
  })
  startCron(tree, context, miner)
}

/** Pledge and daily fee of a sector that is added now. */
function termsOf(
  tree: StateTree,
  { policy, circulatingSupply }: MachineContext,
): { initialPledge: TokenAmount; dailyFee: TokenAmount } {
  const reward = stateOf<RewardState>(tree, REWARD_ACTOR)
  const power = stateOf<PowerState>(tree, POWER_ACTOR)
  const initialPledge = initialPledgeForPower(SECTOR_SIZE, {
    reward: reward.thisEpochRewardSmoothed,
    qaPower: power.thisEpochQaPowerSmoothed,
    baselinePower: reward.thisEpochBaselinePower,
    circulatingSupply,
    epochsSinceRampStart: -power.rampStartEpoch,
    rampDurationEpochs: power.rampDurationEpochs,
  })
  return { initialPledge, dailyFee: dailyProofFee(policy, circulatingSupply, SECTOR_SIZE) }
}

/** As even as can be over the deadlines that take sectors. */
function spread(
  policy: Policy,
  state: MinerState,
  epoch: ChainEpoch,
  sectors: number,
): [deadline: number, count: number][] {
  const { periodStart } = currentDeadlineInfo(policy, state, epoch)
  const open = state.deadlines
    .get()
    .due.flatMap((_, i) => (deadlineIsMutable(policy, periodStart, i, epoch) ? [i] : []))
  const shareOf = (i: number): number => Math.floor((sectors * i) / open.length)
  return open
    .map((deadline, i): [number, number] => [deadline, shareOf(i + 1) - shareOf(i)])
    .filter(([, count]) => count > 0)
}

/** Has the miner called at the end of the deadline that is open. */
function startCron(tree: StateTree, context: MachineContext, miner: ActorId): void {
  const { policy, epoch } = context
  const deadline = currentDeadlineInfo(policy, stateOf<MinerState>(tree, miner), epoch)
  const payload = encode(CronEventPayload, { eventType: CronEventType.ProvingDeadline })
  const event = { eventEpoch: lastEpoch(deadline), payload }
  const params = Payload.of(EnrollCronEventParams, event)
  const message = systemMessage(POWER_ACTOR, PowerMethod.EnrollCronEvent, params)
  const { exitCode } = applyImplicit(tree, context, { ...message, from: idAddress(miner) })
  assert(exitCode === 0, 'a miner cannot ask to be called')
}

function stateOf<S>(tree: StateTree, id: ActorId): S {
  return defined(tree.get(id), 'an actor').state.get() as S
}

function changeState<S>(tree: StateTree, id: ActorId, change: (state: S) => S): void {
  const actor = defined(tree.get(id), 'an actor')
  tree.set(id, withState(actor, change(actor.state.get() as S)))
}

/** Surroundings without blocks: randomness is a hash of the epoch, proofs are taken on trust. */
function contextAt(
  { networkVersion, chainId, policy, genesisTime, blockDelay, name }: NetworkParams,
  circulatingSupply: TokenAmount,
  epoch: ChainEpoch,
): MachineContext {
  const digest = (what: string) => {
    const base = utf8(`${name} ${what}`)
    return lastOf((at: ChainEpoch) => blake2b256(base, int64be(at)))
  }
  return {
    epoch,
    timestamp: genesisTime + epoch * blockDelay,
    networkVersion,
    chainId,
    baseFee: INITIAL_BASE_FEE,
    circulatingSupply,
    policy,
    randomness: {
      ticketDigest: digest('ticket'),
      beaconDigest: digest('beacon'),
      tipsetCid: (at) => cidOf(digest('tipset')(at)),
    },
    syscalls: { ...SYSCALLS, verifyPost: () => true },
    metered: false,
    traced: false,
  }
}

/** The function with its last result kept: whoever makes a proof and whoever takes it ask for the same epoch. */
function lastOf<R>(of: (epoch: ChainEpoch) => R): (epoch: ChainEpoch) => R {
  let last: { epoch: ChainEpoch; result: R } | undefined
  return (epoch) => {
    if (last?.epoch !== epoch) last = { epoch, result: of(epoch) }
    return last.result
  }
}
