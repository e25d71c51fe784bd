/** What the machine knows of the world around a tipset; actors see it through their runtime. */
import type { GivenBlock } from '../../actors/evm/interpreter/context.ts'
import type { EvmStep } from '../../actors/evm/interpreter/observe.ts'
import type { Policy } from '../../actors/policy.ts'
import type { Syscalls } from '../../actors/ports.ts'
import type { Cid } from '../../primitives/cid.ts'
import type { ChainEpoch, TokenAmount } from '../../primitives/units.ts'

/** Randomness of the chain by epoch, as digests that actors draw from; epochs are not in the future. */
export interface ChainRandomness {
  ticketDigest(epoch: ChainEpoch): Uint8Array
  beaconDigest(epoch: ChainEpoch): Uint8Array
  tipsetCid(epoch: ChainEpoch): Cid
}

export interface MachineContext {
  readonly epoch: ChainEpoch
  /** Unix seconds. */
  readonly timestamp: number
  readonly networkVersion: number
  readonly chainId: bigint
  readonly baseFee: TokenAmount
  readonly circulatingSupply: TokenAmount
  readonly policy: Policy
  readonly randomness: ChainRandomness
  readonly syscalls: Syscalls
  /** Whether gas is charged. Replays and long economic runs turn it off. */
  readonly metered: boolean
  /** Whether calls are written down as a tree. */
  readonly traced: boolean
  /** Given the calldata of what contracts print; see console.ts. */
  readonly print?: ((calldata: Uint8Array) => void) | undefined
  /** Told of the instructions of contracts, and how many calls are open, as long as it says so; it makes them slow. */
  readonly observer?: ((step: EvmStep, depth: number) => boolean) | undefined
  /** What contracts are told of their block in place of what there is. */
  readonly givenBlock?: GivenBlock | undefined
}
