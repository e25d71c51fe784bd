// Headers on the wire and in JSON, and the roots over messages, receipts and events. Published bytes are in the vectors;
// here are round trips, hostile bytes and what is null.
import fc from 'fast-check'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { Blockstore } from '../../../primitives/blockstore.ts'
import { idAddress } from '../../../primitives/address.ts'
import { concatBytes, fromHex, toHex } from '../../../primitives/bytes.ts'
import { DecodeError } from '../../../primitives/cbor.ts'
import { cidOf } from '../../../primitives/cid.ts'
import { decode, encode } from '../../../primitives/codec.ts'
import { InvalidInput } from '../../../primitives/invalid-input.ts'
import {
  blockHeaderCodec,
  type BlockHeader,
  blockMsgCodec,
  headerCid,
  headerSigningBytes,
  messagesRoot,
  msgMetaCodec,
} from '../../../engine/chain/block.ts'
import { headerFromJson, headerToJson } from '../../../engine/chain/block-json.ts'
import { cid, header } from './arbitraries.ts'
import { seed } from '../../support/seed.ts'

const isDecodeError = (error: unknown): boolean => error instanceof DecodeError
const ROOT = cidOf(Uint8Array.of(1))

const genesis: BlockHeader = {
  miner: idAddress(0),
  ticket: { vrfProof: fromHex('aa') },
  electionProof: { winCount: 0, vrfProof: new Uint8Array() },
  beaconEntries: [],
  winPoStProof: [],
  parents: [],
  parentWeight: 0n,
  height: 0,
  parentStateRoot: ROOT,
  parentMessageReceipts: ROOT,
  messages: ROOT,
  blsAggregate: null,
  timestamp: 1_598_306_400,
  blockSig: null,
  forkSignaling: 0n,
  parentBaseFee: 100_000_000n,
}

test('a header comes back from its bytes and from JSON', () => {
  fc.assert(
    fc.property(header, fc.constantFrom('f', 't'), (h, letter) => {
      assert.equal(decode(blockHeaderCodec, encode(blockHeaderCodec, h)), h)
      assert.equal(headerFromJson(headerToJson(h, letter)), h)
    }),
    { seed },
  )
})

test('the signature is over everything but itself', () => {
  fc.assert(
    fc.property(header, (h) => {
      const signed = headerSigningBytes(h)
      assert.equal(decode(blockHeaderCodec, signed), { ...h, blockSig: null })
      assert.is(toHex(headerSigningBytes({ ...h, blockSig: null })), toHex(signed))
      assert.ok(headerCid({ ...h, blockSig: null }).equals(cidOf(signed)))
    }),
    { seed },
  )
})

test('a header cut short or made longer is refused', () => {
  fc.assert(
    fc.property(header, fc.nat(), (h, n) => {
      const block = encode(blockHeaderCodec, h)
      const cut = block.subarray(0, n % block.length)
      assert.throws(() => decode(blockHeaderCodec, cut), isDecodeError)
      const longer = concatBytes(block, Uint8Array.of(0xf6))
      assert.throws(() => decode(blockHeaderCodec, longer), isDecodeError)
    }),
    { seed },
  )
})

test('null stands only where a part may be missing', () => {
  const names = Object.keys(genesis) as (keyof BlockHeader)[]
  const may = ['ticket', 'electionProof', 'blsAggregate', 'blockSig']
  const all: BlockHeader = {
    ...genesis,
    ticket: null,
    electionProof: null,
  }
  assert.equal(decode(blockHeaderCodec, encode(blockHeaderCodec, all)), all)
  // Each field of this header starts at a byte that can be told; put null in its place.
  const items = splitFields(encode(blockHeaderCodec, genesis))
  assert.is(items.length, 16)
  for (const [i, name] of names.entries()) {
    const block = concatBytes(Uint8Array.of(0x90), ...items.with(i, Uint8Array.of(0xf6)))
    if (may.includes(name)) decode(blockHeaderCodec, block)
    else assert.throws(() => decode(blockHeaderCodec, block), isDecodeError, name)
  }
})

