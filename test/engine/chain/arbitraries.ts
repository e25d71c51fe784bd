/** Random messages and headers for property tests: every field over the whole range the wire takes. */
import fc from 'fast-check'
import {
  actorAddress,
  type Address,
  blsAddress,
  delegatedAddress,
  idAddress,
  secp256k1Address,
} from '../../../primitives/address.ts'
import { type Cid, cidOf } from '../../../primitives/cid.ts'
import type { Signature } from '../../../primitives/signature.ts'
import type { BlockHeader } from '../../../engine/chain/block.ts'
import type { Message, SignedMessage } from '../../../engine/chain/message.ts'

export const bytes = (length: number) => fc.uint8Array({ minLength: length, maxLength: length })
export const uint64 = fc.bigInt({ min: 0n, max: (1n << 64n) - 1n })
export const int64 = fc.bigInt({ min: -(1n << 63n), max: (1n << 63n) - 1n })
export const amount = fc.bigInt({ min: -(1n << 200n), max: 1n << 200n })
/** A record with the prototype of a literal, so that it equals one. */
const record = <T>(fields: { [K in keyof T]: fc.Arbitrary<T[K]> }): fc.Arbitrary<T> =>
  fc.record(fields, { noNullPrototype: true }) as fc.Arbitrary<T>

const small = fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER })

export const address: fc.Arbitrary<Address> = fc.oneof(
  uint64.map(idAddress),
  bytes(65).map(secp256k1Address),
  bytes(30).map(actorAddress),
  bytes(48).map(blsAddress),
  bytes(20).map((sub) => delegatedAddress(10, sub)),
)

export const cid: fc.Arbitrary<Cid> = fc.uint8Array({ maxLength: 8 }).map((block) => cidOf(block))

export const signature: fc.Arbitrary<Signature> = record({
  type: fc.constantFrom('secp256k1', 'bls', 'delegated'),
  data: fc.uint8Array({ maxLength: 96 }),
})

export const message: fc.Arbitrary<Message> = record({
  version: uint64,
  to: address,
  from: address,
  nonce: uint64,
  value: amount,
  gasLimit: int64,
  gasFeeCap: amount,
  gasPremium: amount,
  method: uint64,
  params: fc.uint8Array({ maxLength: 300 }),
})

export const signedMessage: fc.Arbitrary<SignedMessage> = record({ message, signature })

export const header: fc.Arbitrary<BlockHeader> = record({
  miner: address,
  ticket: fc.option(record({ vrfProof: bytes(96) })),
  electionProof: fc.option(record({ winCount: fc.integer({ max: 15 }), vrfProof: bytes(96) })),
  beaconEntries: fc.array(record({ round: small, data: bytes(48) }), { maxLength: 3 }),
  winPoStProof: fc.array(record({ postProof: fc.nat(20), proofBytes: bytes(192) }), {
    maxLength: 2,
  }),
  parents: fc.array(cid, { maxLength: 3 }),
  parentWeight: amount,
  height: small,
  parentStateRoot: cid,
  parentMessageReceipts: cid,
  messages: cid,
  blsAggregate: fc.option(signature),
  timestamp: small,
  blockSig: fc.option(signature),
  forkSignaling: uint64,
  parentBaseFee: amount,
})
