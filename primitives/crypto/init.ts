/** Loads what the cryptography needs, once, before a run: the one place in this room that waits. */
import Blake2b from 'blake2b-wasm'
import type { createKeccak } from 'hash-wasm'
import { type BlstBinding, blstCurve } from './bls-blst.ts'
import { herumiCurve, type MclModule } from './bls-herumi.ts'
import { blsBackend } from './bls-scheme.ts'
import type { ChainsafeBls } from './chainsafe-bls.ts'
import { type BlsBackend, installBls } from './bls.ts'
import { installHashers } from './hash.ts'
import { installSecp256k1, loadSecp256k1, type Secp256k1Library } from './secp256k1.ts'
import { chooseLayerEngine, type LayerEngine } from './sha256-layers.ts'

export interface CryptoOptions {
  /** Which BLS library; by default blst where its native part loads, else herumi. The results are the same. */
  readonly bls?: BlsBackend['name']
  /** Which secp256k1 library; by default the native one where it loads. */
  readonly secp256k1?: Secp256k1Library['name']
  /** What hashes large layers of commitment trees; by default the native addon where it loads. */
  readonly sha256Layers?: LayerEngine
}

/**
 * Idempotent; after it, everything in this folder is synchronous. A later call may switch libraries. Each worker thread
 * calls it for itself.
 *
 * @throws Error when a native library is asked for that has no binary for this platform.
 */
export async function initCrypto(options: CryptoOptions = {}): Promise<void> {
  hashers ??= loadHashers()
  await hashers
  if (options.bls !== undefined || !blsChosen) installBls(await chooseBls(options.bls))
  blsChosen = true
  if (options.sha256Layers !== undefined) chooseLayerEngine(options.sha256Layers)
  if (options.secp256k1 !== undefined) installSecp256k1(chooseSecp256k1(options.secp256k1))
}

/** A BLS library by name, without making it the active one; undefined where it does not load. */
export async function loadBls(name: BlsBackend['name']): Promise<BlsBackend | undefined> {
  if (name === 'blst') return (blst ??= loadBlst())
  return (mcl ??= loadHerumi())
}

/**
 * @chainsafe/bls, native where it loads. Only where somebody waits anyway: to load it takes as long as a small devnet to start,
 * and it cannot be loaded in place.
 */
export function loadChainsafeBls(
  name: ChainsafeBls['implementation'] = 'blst-native',
): Promise<ChainsafeBls> {
  if (name === 'herumi') return import('@chainsafe/bls/herumi').then(({ bls }) => bls)
  return import('@chainsafe/bls/blst-native').then(
    ({ bls }) => bls,
    () => loadChainsafeBls('herumi'),
  )
}

let hashers: Promise<void> | undefined
let blst: Promise<BlsBackend | undefined> | undefined
let mcl: Promise<BlsBackend> | undefined
let blsChosen = false

/** The one function of hash-wasm that is used; its index would load forty more at every start. */
const KECCAK: string = 'hash-wasm/dist/keccak.umd.min.js'

async function loadHashers(): Promise<void> {
  await new Promise<void>((resolve, reject) =>
    Blake2b.ready((error) => (error ? reject(error) : resolve())),
  )
  const { default: keccak } = (await import(KECCAK)) as {
    default: { createKeccak: typeof createKeccak }
  }
  installHashers({ keccak256: await keccak.createKeccak(256) })
}

async function chooseBls(name: BlsBackend['name'] | undefined): Promise<BlsBackend> {
  const backend = (await loadBls(name ?? 'blst')) ?? (name ? undefined : await loadBls('herumi'))
  if (backend === undefined) throw new Error(`the BLS library ${name} does not load here`)
  return backend
}

function chooseSecp256k1(name: Secp256k1Library['name']): Secp256k1Library {
  const library = loadSecp256k1(name)
  if (library === undefined) throw new Error(`the library ${name} does not load here`)
  return library
}

async function loadBlst(): Promise<BlsBackend | undefined> {
  let binding: { readonly blst: unknown }
  try {
    binding = await import('@chainsafe/blst/dist/bindings.js')
  } catch {
    // No prebuilt binary for this platform or Node version.
    return undefined
  }
  return blsBackend(blstCurve(binding.blst as BlstBinding))
}

async function loadHerumi(): Promise<BlsBackend> {
  const { default: herumi } = await import('bls-eth-wasm')
  await herumi.init(herumi.BLS12_381)
  return blsBackend(herumiCurve((herumi as unknown as { readonly mod: MclModule }).mod))
}
