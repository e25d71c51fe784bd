/** Winning PoSt: which sector a winner must prove. Reference: rust-fil-proofs `filecoin-proofs/src/api/winning_post.rs`. */
import { assert } from '../../primitives/assert.ts'
import { sha256 } from '../../primitives/crypto/hash.ts'
import {
  DomainSeparationTag,
  drawRandomness,
  randomnessDigest,
} from '../../primitives/randomness.ts'
import type { ActorId, ChainEpoch } from '../../primitives/units.ts'
import { encodeUvarint } from '../../primitives/varint.ts'
import { addressEntropy } from './ticket.ts'

/** Sectors challenged in a winning PoSt. */
export const WINNING_POST_SECTOR_COUNT = 1

/** The seed of a block's winning PoSt, 32 bytes; parameters as of `ticketInput`. */
export function winningPostRandomness(
  beacon: Uint8Array,
  height: ChainEpoch,
  miner: Uint8Array,
): Uint8Array {
  const tag = DomainSeparationTag.WinningPoStChallengeSeed
  return drawRandomness(randomnessDigest(beacon), tag, height, addressEntropy(miner))
}

/** The randomness as the proof takes it: an element of its field, the top two bits of the last byte cleared. */
export function fieldRandomness(randomness: Uint8Array): Uint8Array {
  assert(randomness.length === 32, `randomness of ${randomness.length} bytes`)
  const out = randomness.slice()
  out[31] = out[31]! & 0x3f
  return out
}

/**
 * Position of the challenged sector among `sectorCount` eligible ones, ordered by number: u64le(SHA-256(prover ‖ randomness ‖
 * u64le(0))) mod count, where the prover is the miner's id as a varint, padded with zeros to 32 bytes.
 */
export function winningPostSectorChallenge(
  randomness: Uint8Array,
  minerId: ActorId | number | bigint,
  sectorCount: number,
): number {
  assert(Number.isSafeInteger(sectorCount) && sectorCount > 0, `${sectorCount} eligible sectors`)
  const input = new Uint8Array(72)
  input.set(encodeUvarint(minerId))
  input.set(fieldRandomness(randomness), 32)
  const digest = sha256(input)
  const drawn = new DataView(digest.buffer, digest.byteOffset).getBigUint64(0, true)
  return Number(drawn % BigInt(sectorCount))
}
