/** Keys that a node signs with: those of a devnet's accounts and providers, and what clients make or bring. */
import { type Address, blsAddress, secp256k1Address } from '../primitives/address.ts'
import { bls } from '../primitives/crypto/bls.ts'
import { publicKeyFromSecret } from '../primitives/crypto/secp256k1.ts'
import { ethAddressOfPublicKey, filecoinAddressOf } from '../primitives/eth-address.ts'
import { InvalidInput } from '../primitives/invalid-input.ts'
import { Prng } from '../primitives/prng.ts'
import type { SignatureType } from '../primitives/signature.ts'

export interface WalletKey {
  readonly address: Address
  readonly type: SignatureType
  /** 32 bytes; of BLS little-endian. */
  readonly secret: Uint8Array
}

/** Kinds of keys, by the names that Lotus has for them. */
export const KEY_TYPES: readonly SignatureType[] = ['secp256k1', 'bls', 'delegated']

export class Wallet {
  readonly #keys = new Map<string, WalletKey>()
  readonly #prng: Prng
  #made = 0
  #default: Address | undefined

  /** @param seed - of the keys it makes. */
  constructor(seed: string) {
    this.#prng = new Prng(seed)
  }

  /** In the order they came. */
  list(): readonly WalletKey[] {
    return [...this.#keys.values()]
  }

  get(address: Address): WalletKey | undefined {
    return this.#keys.get(address.key)
  }

  add(key: WalletKey): void {
    this.#keys.set(key.address.key, key)
  }

  /** Makes a key. */
  make(type: SignatureType): WalletKey {
    const secret = this.#prng.fork(`key ${this.#made++}`).bytes(32)
    // Below the order of BLS' group.
    if (type === 'bls') secret[31]! &= 0x3f
    return this.import(type, secret)
  }

  /** Takes in a key. @throws InvalidInput for bytes that are none. */
  import(type: SignatureType, secret: Uint8Array): WalletKey {
    const key = { address: addressOfSecret(type, secret), type, secret }
    this.add(key)
    return key
  }

  delete(address: Address): void {
    this.#keys.delete(address.key)
    if (this.#default?.equals(address)) this.#default = undefined
  }

  /** The one that was set, else the first. */
  get default(): Address | undefined {
    return this.#default ?? this.list()[0]?.address
  }

  set default(address: Address | undefined) {
    this.#default = address
  }
}

/** @throws InvalidInput */
function addressOfSecret(type: SignatureType, secret: Uint8Array): Address {
  if (secret.length !== 32)
    throw new InvalidInput('PrivateKey', `${secret.length} bytes, expected 32`)
  try {
    if (type === 'bls') return blsAddress(bls().publicKey(secret))
    const publicKey = publicKeyFromSecret(secret)
    return type === 'secp256k1'
      ? secp256k1Address(publicKey)
      : filecoinAddressOf(ethAddressOfPublicKey(publicKey))
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    throw new InvalidInput('PrivateKey', `not a ${type} key: ${why}`)
  }
}
