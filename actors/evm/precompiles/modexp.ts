/** base ^ exponent mod modulus, of any length (EIP-198). */
import { ActorTrap } from '../../errors.ts'
import { panic } from '../exit-codes.ts'
import { bytesOfInteger, InputReader, integerOf } from './input.ts'
import type { Precompile } from './precompile.ts'

const WORD = 32
/** Bits the released actor can shift by. */
const MAX_SHIFT_BYTES = 0xffffffff >>> 3
const MAX_BYTES = 128 << 20
/** Estimate for one multiplication, by the square of the length in 64-bit limbs. */
const GAS_PER_LIMB_PRODUCT = 1200
const GAS_PER_BYTE = 20

interface Lengths {
  readonly base: number
  readonly exponent: number
  readonly modulus: number
}

export const modexp: Precompile = ({ system }, { input }) => {
  const head = new InputReader(input)
  const lengths = { base: head.uint32(), exponent: head.uint32(), modulus: head.uint32() }
  if (lengths.base === 0 && lengths.modulus === 0) return new Uint8Array()
  let at = 3 * WORD
  const next = (length: number): bigint => {
    const bytes = input.subarray(at, at + length)
    at += length
    return shifted(integerOf(bytes), length - bytes.length)
  }
  const [base, exponent, modulus] = [
    next(lengths.base),
    next(lengths.exponent),
    next(lengths.modulus),
  ]
  if (lengths.modulus > MAX_BYTES) throw new ActorTrap(`modulus of ${lengths.modulus} bytes`)
  system.rt.chargeGas('modexp', gasOf(lengths, exponent, modulus))
  if (modulus <= 1n) return new Uint8Array(lengths.modulus)
  return bytesOfInteger(power(base % modulus, exponent, modulus), lengths.modulus)
}

/** Bytes that lie behind the end are zeros. */
function shifted(value: bigint, missing: number): bigint {
  if (missing > MAX_SHIFT_BYTES) throw panic('attempt to multiply with overflow')
  if (value === 0n || missing === 0) return value
  if (missing > MAX_BYTES) throw new ActorTrap(`integer of ${missing} bytes`)
  return value << BigInt(8 * missing)
}

function gasOf({ base, modulus }: Lengths, exponent: bigint, value: bigint): number {
  const limbs = Math.ceil(value.toString(16).length / 16)
  const bits = exponent === 0n ? 0 : 4 * exponent.toString(16).length
  return GAS_PER_BYTE * (base + modulus) + GAS_PER_LIMB_PRODUCT * 1.25 * bits * limbs * limbs
}

function power(base: bigint, exponent: bigint, modulus: bigint): bigint {
  let result = 1n
  for (const bit of exponent.toString(2)) {
    result = (result * result) % modulus
    if (bit === '1') result = (result * base) % modulus
  }
  return exponent === 0n ? 1n : result
}
