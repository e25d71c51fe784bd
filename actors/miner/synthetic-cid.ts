/**
 * Commitments of sectors that exist in simulations only. They say which sector they stand for, so that a collection of
 * millions need not keep them: whoever asks for one gets it made again.
 */
import { equalBytes, utf8 } from '../../primitives/bytes.ts'
import { type Cid, CODEC, HASH, makeCid } from '../../primitives/cid.ts'
import type { ActorId } from '../../primitives/units.ts'
import type { SectorNumber } from './wire.ts'

/** Which of a sector's replicas: the one it was sealed as, or the one that data was put into. */
export type Replica = 'sealed' | 'updated'

/** CommR of a sector that nobody sealed. Its 32 bytes are number, miner, replica and a mark, little-endian. */
export function syntheticCommR(miner: ActorId, number: SectorNumber, replica: Replica): Cid {
  const digest = new Uint8Array(32)
  const view = new DataView(digest.buffer)
  view.setBigUint64(0, number, true)
  view.setBigUint64(8, BigInt(miner), true)
  digest[FLAG] = replica === 'updated' ? 1 : 0
  digest.set(MARK, FLAG + 1)
  return makeCid(CODEC.commitmentSealed, HASH.poseidonBls12381A2Fc1, digest)
}

/** The miner for which a CID is the synthetic CommR of this sector; undefined when it is not one. */
export function syntheticMiner(
  cid: Cid,
  number: SectorNumber,
  replica: Replica,
): ActorId | undefined {
  const { bytes } = cid
  const start = bytes.length - 32
  if (start < 0 || !equalBytes(bytes.subarray(start + FLAG + 1), MARK)) return undefined
  const view = new DataView(bytes.buffer, bytes.byteOffset + start, 32)
  const miner = Number(view.getBigUint64(8, true)) as ActorId
  if (!Number.isSafeInteger(miner)) return undefined
  return cid.equals(syntheticCommR(miner, number, replica)) ? miner : undefined
}

const FLAG = 16
/** Its last byte is small, so that the whole is an element of the field. */
const MARK = utf8('pithead replica')
