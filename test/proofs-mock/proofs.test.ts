// Goal: proofs have the protocol's lengths, batches are judged one by one where they must be, and provers say what they cannot
// prove. What is accepted and refused, cell by cell, is in soundness.test.ts.
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { SEAL_PROOFS, SNARK_PACK_V2 } from '../../actors/miner/policy.ts'
import { MAINNET_POLICY } from '../../actors/policy.ts'
import { bls, type SignedItem } from '../../primitives/crypto/bls.ts'
import { initCrypto } from '../../primitives/crypto/init.ts'
import { actorId } from '../../primitives/units.ts'
import { damaged } from '../../proofs-mock/faults.ts'
import { Unprovable } from '../../proofs-mock/openings.ts'
import { proveWindowPost, windowPostJobs } from '../../proofs-mock/posts.ts'
import { seal, type Sealed, sealedCidOf } from '../../proofs-mock/replica.ts'
import {
  aggregateProofSize,
  aggregateSeals,
  proveSeal,
  sealStatement,
} from '../../proofs-mock/seals.ts'
import { mockSetup } from '../../proofs-mock/setup.ts'
import { proveReplicaUpdate, updateProofSize, updateReplica } from '../../proofs-mock/update.ts'
import { proofJobs, proofVerifier } from '../../proofs-mock/verifier.ts'

await initCrypto()

const setup = mockSetup('test')
const miner = actorId(1000)
const seed = new Uint8Array(32).fill(3)
const ticket = new Uint8Array(32).fill(4)
const sealedOf = (number: bigint, sealProof = 5): Sealed =>
  seal({ miner, number, sealProof, ticket })
const holds = ({ publicKey, message, signature, dst }: SignedItem): boolean =>
  bls().verify(publicKey, message, signature, dst)

test('a seal proof has the length the miner actor allows for its type', () => {
  for (const sealProof of [5, 8, 10, 13, 15, 18]) {
    const proof = proveSeal(setup, sealedOf(1n, sealProof), sealProof < 15 ? seed : undefined)
    assert.is(proof.length, SEAL_PROOFS[sealProof]!.proofSize, `type ${sealProof}`)
  }
})

test('an aggregate of one seal without interaction is as long as the seal; no aggregate is longer than allowed', () => {
  for (const sealProof of [15, 16, 17, 18, 19])
    assert.is(aggregateProofSize(sealProof, 1), SEAL_PROOFS[sealProof]!.proofSize)
  const { maxAggregatedSectors, maxAggregatedSectorsNi, maxAggregatedProofSize } = MAINNET_POLICY
  assert.ok(aggregateProofSize(9, maxAggregatedSectors) <= maxAggregatedProofSize)
  assert.ok(aggregateProofSize(19, maxAggregatedSectorsNi) <= maxAggregatedProofSize)
})

test('an update proof has 192 bytes a partition, and fits', () => {
  const sizes = [2n << 10n, 8n << 20n, 512n << 20n, 32n << 30n, 64n << 30n].map(updateProofSize)
  assert.equal(sizes, [192, 768, 3072, 3072, 3072])
  const { replica } = sealedOf(1n, 8)
  assert.is(proveReplicaUpdate(setup, replica, updateReplica(replica, [])).length, 3072)
})

const statementOf = (all: readonly Sealed[]) => ({
  randomness: seed,
  prover: miner,
  challengedSectors: all.map(({ replica }) => ({
    proof: replica.sealProof,
    sectorNumber: replica.number,
    sealedCid: sealedCidOf(replica),
  })),
})

test('a window PoSt has 192 bytes a partition; stand-ins for faulty sectors need no proof', () => {
  const all = [5n, 1n, 9n, 4n, 7n].map((number) => sealedOf(number))
  const replicas = (number: bigint) => all.find((s) => s.replica.number === number)?.replica
  const stated = statementOf(all)
  const proof = proveWindowPost(setup, 10, stated, replicas)
  assert.is(proof.proofBytes.length, 3 * 192)
  assert.is(windowPostJobs(setup, { ...stated, proofs: [proof] })!.length, 3)
  const [first] = stated.challengedSectors
  const doubled = { ...stated, challengedSectors: [...stated.challengedSectors, first!, first!] }
  assert.ok(proofVerifier(setup).verifyPost({ ...doubled, proofs: [proof] }))
  const short = { ...stated, challengedSectors: stated.challengedSectors.slice(1) }
  assert.not.ok(proofVerifier(setup).verifyPost({ ...short, proofs: [proof] }))
})

