// Goal: a replica is a function of what it seals; damage is seen by the prover and by nobody else; bytes on disk that cannot be a
// replica are refused with the name of their sector.
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { isSealedSector, isUnsealedSector } from '../../actors/miner/commd.ts'
import { zeroDataCid } from '../../primitives/data-commitment.ts'
import { initCrypto } from '../../primitives/crypto/init.ts'
import { InvalidInput } from '../../primitives/invalid-input.ts'
import { Prng } from '../../primitives/prng.ts'
import { actorId } from '../../primitives/units.ts'
import { damaged, damagedSectors, partialLoss } from '../../proofs-mock/faults.ts'
import { openNode } from '../../proofs-mock/openings.ts'
import { pieceOf } from '../../proofs-mock/piece.ts'
import { decodeReplica, encodeReplica } from '../../proofs-mock/replica-file.ts'
import {
  nodeCount,
  type Replica,
  seal,
  sealedCidOf,
  type SectorIdentity,
} from '../../proofs-mock/replica.ts'
import { updateReplica } from '../../proofs-mock/update.ts'

await initCrypto()

const identity: SectorIdentity = {
  miner: actorId(1000),
  number: 5n,
  sealProof: 5,
  ticket: new Uint8Array(32).fill(7),
}
const piece = pieceOf(new Prng('piece').bytes(1000))
const readable = (replica: Replica): number =>
  Array.from({ length: nodeCount(replica) }, (_, i) => openNode(replica, i)).filter(Boolean).length

test('a replica has the commitments the chain expects', () => {
  for (const [sealProof, size] of [
    [5, 2n << 10n],
    [6, 8n << 20n],
    [8, 32n << 30n],
    [19, 64n << 30n],
  ] as const) {
    const { replica, data } = seal({ ...identity, sealProof })
    assert.ok(isSealedSector(sealedCidOf(replica)))
    assert.ok(isUnsealedSector(data.commD))
    assert.ok(data.commD.equals(zeroDataCid(size)))
    assert.is(nodeCount(replica), size === 2n << 10n ? 64 : 128)
  }
})

test('CommR is a function of identity, data and nothing else', () => {
  const cid = (changed: Partial<SectorIdentity>, pieces = [piece]) =>
    sealedCidOf(seal({ ...identity, ...changed }, pieces).replica).toString()
  const cids = [
    cid({}),
    cid({}, []),
    cid({ miner: actorId(1001) }),
    cid({ number: 6n }),
    cid({ sealProof: 10 }),
    cid({ ticket: new Uint8Array(32).fill(8) }),
  ]
  assert.is(new Set(cids).size, cids.length)
  assert.is(cid({}), cids[0])
})

test('no node of a replica tells its data: no two are equal, and none is the data', () => {
  const { replica, data } = seal({ ...identity, sealProof: 8 })
  const nodes = Array.from({ length: 128 }, (_, i) =>
    replica.nodes.subarray(i * 32, i * 32 + 32).join(),
  )
  assert.is(new Set(nodes).size, 128)
  assert.not.ok(nodes.includes(data.tree.subarray(0, 32).join()))
})

test('damaged nodes cannot be opened, all others can, and the commitment stays', () => {
  const { replica } = seal(identity, [piece])
  assert.is(readable(replica), 64)
  for (const kind of ['lost-nodes', 'corrupted-nodes'] as const) {
    const after = damaged(replica, { kind, nodes: [0, 17, 63] })
    assert.is(readable(after), 61)
    assert.equal(
      [0, 17, 63].map((i) => openNode(after, i)),
      [undefined, undefined, undefined],
    )
    assert.ok(sealedCidOf(after).equals(sealedCidOf(replica)))
    assert.is(readable(replica), 64)
  }
  assert.is(readable(damaged(replica, { kind: 'lost-sector' })), 0)
  assert.is(readable(damaged(replica, partialLoss(new Prng('loss'), replica, 10))), 54)
})

test('a disk takes its sectors with it and no others', () => {
  const sectors = new Map([1n, 2n, 3n].map((number) => [number, seal({ ...identity, number })]))
  const left = damagedSectors(sectors, [1n, 3n], { kind: 'lost-sector' })
  assert.equal(
    [1n, 2n, 3n].map((number) => readable(left.get(number)!.replica)),
    [0, 64, 0],
  )
})

test('an update needs every node of the old replica', () => {
  const { replica } = seal(identity)
  const updated = updateReplica(replica, [piece])
  assert.not.ok(sealedCidOf(updated.replica).equals(sealedCidOf(replica)))
  assert.is(readable(updated.replica), 64)
  assert.throws(
    () => updateReplica(damaged(replica, { kind: 'corrupted-nodes', nodes: [9] }), [piece]),
    /sector 5 of f01000: node 9 cannot be opened/,
  )
})

test('a replica comes back from its bytes, damage included', () => {
  const { replica } = seal(identity, [piece])
  const corrupted = damaged(replica, { kind: 'corrupted-nodes', nodes: [4] })
  for (const written of [replica, damaged(corrupted, { kind: 'lost-nodes', nodes: [3, 9] })])
    assert.equal(decodeReplica(encodeReplica(written), identity), written)
})

test('a file that is no replica of its sector is refused, and says whose it is', () => {
  const { replica } = seal(identity)
  const bytes = encodeReplica(replica)
  const leaves = bytes.length - 2 - 64 * 32
  const changed = bytes.slice()
  changed[leaves + 100]! ^= 4
  const cases: [string, Uint8Array][] = [
    ['truncated', bytes.subarray(0, bytes.length - 1)],
    ['padded', Uint8Array.of(...bytes, 0)],
    ['empty', new Uint8Array()],
    ['not CBOR', new Uint8Array(100).fill(0xff)],
    ['of another sector', encodeReplica(seal({ ...identity, number: 6n }).replica)],
    ['of another miner', encodeReplica(seal({ ...identity, miner: actorId(1001) }).replica)],
    ['another tree', changed],
    ['another commC', encodeReplica({ ...replica, commC: new Uint8Array(32) }).fill(1, 50, 52)],
    ['without nodes', encodeReplica({ ...replica, nodes: new Uint8Array() })],
    ['a node it has not', encodeReplica({ ...replica, lost: new Set([64]) })],
  ]
  for (const [what, given] of cases)
    assert.throws(
      () => decodeReplica(given, identity),
      (error: unknown) => error instanceof InvalidInput && error.field === 'sector 5 of f01000',
      what,
    )
})

test('bad input to sealing and damage is named', () => {
  const { replica } = seal(identity)
  const cases: [() => unknown, string][] = [
    [() => seal({ ...identity, sealProof: 20 }), 'sealProof'],
    [() => seal({ ...identity, ticket: new Uint8Array(31) }), 'ticket'],
    [() => seal(identity, [], { nodes: 48 }), 'nodes'],
    [() => seal(identity, [], { nodes: 8192 }), 'nodes'],
    [() => seal(identity, [piece, piece, piece]), 'pieces[2]'],
    [() => damaged(replica, { kind: 'lost-nodes', nodes: [64] }), 'nodes'],
    [() => damagedSectors(new Map(), [1n], { kind: 'lost-sector' }), 'disk'],
  ]
  for (const [refused, field] of cases)
    assert.throws(
      refused,
      (error: unknown) => error instanceof InvalidInput && error.field === field,
      field,
    )
})

test.run()
