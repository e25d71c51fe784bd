/**
 * Tipsets: the blocks of one height on the same parents, ordered by ticket, and the key that names them.
 * Reference: Lotus `chain/types/{tipset,tipset_key}.go`, `ethtypes/eth_types.go`.
 */
import type { NetworkLetter } from '../../primitives/address.ts'
import { defined } from '../../primitives/assert.ts'
import { bytesKey, compareBytes, concatBytes, equalBytes } from '../../primitives/bytes.ts'
import { type Cid, cidFromBytes, cidOf, CODEC, HASH, makeCid } from '../../primitives/cid.ts'
import { byteString, encode } from '../../primitives/codec.ts'
import { InvalidInput } from '../../primitives/invalid-input.ts'
import type { ChainEpoch } from '../../primitives/units.ts'
import { compareTickets } from '../consensus/ticket.ts'
import { type BlockHeader, headerCid, type Ticket } from './block.ts'
import { headerToJson, type LotusBlockHeader } from './block-json.ts'
import type { LotusCid } from './lotus-json.ts'

export interface Tipset {
  /** In ticket order; at least one. */
  readonly blocks: readonly BlockHeader[]
  /** CIDs of the blocks, in the same order. */
  readonly cids: readonly Cid[]
  readonly height: ChainEpoch
  /** CIDs of the parent tipset's blocks, in its order. */
  readonly parents: readonly Cid[]
  /** Key for a Map: equal exactly when the tipsets are. */
  readonly key: string
  /** Key of the parent tipset. */
  readonly parentKey: string
}

/** A block of a tipset with its CID. */
type Sealed = { readonly header: BlockHeader; readonly cid: Cid; readonly ticket: Ticket }

/**
 * Puts blocks in ticket order and checks that they can stand together.
 *
 * @throws InvalidInput when there is none, a ticket is missing, or heights or parents differ.
 */
export function makeTipset(headers: readonly BlockHeader[]): Tipset {
  const sorted = headers.map(sealed).sort(compareBlocks)
  const [first] = sorted
  if (!first) throw new InvalidInput('Blocks', 'a tipset has at least one')
  const { height, parents } = first.header
  for (const { header, cid } of sorted) {
    if (header.height !== height)
      throw new InvalidInput('Blocks', `${cid} has height ${header.height}, others ${height}`)
    if (!sameCids(header.parents, parents))
      throw new InvalidInput('Blocks', `${cid} has other parents than ${first.cid}`)
  }
  const cids = sorted.map(({ cid }) => cid)
  return {
    blocks: sorted.map(({ header }) => header),
    cids,
    height,
    parents,
    key: bytesKey(tipsetKeyBytes(cids)),
    parentKey: bytesKey(tipsetKeyBytes(parents)),
  }
}

/** The ticket of the first block, which randomness is drawn from. */
export function minTicket(tipset: Tipset): Ticket {
  return defined(tipset.blocks[0]?.ticket, 'ticket of the first block')
}

/** The key as bytes: the CIDs one after another. */
export function tipsetKeyBytes(cids: readonly Cid[]): Uint8Array {
  return concatBytes(...cids.map(({ bytes }) => bytes))
}

/** The CIDs in a key. @throws InvalidInput unless all are those of block headers. */
export function tipsetKeyFromBytes(bytes: Uint8Array): Cid[] {
  if (bytes.length % HEADER_CID_LENGTH !== 0)
    throw new InvalidInput(
      'TipSetKey',
      `${bytes.length} bytes, not a multiple of ${HEADER_CID_LENGTH}`,
    )
  return Array.from({ length: bytes.length / HEADER_CID_LENGTH }, (_, i) => {
    const at = i * HEADER_CID_LENGTH
    const cid = bytes.slice(at, at + HEADER_CID_LENGTH)
    if (!equalBytes(cid.subarray(0, -32), CHAIN_CID_PREFIX))
      throw new InvalidInput('TipSetKey', `item ${i} is not the CID of a block header`)
    return cidFromBytes(cid)
  })
}

/** CID of the key's bytes as a CBOR byte string; its digest is the tipset's hash on the Ethereum side. */
export function tipsetKeyCid(cids: readonly Cid[]): Cid {
  return cidOf(encode(byteString, tipsetKeyBytes(cids)))
}

/** 32-byte hash under which Ethereum clients know a tipset. */
export function ethBlockHash(cids: readonly Cid[]): Uint8Array {
  return tipsetKeyCid(cids).digest.slice()
}

/** The Ethereum hash of a chain CID: its digest. @throws InvalidInput unless it is dag-cbor with blake2b-256. */
export function ethHashOfCid(cid: Cid): Uint8Array {
  if (
    cid.bytes.length !== HEADER_CID_LENGTH ||
    !equalBytes(cid.bytes.subarray(0, -32), CHAIN_CID_PREFIX)
  )
    throw new InvalidInput('cid', `${cid} is not dag-cbor with blake2b-256`)
  return cid.bytes.slice(-32)
}

/** The chain CID of an Ethereum hash; not for hashes of Ethereum transactions. @throws InvalidInput */
export function cidOfEthHash(hash: Uint8Array): Cid {
  if (hash.length !== 32) throw new InvalidInput('hash', `${hash.length} bytes, expected 32`)
  return makeCid(CODEC.dagCbor, HASH.blake2b256, hash)
}

export interface LotusTipset {
  Cids: LotusCid[]
  Blocks: LotusBlockHeader[]
  Height: number
}

export function tipsetToJson(tipset: Tipset, letter: NetworkLetter = 'f'): LotusTipset {
  return {
    Cids: tipset.cids.map((cid) => cid.toJSON()),
    Blocks: tipset.blocks.map((header) => headerToJson(header, letter)),
    Height: tipset.height,
  }
}

const HEADER_CID_LENGTH = 38
const CHAIN_CID_PREFIX = makeCid(CODEC.dagCbor, HASH.blake2b256, new Uint8Array(32)).bytes.slice(
  0,
  -32,
)

function sealed(header: BlockHeader): Sealed {
  const cid = headerCid(header)
  if (header.ticket === null) throw new InvalidInput('Blocks', `${cid} has no ticket`)
  return { header, cid, ticket: header.ticket }
}

/** By ticket; by CID where two tickets are equal, which only a faulty producer brings about. */
function compareBlocks(a: Sealed, b: Sealed): number {
  return (
    compareTickets(a.ticket.vrfProof, b.ticket.vrfProof) || compareBytes(a.cid.bytes, b.cid.bytes)
  )
}

function sameCids(a: readonly Cid[], b: readonly Cid[]): boolean {
  return a.length === b.length && a.every((cid, i) => cid.equals(b[i]!))
}