test('a prover names every sector it cannot prove, and why', () => {
  const all = [1n, 2n, 3n, 4n].map((number) => sealedOf(number))
  const lost = damaged(all[1]!.replica, { kind: 'lost-sector' })
  const held = new Map([
    [1n, all[0]!.replica],
    [2n, lost],
    [4n, { ...all[3]!.replica, miner: actorId(1001) }],
  ])
  assert.throws(
    () => proveWindowPost(setup, 10, statementOf(all), (number) => held.get(number)),
    (error: unknown) =>
      error instanceof Unprovable &&
      error.sectors.join() === '2,3,4' &&
      error.message === 'sectors 2, 3, 4 of f01000 cannot be proven',
  )
  assert.throws(
    () => proveSeal(setup, { ...all[1]!, replica: lost }, seed),
    /sector 2 of f01000: node \d+ cannot be opened/,
  )
  const swapped = { ...all[0]!, replica: { ...all[1]!.replica, number: 1n } }
  assert.throws(() => proveSeal(setup, swapped, seed), /is not of this data/)
})

test('a bad seal among good ones is found, whatever is wrong with it', () => {
  const seals = [1n, 2n, 3n, 4n].map((number) => {
    const sealed = sealedOf(number)
    return { ...sealStatement(sealed, seed), dealIds: [], proof: proveSeal(setup, sealed, seed) }
  })
  const verifier = proofVerifier(setup)
  assert.equal(verifier.batchVerifySeals(seals), [true, true, true, true])
  const [a, b, c, d] = seals as [
    (typeof seals)[0],
    (typeof seals)[0],
    (typeof seals)[0],
    (typeof seals)[0],
  ]
  const flipped = b.proof.slice()
  flipped[100]! ^= 1
  const given = [a, { ...b, proof: flipped }, { ...c, proof: new Uint8Array(5) }, d]
  assert.equal(proofVerifier(setup).batchVerifySeals(given), [true, false, false, true])
  assert.equal(proofVerifier(setup).batchVerifySeals([]), [])
})

test('an aggregate is only made of proofs that hold', () => {
  const all = [1n, 2n, 3n, 4n].map((number) => sealedOf(number))
  const seals = all.map((sealed) => sealStatement(sealed, seed))
  const proofs = all.map((sealed) => proveSeal(setup, sealed, seed))
  const proof = aggregateSeals(setup, seals, proofs, holds)
  const infos = seals.map((stated) => ({ ...stated, sectorNumber: stated.sectorId.number }))
  const info = { miner, sealProof: 5, aggregateProof: SNARK_PACK_V2, proof, infos }
  assert.ok(proofVerifier(setup).verifyAggregateSeals(info))
  assert.not.ok(proofVerifier(setup).verifyAggregateSeals({ ...info, aggregateProof: 0 }))
  assert.not.ok(proofVerifier(setup).verifyAggregateSeals({ ...info, infos: [...infos].reverse() }))
  const mixed = [proofs[0]!, proofs[2]!, proofs[1]!, proofs[3]!]
  assert.throws(
    () => aggregateSeals(setup, seals, mixed, holds),
    (error: unknown) => error instanceof Unprovable && error.sectors.join() === '2,3',
  )
})

test('what was found good elsewhere is not checked again; what was not is', () => {
  const sealed = sealedOf(1n)
  const info = {
    ...sealStatement(sealed, seed),
    dealIds: [],
    proof: proveSeal(setup, sealed, seed),
  }
  const forged = { ...info, proof: info.proof.slice() }
  forged.proof.fill(1, 60, 70)
  const verifier = proofVerifier(setup)
  assert.equal(verifier.batchVerifySeals([forged]), [false])
  verifier.provide(proofJobs(setup, { kind: 'seal', info: forged })!)
  assert.equal(verifier.batchVerifySeals([forged]), [true])
  assert.equal(proofVerifier(setup).batchVerifySeals([forged]), [false])
})

test.run()
