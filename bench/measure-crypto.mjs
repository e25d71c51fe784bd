/**
 * What areas/crypto.ts measures, each in a process of its own and on the compiled code: `node bench/measure-crypto.mjs <what>
 * [arguments]`. Prints the milliseconds of each contender, in rounds that are interleaved. One thread is measured by the
 * processor's time, which others who use the machine change least; several by the clock.
 */
import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'

const ROOT = fileURLToPath(new URL('..', import.meta.url))
const dist = (path) => import(`${ROOT}dist/${path}`)
const peer = createRequire(import.meta.url)
const own = createRequire(`${ROOT}package.json`)

const MEASURES = { signatures, trees, commp, proofs }
const [what, ...args] = process.argv.slice(2)
const { initCrypto } = await dist('primitives/crypto/init.js')
await initCrypto()
console.log(JSON.stringify(await MEASURES[what](...args.map(Number))))

async function interleaved(rounds, contenders) {
  const times = Object.fromEntries(Object.keys(contenders).map((name) => [name, []]))
  for (let round = 0; round <= rounds; round++)
    for (const [name, run] of Object.entries(contenders)) {
      const time = await run()
      if (round > 0) times[name].push(time)
    }
  return times
}

/** Milliseconds of this process's processor time, all of its threads together. */
function cpu(run) {
  return async () => {
    const before = process.cpuUsage()
    await run()
    const { user, system } = process.cpuUsage(before)
    return (user + system) / 1000
  }
}

/** Milliseconds by the clock. */
function wall(run) {
  return async () => {
    const before = performance.now()
    await run()
    return performance.now() - before
  }
}

function must(holds) {
  if (!holds) throw new Error('a contender found otherwise')
}

/** 200 messages by as many keys, as long as a message's CID. Everybody has the keys decoded and not the signatures. */
async function signatures(rounds) {
  const { bls } = await dist('primitives/crypto/bls.js')
  const { invalidOnThreads } = await dist('primitives/crypto/signature-pool.js')
  const { WorkerPool } = await dist('primitives/worker-pool.js')
  const blst = own('@chainsafe/blst')
  const POP = 'BLS_SIG_BLS12381G2_XMD:SHA-256_SSWU_RO_POP_'
  const items = []
  const sets = []
  for (let i = 0; i < 200; i++) {
    const secret = new Uint8Array(32).fill(i + 1, 0, 20)
    const message = new Uint8Array(38).fill(i)
    const publicKey = bls().publicKey(secret)
    items.push({ publicKey, message, signature: bls().sign(secret, message) })
    const pk = blst.PublicKey.fromBytes(publicKey)
    pk.keyValidate()
    sets.push({ msg: message, pk, bytes: bls().sign(secret, message, POP) })
  }
  const decoded = (bytes) => {
    const sig = blst.Signature.fromBytes(bytes)
    sig.sigValidate()
    return sig
  }
  const pool = new WorkerPool(2)
  const onThreads = async () => must((await invalidOnThreads(pool, items)).length === 0)
  const multi = () =>
    must(
      blst.verifyMultipleAggregateSignatures(
        sets.map(({ msg, pk, bytes }) => ({ msg, pk, sig: decoded(bytes) })),
      ),
    )
  const times = await interleaved(rounds, {
    oneByOne: cpu(() => must(sets.every((s) => blst.verify(s.msg, s.pk, decoded(s.bytes))))),
    batched: cpu(() => must(bls().multiVerify(items))),
    singly: cpu(() => must(items.every((i) => bls().verify(i.publicKey, i.message, i.signature)))),
    multi: wall(multi),
    onThreads: wall(onThreads),
    multiCpu: cpu(multi),
    onThreadsCpu: cpu(onThreads),
  })
  await pool.close()
  return times
}

/** All nodes over 65,536 leaves, into memory that is there. */
async function trees(rounds) {
  const { blake2bLayer, sha256TruncatedLayer } = await dist('primitives/crypto/hash.js')
  const Blake2b = own('blake2b-wasm')
  const sodium = peer('sodium-native')
  const { hashInto } = own('@chainsafe/hashtree')
  const { chooseLayerEngine } = await dist('primitives/crypto/sha256-layers.js')
  chooseLayerEngine('wasm')
  const leaves = Uint8Array.from({ length: 65_536 * 32 }, (_, i) => (i * 7) & 0x3f)
  const tree = Buffer.alloc(2 * leaves.length - 32)
  const byLayer = (layer) => () => {
    tree.set(leaves)
    for (let start = 0, length = leaves.length; length > 32; start += length, length /= 2) {
      const above = start + length
      layer(tree.subarray(start, above), tree.subarray(above, above + length / 2))
    }
    return tree.toString('hex', tree.length - 32)
  }
  const byNode = (hash) =>
    byLayer((nodes, parents) => {
      for (let at = 0; at < nodes.length; at += 64)
        hash(nodes.subarray(at, at + 64), parents.subarray(at / 2, at / 2 + 32))
    })
  const contenders = {
    blake2b: byLayer((nodes, parents) => blake2bLayer(nodes, false, parents)),
    blake2bWasm: byNode((pair, parent) => Blake2b(32).update(pair).digest(parent)),
    sodium: byNode((pair, parent) => sodium.crypto_generichash(parent, pair)),
    sha256: byLayer(sha256TruncatedLayer),
    hashtree: byLayer(hashtreeLayer(hashInto)),
  }
  const { blake2b, blake2bWasm, sodium: native, sha256, hashtree } = contenders
  must(blake2b() === blake2bWasm() && blake2b() === native() && sha256() === hashtree())
  return interleaved(
    rounds,
    Object.fromEntries(Object.entries(contenders).map(([name, run]) => [name, cpu(run)])),
  )
}

