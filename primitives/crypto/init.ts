/** Loads what the cryptography needs, once, before a run. */
import Blake2b from 'blake2b-wasm'
import { createKeccak } from 'hash-wasm'
import { installHashers } from './hash.ts'

let hashers: Promise<void> | undefined

/** Idempotent. After it, everything in this folder is synchronous. Each worker thread calls it for itself. */
export async function initCrypto(): Promise<void> {
  hashers ??= loadHashers()
  await hashers
}

async function loadHashers(): Promise<void> {
  await new Promise<void>((resolve, reject) =>
    Blake2b.ready((error) => (error ? reject(error) : resolve())),
  )
  installHashers({ keccak256: await createKeccak(256) })
}
