/**
 * Recoverable ECDSA over secp256k1, for f1 and f410 senders: 65-byte signatures r ‖ s ‖ v with v from 0 to 3, as Filecoin
 * carries them. By the native secp256k1 package where it has a binary, else by tiny-secp256k1, the same C library as WebAssembly.
 * Either is loaded in place when first needed.
 */
import { InvalidInput } from '../invalid-input.ts'
import { lazily } from './lazy.ts'

/** What either library gives. */
export interface Secp256k1Library {
  readonly name: 'secp256k1' | 'tiny-secp256k1'
  isSecret(secret: Uint8Array): boolean
  /** 65 bytes, uncompressed. */
  publicKey(secret: Uint8Array): Uint8Array
  /** r ‖ s, and v. */
  sign(digest: Uint8Array, secret: Uint8Array): [signature: Uint8Array, v: number]
  /** From r ‖ s; throws or gives nothing where there is no key. */
  recover(digest: Uint8Array, signature: Uint8Array, v: RecoveryId): Uint8Array | undefined
}

/** 65 bytes, uncompressed. @throws InvalidInput unless `secret` is 32 bytes between 1 and the group order. */
export function publicKeyFromSecret(secret: Uint8Array): Uint8Array {
  return Uint8Array.from(secp256k1().publicKey(checkedSecret(secret)))
}

/**
 * Deterministic (RFC 6979), with s in the lower half.
 *
 * @throws InvalidInput for a bad secret or a digest that has not 32 bytes.
 */
export function sign(secret: Uint8Array, digest: Uint8Array): Uint8Array {
  if (digest.length !== 32) throw new InvalidInput('digest', `${digest.length} bytes, not 32`)
  const [signature, v] = secp256k1().sign(digest, checkedSecret(secret))
  const out = new Uint8Array(65)
  out.set(signature)
  out[64] = v
  return out
}

/**
 * The uncompressed public key, 65 bytes, under which `signature` signs `digest`; undefined where there is none, or for other
 * lengths. An s in the upper half is accepted, as ref-fvm `recover_secp_public_key` does for Ethereum.
 */
export function recover(digest: Uint8Array, signature: Uint8Array): Uint8Array | undefined {
  const v = signature[64]
  if (digest.length !== 32 || signature.length !== 65 || v === undefined || v > 3) return undefined
  try {
    const key = secp256k1().recover(digest, signature.subarray(0, 64), v as RecoveryId)
    return key && Uint8Array.from(key)
  } catch {
    return undefined
  }
}

/** The library in use: native where it loads. */
export function secp256k1(): Secp256k1Library {
  return (active ??= loadSecp256k1('secp256k1') ?? tiny())
}

/** Makes a library the one in use. */
export function installSecp256k1(library: Secp256k1Library): void {
  active = library
}

/** A library by name; undefined where it does not load. */
export function loadSecp256k1(name: Secp256k1Library['name']): Secp256k1Library | undefined {
  if (name === 'tiny-secp256k1') return tiny()
  try {
    return native()
  } catch {
    // No binary for this platform or Node version.
    return undefined
  }
}

type RecoveryId = 0 | 1 | 2 | 3

let active: Secp256k1Library | undefined
const bindings = lazily<typeof import('secp256k1')>('secp256k1/bindings.js')
const wasm = lazily<typeof import('tiny-secp256k1')>('tiny-secp256k1')

function native(): Secp256k1Library {
  const library = bindings()
  return {
    name: 'secp256k1',
    isSecret: (secret) => library.privateKeyVerify(secret),
    publicKey: (secret) => library.publicKeyCreate(secret, false),
    sign(digest, secret) {
      const { signature, recid } = library.ecdsaSign(digest, secret)
      return [signature, recid]
    },
    recover: (digest, signature, v) => library.ecdsaRecover(signature, v, digest, false),
  }
}

function tiny(): Secp256k1Library {
  const library = wasm()
  return {
    name: 'tiny-secp256k1',
    isSecret: (secret) => library.isPrivate(secret),
    publicKey: (secret) => library.pointFromScalar(secret, false)!,
    sign(digest, secret) {
      const { signature, recoveryId } = library.signRecoverable(digest, secret)
      return [signature, recoveryId]
    },
    recover: (digest, signature, v) => library.recover(digest, signature, v, false) ?? undefined,
  }
}

function checkedSecret(secret: Uint8Array): Uint8Array {
  if (secret.length !== 32) throw new InvalidInput('secret', `${secret.length} bytes, not 32`)
  if (!secp256k1().isSecret(secret)) throw new InvalidInput('secret', 'out of range')
  return secret
}