/** The sixteen fields of a header without lists, each as its bytes. */
function splitFields(block: Uint8Array): Uint8Array[] {
  const lengths = [3, 3, 3, 1, 1, 1, 1, 1, 43, 43, 43, 1, 5, 1, 1, 6]
  let at = 1
  const parts = lengths.map((length) => block.slice(at, (at += length)))
  assert.is(at, block.length)
  return parts
}

test('JSON is what Lotus writes', () => {
  assert.equal(headerToJson(genesis, 't'), {
    Miner: 't00',
    Ticket: { VRFProof: 'qg==' },
    ElectionProof: { WinCount: 0, VRFProof: '' },
    BeaconEntries: null,
    WinPoStProof: null,
    Parents: null,
    ParentWeight: '0',
    Height: 0,
    ParentStateRoot: { '/': ROOT.toString() },
    ParentMessageReceipts: { '/': ROOT.toString() },
    Messages: { '/': ROOT.toString() },
    BLSAggregate: null,
    Timestamp: 1598306400,
    BlockSig: null,
    ForkSignaling: 0,
    ParentBaseFee: '100000000',
  })
})

test('JSON with one field wrong names the field', () => {
  const json = headerToJson(genesis)
  const cases: [string, unknown, string][] = [
    ['Miner', 'f', 'Miner'],
    ['Ticket', 5, 'Ticket'],
    ['Ticket', { VRFProof: 5 }, 'Ticket.VRFProof'],
    ['ElectionProof', { WinCount: 'x' }, 'ElectionProof.WinCount'],
    ['BeaconEntries', {}, 'BeaconEntries'],
    ['BeaconEntries', [{ Round: 1 }, { Round: -1 }], 'BeaconEntries[1].Round'],
    ['WinPoStProof', [{ PoStProof: 1, ProofBytes: '*' }], 'WinPoStProof[0].ProofBytes'],
    ['Parents', [{ '/': 'bafy' }], 'Parents[0]'],
    ['Parents', ['bafy'], 'Parents[0]'],
    ['ParentWeight', 5, 'ParentWeight'],
    ['Height', -1, 'Height'],
    ['Height', 2 ** 53, 'Height'],
    ['ParentStateRoot', null, 'ParentStateRoot'],
    ['Messages', { '/': 5 }, 'Messages'],
    ['BLSAggregate', { Type: 0, Data: '' }, 'BLSAggregate.Type'],
    ['Timestamp', '1', 'Timestamp'],
    ['BlockSig', [], 'BlockSig'],
    ['ForkSignaling', -1, 'ForkSignaling'],
    ['ParentBaseFee', '1.0', 'ParentBaseFee'],
  ]
  for (const [name, value, field] of cases)
    assert.throws(
      () => headerFromJson({ ...json, [name]: value }),
      (error: unknown) => error instanceof InvalidInput && error.field === field,
      field,
    )
})

test('a published block comes back from its bytes', () => {
  const block = { header: genesis, blsMessages: [ROOT], secpMessages: [] }
  assert.equal(decode(blockMsgCodec, encode(blockMsgCodec, block)), block)
})

test('messages are read back from their root, in order', () => {
  fc.assert(
    fc.property(fc.array(cid, { maxLength: 40 }), fc.array(cid, { maxLength: 40 }), (bls, secp) => {
      const store = new Blockstore()
      const root = messagesRoot(bls, secp, store)
      assert.ok(messagesRoot(bls, secp).equals(root))
      const meta = decode(msgMetaCodec, store.get(root), store)
      assert.equal([...meta.blsMessages.values()].map(String), bls.map(String))
      assert.equal([...meta.secpMessages.values()].map(String), secp.map(String))
    }),
    { seed, numRuns: 50 },
  )
})

test('which list a message is in, and where, changes the root', () => {
  const [a, b] = [cidOf(Uint8Array.of(1)), cidOf(Uint8Array.of(2))]
  const roots = [
    messagesRoot([], []),
    messagesRoot([a], []),
    messagesRoot([], [a]),
    messagesRoot([a, b], []),
    messagesRoot([b, a], []),
  ]
  assert.is(new Set(roots.map(String)).size, roots.length)
})

test.run()
