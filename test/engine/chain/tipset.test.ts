// Tipsets: order by ticket, keys and hashes, and blocks that cannot stand together.
import fc from 'fast-check'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { idAddress } from '../../../primitives/address.ts'
import { compareBytes, toHex } from '../../../primitives/bytes.ts'
import { CODEC, cidOf, HASH, makeCid } from '../../../primitives/cid.ts'
import { blake2b256, sha256 } from '../../../primitives/crypto/hash.ts'
import { InvalidInput } from '../../../primitives/invalid-input.ts'
import { type BlockHeader, headerCid } from '../../../engine/chain/block.ts'
import {
  cidOfEthHash,
  ethBlockHash,
  ethHashOfCid,
  makeTipset,
  minTicket,
  tipsetKeyBytes,
  tipsetKeyCid,
  tipsetKeyFromBytes,
  tipsetToJson,
} from '../../../engine/chain/tipset.ts'
import { headerToJson } from '../../../engine/chain/block-json.ts'
import { bytes, cid } from './arbitraries.ts'
import { seed } from '../../support/seed.ts'

const ROOT = cidOf(Uint8Array.of(1))
const isInvalid = (error: unknown): boolean => error instanceof InvalidInput

function block(
  miner: number,
  vrfProof: Uint8Array,
  change: Partial<BlockHeader> = {},
): BlockHeader {
  return {
    miner: idAddress(miner),
    ticket: { vrfProof },
    electionProof: { winCount: 1, vrfProof: new Uint8Array(96) },
    beaconEntries: [],
    winPoStProof: [],
    parents: [ROOT],
    parentWeight: 5n,
    height: 10,
    parentStateRoot: ROOT,
    parentMessageReceipts: ROOT,
    messages: ROOT,
    blsAggregate: null,
    timestamp: 300,
    blockSig: null,
    forkSignaling: 0n,
    parentBaseFee: 100n,
    ...change,
  }
}

test('blocks stand in the order of their tickets, however they came', () => {
  fc.assert(
    fc.property(
      fc.uniqueArray(bytes(96), { selector: toHex, minLength: 1, maxLength: 8 }),
      (vrfs) => {
        const blocks = vrfs.map((vrf, i) => block(1000 + i, vrf))
        const tipset = makeTipset(blocks)
        const digests = tipset.blocks.map(({ ticket }) => blake2b256(ticket!.vrfProof))
        for (let i = 1; i < digests.length; i++)
          assert.ok(compareBytes(digests[i - 1]!, digests[i]!) < 0)
        assert.equal(
          tipset.cids.map(String),
          tipset.blocks.map((b) => headerCid(b).toString()),
        )
        assert.is(makeTipset(blocks.toReversed()).key, tipset.key)
        assert.is(minTicket(tipset), tipset.blocks[0]!.ticket)
        assert.is(tipset.height, 10)
      },
    ),
    { seed, numRuns: 50 },
  )
})

test('blocks with the same ticket stand in the order of their CIDs', () => {
  const blocks = Array.from({ length: 6 }, (_, i) => block(1000 + i, new Uint8Array(96)))
  const { cids } = makeTipset(blocks)
  for (let i = 1; i < cids.length; i++)
    assert.ok(compareBytes(cids[i - 1]!.bytes, cids[i]!.bytes) < 0)
})

test('blocks that cannot stand together are refused', () => {
  const [a, b] = [new Uint8Array(96).fill(1), new Uint8Array(96).fill(2)]
  const other = cidOf(Uint8Array.of(2))
  const cases: [BlockHeader[], RegExp][] = [
    [[], /at least one/],
    [[block(1, a, { ticket: null })], /has no ticket/],
    [[block(1, a), block(2, b, { height: 11 })], /has height/],
    [[block(1, a), block(2, b, { parents: [other] })], /other parents/],
    [[block(1, a), block(2, b, { parents: [ROOT, other] })], /other parents/],
    [
      [block(1, a, { parents: [ROOT, other] }), block(2, b, { parents: [other, ROOT] })],
      /other parents/,
    ],
  ]
  for (const [blocks, why] of cases)
    assert.throws(
      () => makeTipset(blocks),
      (e: unknown) => isInvalid(e) && why.test(String(e)),
    )
})

test('a key gives its CIDs back, and other bytes are refused', () => {
  fc.assert(
    fc.property(fc.array(cid, { maxLength: 6 }), (cids) => {
      const key = tipsetKeyBytes(cids)
      assert.equal(tipsetKeyFromBytes(key).map(String), cids.map(String))
      assert.is(toHex(ethBlockHash(cids)), toHex(tipsetKeyCid(cids).digest))
    }),
    { seed },
  )
  const key = tipsetKeyBytes([ROOT, ROOT])
  for (const wrong of [key.subarray(1), key.subarray(0, -1), key.with(38, 0), key.with(1, 0x55)])
    assert.throws(() => tipsetKeyFromBytes(wrong), isInvalid)
})

test('a hash is the digest of a chain CID', () => {
  fc.assert(
    fc.property(bytes(32), (hash) => {
      const chainCid = cidOfEthHash(hash)
      assert.is(chainCid.codec, CODEC.dagCbor)
      assert.equal(ethHashOfCid(chainCid), hash)
    }),
    { seed },
  )
  const data = new Uint8Array(32)
  for (const other of [
    makeCid(CODEC.raw, HASH.blake2b256, data),
    makeCid(CODEC.dagCbor, HASH.sha256, sha256(data)),
    makeCid(CODEC.dagCbor, HASH.blake2b256, data.subarray(1)),
    makeCid(CODEC.dagCbor, HASH.identity, data),
  ])
    assert.throws(() => ethHashOfCid(other), isInvalid)
  assert.throws(() => cidOfEthHash(data.subarray(1)), isInvalid)
})

test('JSON has CIDs, headers and height', () => {
  const tipset = makeTipset([block(1, new Uint8Array(96))])
  assert.equal(tipsetToJson(tipset, 't'), {
    Cids: [{ '/': tipset.cids[0]!.toString() }],
    Blocks: [headerToJson(tipset.blocks[0]!, 't')],
    Height: 10,
  })
})

test.run()
