/** What an agent sees of the chain: its miner as the head has it, and the randomness it draws. */
import { powerStateOf } from '../../engine/consensus/lookback.ts'
import { chainRandomness } from '../../engine/chain/randomness.ts'
import type { Devnet } from '../../engine/devnet.ts'
import type { DeadlineInfo } from '../../actors/miner/deadline-info.ts'
import { currentDeadlineInfo } from '../../actors/miner/deadlines.ts'
import type { Deadline } from '../../actors/miner/deadline-state.ts'
import type { Partition } from '../../actors/miner/partition-state.ts'
import type { MinerState } from '../../actors/miner/state.ts'
import type { SectorNumber } from '../../actors/miner/wire.ts'
import type { Policy } from '../../actors/policy.ts'
import { idAddress } from '../../primitives/address.ts'
import { defined } from '../../primitives/assert.ts'
import { address, encode } from '../../primitives/codec.ts'
import { DomainSeparationTag, drawRandomness } from '../../primitives/randomness.ts'
import type { ActorId, ChainEpoch, TokenAmount } from '../../primitives/units.ts'

/** A provider's surroundings while it decides what to send for the tipset at `epoch`. */
export interface View {
  readonly devnet: Devnet
  readonly policy: Policy
  readonly miner: ActorId
  readonly state: MinerState
  readonly balance: TokenAmount
  /** Of the head. */
  readonly height: ChainEpoch
  /** Of the tipset that is about to be made. */
  readonly epoch: ChainEpoch
}

export function viewOf(devnet: Devnet, miner: ActorId, epoch: ChainEpoch): View {
  const actor = defined(devnet.node.state.get(miner), `miner f0${miner}`)
  return {
    devnet,
    policy: devnet.params.policy,
    miner,
    state: actor.state.get() as MinerState,
    balance: actor.balance,
    height: devnet.node.head.height,
    epoch,
  }
}

export const openDeadline = ({ policy, state, epoch }: View): DeadlineInfo =>
  currentDeadlineInfo(policy, state, epoch)

export const deadlineAt = ({ state }: View, index: number): Deadline =>
  defined(state.deadlines.get().due[index], `deadline ${index}`).get()

/** Where a sector is. */
export interface Location {
  readonly deadline: number
  readonly partition: number
  readonly in: Partition
}

/** Undefined for a sector that is in no partition. */
export function locationOf(view: View, number: SectorNumber): Location | undefined {
  for (let deadline = 0; deadline < view.policy.wpostPeriodDeadlines; deadline++) {
    const { totalSectors, partitions } = deadlineAt(view, deadline)
    if (totalSectors === 0) continue
    for (const [partition, found] of partitions.numberEntries())
      if (found.sectors.has(number)) return { deadline, partition, in: found }
  }
  return undefined
}

/** Whether the miner has any power that the chain counts. */
export const rawPowerOf = ({ devnet, miner }: View): bigint =>
  powerStateOf(devnet.node.store.execution(devnet.node.head).state).claims.get(miner)
    ?.rawBytePower ?? 0n

/** Ticket randomness for a seal or, with no entropy, a PoSt's commitment to the chain. The epoch is not above the head. */
export function ticketDraw(
  { devnet, miner }: View,
  tag: number,
  epoch: ChainEpoch,
  bound = true,
): Uint8Array {
  const { ticketDigest } = randomnessOf(devnet)
  return drawRandomness(ticketDigest(epoch), tag, epoch, bound ? entropyOf(miner) : NO_ENTROPY)
}

/** Beacon randomness of a challenge. */
export function beaconDraw({ devnet, miner }: View, tag: number, epoch: ChainEpoch): Uint8Array {
  const { beaconDigest } = randomnessOf(devnet)
  return drawRandomness(beaconDigest(epoch), tag, epoch, entropyOf(miner))
}

/** The ticket of a seal that is made now. */
export const sealTicket = (view: View, epoch: ChainEpoch): Uint8Array =>
  ticketDraw(view, DomainSeparationTag.SealRandomness, epoch)

const randomnessOf = ({ node }: Devnet) => chainRandomness(node.store, node.crypto, node.head)
const entropyOf = (miner: ActorId): Uint8Array => encode(address, idAddress(miner))
const NO_ENTROPY = new Uint8Array()
