import fc from 'fast-check'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import * as sector from '../../../actors/miner/policy.ts'
import { DEVNET_2K_POLICY, MAINNET_POLICY } from '../../../actors/policy.ts'
import { seed } from '../../support/seed.ts'

const run = { seed, numRuns: 300 }

test('seal proofs are numbered by kind and size', () => {
  assert.is(sector.SEAL_PROOFS.length, 20)
  const cases = [
    [0, 'v1', 2048n, 10, 2, 192],
    [8, 'v1p1', 32n << 30n, 13, 2349, 1920],
    [9, 'v1p1', 64n << 30n, 14, 2300, 1920],
    [11, 'synthetic', 8n << 20n, 11, 2, 192],
    [15, 'non-interactive', 2048n, 10, 2, 14_164],
    [18, 'non-interactive', 32n << 30n, 13, 2349, 23_092],
  ] as const
  for (const [proof, kind, size, windowPoSt, partition, bytes] of cases) {
    const info = sector.sealProofInfo(proof)!
    assert.is(info.kind, kind)
    assert.is(info.sectorSize, size)
    assert.is(info.windowPoStProof, windowPoSt)
    assert.is(info.windowPoStPartitionSectors, partition)
    assert.is(info.proofSize, bytes)
  }
})

test('a seal proof and its window proof agree about size and partition', () => {
  for (const seal of sector.SEAL_PROOFS) {
    const post = sector.postProofInfo(seal.windowPoStProof)
    assert.equal(post, {
      sectorSize: seal.sectorSize,
      windowPoStPartitionSectors: seal.windowPoStPartitionSectors,
    })
  }
})

test('there are no other proof types', () => {
  for (const proof of [-1, 20, 1.5]) assert.is(sector.sealProofInfo(proof), undefined)
  for (const proof of [-1, 5, 9, 15, 10.5]) assert.is(sector.postProofInfo(proof), undefined)
})

test('networks take their own sizes, each way of sealing where it belongs', () => {
  const allowed = (policy: typeof MAINNET_POLICY, may: typeof sector.canPreCommitSealProof) =>
    sector.SEAL_PROOFS.map((_, proof) => proof).filter((proof) => may(policy, proof))
  assert.equal(allowed(MAINNET_POLICY, sector.canPreCommitSealProof), [8, 9, 13, 14])
  assert.equal(allowed(MAINNET_POLICY, sector.canProveCommitNiSealProof), [18, 19])
  assert.equal(allowed(DEVNET_2K_POLICY, sector.canPreCommitSealProof), [5, 6, 10, 11])
  assert.equal(allowed(DEVNET_2K_POLICY, sector.canProveCommitNiSealProof), [15, 16])
  assert.is(sector.sealProofFromSectorSize(2048n), 5)
  assert.is(sector.sealProofFromSectorSize(32n << 30n), 8)
  assert.throws(() => sector.sealProofFromSectorSize(1n))
})

test('times to prove and to live follow the kind', () => {
  assert.is(sector.maxProveCommitDuration(MAINNET_POLICY, 8), 86_550)
  assert.is(sector.maxProveCommitDuration(DEVNET_2K_POLICY, 10), 86_410)
  assert.is(sector.maxProveCommitDuration(MAINNET_POLICY, 3), 3030)
  assert.is(sector.maxProveCommitDuration(MAINNET_POLICY, 18), undefined)
  assert.is(sector.sealProofSectorMaximumLifetime(18), 5_259_485)
  assert.is(sector.sealProofSectorMaximumLifetime(3), 540 * 2880)
  assert.is(sector.sealProofSectorMaximumLifetime(99), undefined)
})

test('limits on deals and partitions follow the size', () => {
  assert.is(sector.sectorDealsMax(MAINNET_POLICY, 32n << 30n), 256n)
  assert.is(sector.sectorDealsMax(MAINNET_POLICY, 64n << 30n), 512n)
  assert.is(sector.loadPartitionsSectorsMax(MAINNET_POLICY, 2349), 10)
  assert.is(sector.loadPartitionsSectorsMax(MAINNET_POLICY, 2), 3000)
})

test('quality is between one and ten, and grows with verified weight', () => {
  const sizes = fc.constantFrom(2048n, 32n << 30n, 64n << 30n)
  const shares = fc.bigInt({ min: 0n, max: 1_000_000n })
  fc.assert(
    fc.property(
      sizes,
      fc.integer({ min: 1, max: 5_259_485 }),
      shares,
      shares,
      (size, duration, a, b) => {
        const spaceTime = size * BigInt(duration)
        const [less, more] = (a < b ? [a, b] : [b, a]).map((share) =>
          sector.qaPowerForWeight(size, duration, (spaceTime * share) / 1_000_000n),
        )
        assert.ok(size <= less! && less! <= more! && more! <= sector.qaPowerMax(size))
        assert.is(sector.qaPowerForWeight(size, duration, 0n), size)
        assert.is(sector.qaPowerForWeight(size, duration, spaceTime), sector.qaPowerMax(size))
      },
    ),
    run,
  )
})

test.run()
