/**
 * Block headers and what they commit to: the CID, the bytes the producer signs, and the root over the block's messages.
 * Reference: Lotus `chain/types/{blockheader,blockmsg}.go`.
 */
import type { Address } from '../../primitives/address.ts'
import { Amt, amtV0 } from '../../primitives/amt.ts'
import { assert } from '../../primitives/assert.ts'
import { concatBytes } from '../../primitives/bytes.ts'
import type { BlockSink } from '../../primitives/cbor.ts'
import { type Cid, cidOf } from '../../primitives/cid.ts'
import {
  address,
  bigInt,
  byteString,
  cidLink,
  type Codec,
  encode,
  epoch,
  int,
  list,
  nullable,
  tokenAmount,
  tuple,
  uint,
  uint64,
} from '../../primitives/codec.ts'
import { Link } from '../../primitives/link.ts'
import { signature, type Signature } from '../../primitives/signature.ts'
import type { ChainEpoch, TokenAmount } from '../../primitives/units.ts'

export interface Ticket {
  /** 96 bytes: the worker's BLS signature over the ticket randomness. */
  readonly vrfProof: Uint8Array
}

export interface ElectionProof {
  readonly winCount: number
  readonly vrfProof: Uint8Array
}

export interface BeaconEntry {
  readonly round: number
  /** The beacon's signature of the round. */
  readonly data: Uint8Array
}

export interface PoStProof {
  /** Number of the registered proof type. */
  readonly postProof: number
  readonly proofBytes: Uint8Array
}

export interface BlockHeader {
  readonly miner: Address
  readonly ticket: Ticket | null
  readonly electionProof: ElectionProof | null
  readonly beaconEntries: readonly BeaconEntry[]
  readonly winPoStProof: readonly PoStProof[]
  /** Blocks of the parent tipset, in its order. */
  readonly parents: readonly Cid[]
  readonly parentWeight: bigint
  readonly height: ChainEpoch
  /** State after the parent tipset's messages. */
  readonly parentStateRoot: Cid
  /** AMT v0 of the receipts of the parent tipset's messages. */
  readonly parentMessageReceipts: Cid
  /** CID of the `MsgMeta` of this block. */
  readonly messages: Cid
  /** Of the BLS messages; null in a genesis block. */
  readonly blsAggregate: Signature | null
  /** Seconds since 1970. */
  readonly timestamp: number
  readonly blockSig: Signature | null
  readonly forkSignaling: bigint
  /** attoFIL per unit of gas, after the parent tipset. */
  readonly parentBaseFee: TokenAmount
}

export const ticketCodec: Codec<Ticket> = tuple({ vrfProof: byteString }, 'ticket')
export const electionProofCodec: Codec<ElectionProof> = tuple(
  { winCount: int, vrfProof: byteString },
  'election proof',
)
export const beaconEntryCodec: Codec<BeaconEntry> = tuple(
  { round: uint, data: byteString },
  'beacon entry',
)
export const postProofCodec: Codec<PoStProof> = tuple(
  { postProof: int, proofBytes: byteString },
  'PoSt proof',
)

/** The fields of a header in wire order. */
export const blockHeaderFields = {
  miner: address,
  ticket: nullable(ticketCodec),
  electionProof: nullable(electionProofCodec),
  beaconEntries: list(beaconEntryCodec),
  winPoStProof: list(postProofCodec),
  parents: list(cidLink),
  parentWeight: bigInt,
  height: epoch,
  parentStateRoot: cidLink,
  parentMessageReceipts: cidLink,
  messages: cidLink,
  blsAggregate: nullable(signature),
  timestamp: uint,
  blockSig: nullable(signature),
  forkSignaling: uint64,
  parentBaseFee: tokenAmount,
}

export const blockHeaderCodec: Codec<BlockHeader> = tuple(blockHeaderFields, 'block header')

/** CID of a header; computed once for each header value. */
export function headerCid(header: BlockHeader): Cid {
  const known = headerCids.get(header)
  if (known) return known
  const cid = cidOf(encode(blockHeaderCodec, header))
  headerCids.set(header, cid)
  return cid
}

const headerCids = new WeakMap<BlockHeader, Cid>()

/** Signs a header that has no signature yet. Encodes it once, for what is signed and for its CID. */
export function sealHeader(
  unsigned: BlockHeader,
  sign: (signingBytes: Uint8Array) => Signature,
): BlockHeader {
  assert(unsigned.blockSig === null, 'a header that is signed already')
  const signingBytes = encode(blockHeaderCodec, unsigned)
  const header = { ...unsigned, blockSig: sign(signingBytes) }
  // Behind the null that the signature replaces stand these two fields.
  const rest =
    encode(uint64, unsigned.forkSignaling).length +
    encode(tokenAmount, unsigned.parentBaseFee).length
  const end = signingBytes.length - rest
  const block = concatBytes(
    signingBytes.subarray(0, end - 1),
    encode(signature, header.blockSig),
    signingBytes.subarray(end),
  )
  headerCids.set(header, cidOf(block))
  return header
}

/** What `blockSig` signs: the header with null in its place, not hashed. */
export function headerSigningBytes(header: BlockHeader): Uint8Array {
  return encode(blockHeaderCodec, { ...header, blockSig: null })
}

/** A header with the CIDs of its messages: what producers publish. */
export interface BlockMsg {
  readonly header: BlockHeader
  readonly blsMessages: readonly Cid[]
  readonly secpMessages: readonly Cid[]
}

export const blockMsgCodec: Codec<BlockMsg> = tuple(
  { header: blockHeaderCodec, blsMessages: list(cidLink), secpMessages: list(cidLink) },
  'block message',
)

/** The messages of a block: CIDs in the block's order. */
export interface MsgMeta {
  /** Unsigned BLS messages. */
  readonly blsMessages: Amt<Cid>
  /** Signed messages of the other kinds, secp256k1 and delegated. */
  readonly secpMessages: Amt<Cid>
}

export const msgMetaCodec: Codec<MsgMeta> = tuple(
  { blsMessages: amtV0(cidLink), secpMessages: amtV0(cidLink) },
  'message meta',
)

/** The header's `messages`. With `sink`, writes the meta block and both arrays. */
export function messagesRoot(
  blsMessages: readonly Cid[],
  secpMessages: readonly Cid[],
  sink?: BlockSink,
): Cid {
  const empty = blsMessages.length === 0 && secpMessages.length === 0
  if (empty && noMessages && !sink) return noMessages
  const meta = { blsMessages: cidList(blsMessages), secpMessages: cidList(secpMessages) }
  const cid = Link.to(msgMetaCodec, meta).cid(sink)
  if (empty) noMessages = cid
  return cid
}

/** Root of a block without messages, as most blocks of a long run are. */
let noMessages: Cid | undefined

const LIST_BIT_WIDTH = 3

function cidList(cids: readonly Cid[]): Amt<Cid> {
  return Amt.from(cidLink, LIST_BIT_WIDTH, cids.entries(), 0)
}