/** A layer by the addon, which does not clear the top bits of a node. */
function hashtreeLayer(hashInto) {
  return (nodes, parents) => {
    hashInto(nodes, parents)
    for (let i = 31; i < parents.length; i += 32) parents[i] &= 0x3f
  }
}

/** CommP of so many MiB that come a MiB at a time, and all at once on threads. */
async function commp(mib) {
  const { PieceHasher } = await dist('primitives/piece-commitment.js')
  const { commPOnThreads } = await dist('proofs-mock/pool.js')
  const { WorkerPool } = await dist('primitives/worker-pool.js')
  const fr32 = await import('fr32-sha2-256-trunc254-padded-binary-tree-multihash')
  const { chooseLayerEngine } = await dist('primitives/crypto/sha256-layers.js')
  const part = Uint8Array.from({ length: 1 << 20 }, (_, i) => i * 31 + (i >> 8))
  const fed = (hasher) => {
    for (let i = 0; i < mib; i++) hasher.update(part)
    return hasher
  }
  const hex = (bytes) => Buffer.from(bytes).toString('hex')
  const contenders = {
    ours() {
      chooseLayerEngine('hashtree')
      return hex(fed(new PieceHasher()).finish().commitment)
    },
    wasm() {
      chooseLayerEngine('wasm')
      return hex(fed(new PieceHasher()).finish().commitment)
    },
    fr32() {
      const hasher = fr32.create()
      fed({ update: (data) => hasher.write(data) })
      const digest = new Uint8Array(64)
      const length = hasher.digestInto(digest, 0, false)
      return hex(digest.subarray(length - 32, length))
    },
  }
  const expected = contenders.ours()
  const check = (found) => must(found === expected)
  const timed = Object.entries(contenders).map(([name, run]) => [name, cpu(() => check(run()))])
  const pool = new WorkerPool(2)
  const whole = Buffer.alloc(mib << 20)
  for (let i = 0; i < mib; i++) whole.set(part, i << 20)
  const times = await interleaved(mib >= 512 ? 1 : 3, {
    ...Object.fromEntries(timed),
    threads: wall(async () => check(hex((await commPOnThreads(pool, whole)).commitment))),
  })
  await pool.close()
  return times
}

/** A full partition of 32 GiB sectors, and a PoRep of one: milliseconds of each. */
async function proofs(rounds) {
  const { actorId } = await dist('primitives/units.js')
  const { proofVerifier } = await dist('proofs-mock/verifier.js')
  const { proveWindowPost } = await dist('proofs-mock/posts.js')
  const { seal, sealedCidOf } = await dist('proofs-mock/replica.js')
  const { proveSeal, sealStatement } = await dist('proofs-mock/seals.js')
  const { mockSetup } = await dist('proofs-mock/setup.js')
  const setup = mockSetup('bench')
  const miner = actorId(1000)
  const randomness = new Uint8Array(32).fill(3)
  const sealOne = (number) =>
    seal({ miner, number: BigInt(number), sealProof: 8, ticket: new Uint8Array(32).fill(4) })
  const sealed = Array.from({ length: 2349 }, (_, i) => sealOne(i))
  const stated = {
    randomness,
    prover: miner,
    challengedSectors: sealed.map(({ replica }) => ({
      proof: replica.sealProof,
      sectorNumber: replica.number,
      sealedCid: sealedCidOf(replica),
    })),
  }
  const prove = () => proveWindowPost(setup, 13, stated, (n) => sealed[Number(n)].replica)
  const proof = prove()
  const seals = sealed.slice(0, 50).map((one) => ({
    ...sealStatement(one, randomness),
    dealIds: [],
    proof: proveSeal(setup, one, randomness),
  }))
  const perItem = (count, run) => async () => (await cpu(run)()) / count
  let next = 10_000
  return interleaved(rounds, {
    // A verifier of its own each time: one remembers what it found good.
    partition: cpu(() => must(proofVerifier(setup).verifyPost({ ...stated, proofs: [proof] }))),
    provePartition: cpu(prove),
    porep: perItem(50, () => must(proofVerifier(setup).batchVerifySeals(seals).every(Boolean))),
    seal: perItem(50, () => {
      for (let i = 0; i < 50; i++) proveSeal(setup, sealOne(next++), randomness)
    }),
  })
}
