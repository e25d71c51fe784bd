/** ecrecover, sha256, ripemd160 and identity. */
import { keccak256, sha256 as sha256Of } from '../../../primitives/crypto/hash.ts'
import { ripemd160 as ripemd160Of } from '../../../primitives/crypto/ripemd160.ts'
import { InputReader, PrecompileFailed } from './input.ts'
import { computed, type Precompile } from './precompile.ts'

const WORD = 32
/** Order of secp256k1. */
const ORDER = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n
const NOTHING = new Uint8Array()

/** Never fails: what is no signature gives nothing. */
export const ecrecover: Precompile = ({ system }, { input }) => {
  try {
    return recovered(system.rt.syscalls, input)
  } catch (error) {
    if (error instanceof PrecompileFailed) return NOTHING
    throw error
  }
}

type Recover = Parameters<Precompile>[0]['system']['rt']['syscalls']

function recovered(syscalls: Recover, input: Uint8Array): Uint8Array {
  const reader = new InputReader(input)
  const hash = reader.padded(WORD)
  const v = Number(reader.uint(8)) - 27
  const signature = new Uint8Array(65)
  for (const at of [0, WORD]) {
    const scalar = reader.padded(WORD)
    signature.set(scalar, at)
    const value = new InputReader(scalar).word()
    if (value === 0n || value >= ORDER) return NOTHING
  }
  if (v !== 0 && v !== 1) return NOTHING
  signature[64] = v
  const key = syscalls.recoverSecpPublicKey(hash, signature)
  if (key === null) return NOTHING
  const out = keccak256(key.subarray(1))
  out.fill(0, 0, 12)
  return out
}

export const sha256 = computed('sha256', (input, charge) => {
  charge(14_000 + 7 * input.length)
  return sha256Of(input)
})

export const ripemd160 = computed('ripemd160', (input, charge) => {
  charge(14_000 + 35 * input.length)
  const out = new Uint8Array(WORD)
  out.set(ripemd160Of(input), 12)
  return out
})

export const identity = computed('identity', (input, charge) => {
  charge(input.length)
  return input.slice()
})
