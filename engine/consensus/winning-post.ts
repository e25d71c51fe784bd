/** Winning PoSt: what a winner must prove. */
import {
  DomainSeparationTag,
  drawRandomness,
  randomnessDigest,
} from '../../primitives/randomness.ts'
import type { ChainEpoch } from '../../primitives/units.ts'
import { addressEntropy } from './ticket.ts'

/** The seed of a block's winning PoSt, 32 bytes; parameters as of `ticketInput`. */
export function winningPostRandomness(
  beacon: Uint8Array,
  height: ChainEpoch,
  miner: Uint8Array,
): Uint8Array {
  const tag = DomainSeparationTag.WinningPoStChallengeSeed
  return drawRandomness(randomnessDigest(beacon), tag, height, addressEntropy(miner))
}
