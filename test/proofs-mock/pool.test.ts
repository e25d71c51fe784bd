// Goal: sealing, commitments and checks give the same on any number of threads, and errors and bad proofs are told apart as
// they are without.
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { initCrypto } from '../../primitives/crypto/init.ts'
import { pieceCommitment } from '../../primitives/piece-commitment.ts'
import { Prng } from '../../primitives/prng.ts'
import { actorId } from '../../primitives/units.ts'
import { WorkerPool } from '../../primitives/worker-pool.ts'
import { fillerPiece, pieceOf } from '../../proofs-mock/piece.ts'
import {
  commPOnThreads,
  sealOnThreads,
  type SealRequest,
  verifyOnThreads,
} from '../../proofs-mock/pool.ts'
import { seal, type Sealed } from '../../proofs-mock/replica.ts'
import { proveSeal, sealStatement } from '../../proofs-mock/seals.ts'
import { mockSetup } from '../../proofs-mock/setup.ts'
import { type ProofRequest, type ProofVerifier, proofVerifier } from '../../proofs-mock/verifier.ts'

await initCrypto()

const miner = actorId(1000)
const setup = mockSetup('test')
const challenge = new Uint8Array(32).fill(3)

function requestOf(n: number): SealRequest {
  // Part of a larger array, as bytes from the network are.
  const ticket = new Uint8Array(4096).fill(n).subarray(64, 96)
  const identity = { miner, number: BigInt(n), sealProof: n % 2 ? 5 : 8, ticket }
  if (n % 3 === 0) return { identity }
  const prng = new Prng(`piece ${n}`)
  const pieces = [pieceOf(prng.bytes(300 + n)), fillerPiece(prng, 512n)]
  return { identity, pieces, options: { nodes: 16 } }
}
const requests = Array.from({ length: 70 }, (_, n) => requestOf(n))
const expected = requests.map(({ identity, pieces, options }) => seal(identity, pieces, options))

/** Everything of a sealed sector, in a form that compares. */
const shown = ({ replica, data }: Sealed) => ({
  ...replica,
  lost: [...replica.lost],
  commD: data.commD.toString(),
  dataTree: data.tree,
  pieces: data.pieces.map(({ cid }) => cid.toString()),
})

async function onThreads(
  numbers: readonly number[],
  use: (pool: WorkerPool) => Promise<void>,
): Promise<void> {
  for (const threads of numbers) {
    const pool = new WorkerPool(threads)
    await use(pool)
    await pool.close()
  }
}

test('sealed sectors are the same on any number of threads', () =>
  onThreads([0, 1, 3], async (pool) => {
    const sealed = await sealOnThreads(pool, requests)
    assert.equal(sealed.map(shown), expected.map(shown))
    for (const [i, one] of sealed.entries())
      assert.equal(proveSeal(setup, one, challenge), proveSeal(setup, expected[i]!, challenge))
    assert.equal(await sealOnThreads(pool, []), [])
  }))

test('a sector that cannot be sealed fails with the words of seal', () =>
  onThreads([0, 2], async (pool) => {
    const bad = { identity: { ...requests[0]!.identity, sealProof: 99 } }
    let message = ''
    await sealOnThreads(pool, [...requests, bad]).catch((error: Error) => ({ message } = error))
    assert.match(message, 'no such type: 99')
  }))

test('CommP is the same on any number of threads', () =>
  onThreads([0, 2], async (pool) => {
    const data = new Prng('data').bytes(20_000_000)
    for (const length of [1, 128 * 65_024, 128 * 65_024 + 1, data.length])
      assert.equal(
        await commPOnThreads(pool, data.subarray(0, length)),
        pieceCommitment(data.subarray(0, length)),
      )
  }))

const proofs: ProofRequest[] = expected.slice(0, 9).map((sealed) => ({
  kind: 'seal',
  info: {
    ...sealStatement(sealed, challenge),
    dealIds: [],
    proof: proveSeal(setup, sealed, challenge),
  },
}))

/** With a bit of its proof flipped, at a byte of its signature or elsewhere. */
function bent(request: ProofRequest, at: number): ProofRequest {
  if (request.kind !== 'seal') throw new Error(request.kind)
  const proof = request.info.proof.slice()
  proof[at]! ^= 1
  return { kind: 'seal', info: { ...request.info, proof } }
}

test('threads find the proofs that the verifier finds', () =>
  onThreads([0, 1, 2], async (pool) => {
    const mixed = proofs.map((proof, i) =>
      i % 4 === 1 ? bent(proof, [60, 10, 160][i >> 2]!) : proof,
    )
    const holds = await verifyOnThreads(pool, proofVerifier(setup), mixed)
    assert.equal(
      holds,
      mixed.map((_, i) => i % 4 !== 1),
    )
    assert.equal(holds, checkedBy(proofVerifier(setup), mixed))
    assert.equal(await verifyOnThreads(pool, proofVerifier(setup), []), [])
  }))

test('what threads found good is handed in, and what they found bad is not', async () => {
  const pool = new WorkerPool(1)
  const verifier = proofVerifier(setup)
  const handed: unknown[] = []
  const { provide } = verifier
  verifier.provide = (checked) => {
    handed.push(...checked)
    provide(checked)
  }
  const mixed = [...proofs, bent(proofs[0]!, 60)]
  await verifyOnThreads(pool, verifier, mixed)
  assert.is(handed.length, proofs.length)
  assert.equal(checkedBy(verifier, mixed), [...proofs.map(() => true), false])
  await pool.close()
})

const checkedBy = (verifier: ProofVerifier, all: readonly ProofRequest[]): readonly boolean[] =>
  verifier.batchVerifySeals(
    all.map((request) => {
      if (request.kind !== 'seal') throw new Error(request.kind)
      return request.info
    }),
  )

test.run()
