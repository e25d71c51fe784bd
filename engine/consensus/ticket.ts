/** Tickets: the chain's own randomness, and the order of blocks in a tipset. Reference: Lotus `chain/gen`, `chain/types`. */
import { assert } from '../../primitives/assert.ts'
import { compareBytes, concatBytes } from '../../primitives/bytes.ts'
import { blake2b256 } from '../../primitives/crypto/hash.ts'
import {
  DomainSeparationTag,
  drawRandomness,
  randomnessDigest,
} from '../../primitives/randomness.ts'
import type { ChainEpoch } from '../../primitives/units.ts'

/** A ticket draws on the epoch before its block (Lotus `TicketRandomnessLookback`). */
export const TICKET_RANDOMNESS_LOOKBACK = 1

/**
 * What the worker proves to make a block's ticket, 32 bytes.
 *
 * @param beacon - data of the last beacon entry in the block or, when it has none, before it.
 * @param height - epoch of the block.
 * @param miner - the miner's address, in bytes (protocol and payload).
 * @param parentTicket - VRF proof of the parents' smallest ticket, which takes part since the Smoke upgrade.
 */
export function ticketInput(
  beacon: Uint8Array,
  height: ChainEpoch,
  miner: Uint8Array,
  parentTicket: Uint8Array,
): Uint8Array {
  return drawRandomness(
    randomnessDigest(beacon),
    DomainSeparationTag.TicketProduction,
    height - TICKET_RANDOMNESS_LOOKBACK,
    concatBytes(addressEntropy(miner), parentTicket),
  )
}

/** The CBOR byte string of an address: how a miner enters what is drawn for it. */
export function addressEntropy(address: Uint8Array): Uint8Array {
  const { length } = address
  assert(length < 256, `address of ${length} bytes`)
  const head = length < 24 ? [0x40 | length] : [0x58, length]
  const out = new Uint8Array(head.length + length)
  out.set(head)
  out.set(address, head.length)
  return out
}

/** What orders tickets, 32 bytes. */
export const ticketDigest = (vrfProof: Uint8Array): Uint8Array => blake2b256(vrfProof)

/**
 * Order of two tickets by their VRF proofs: negative when `a` comes first. Blocks of a tipset stand in this order (equal
 * tickets in the order of their CIDs' bytes), and the first is the smallest ticket.
 */
export function compareTickets(a: Uint8Array, b: Uint8Array): number {
  return compareBytes(ticketDigest(a), ticketDigest(b))
}
