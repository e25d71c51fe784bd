/** Reading a precompile's input: words one after another, as if zeros without end stood behind it. */
import { toHex } from '../../../primitives/bytes.ts'
import { ActorTrap } from '../../errors.ts'
import { panic } from '../exit-codes.ts'

/** A precompile refuses its input: the call fails, and returns nothing. */
export class PrecompileFailed extends Error {
  override name = 'PrecompileFailed'
}

const WORD = 32
const MAX_CAPACITY = 0x7fffffff
/** Longest copy that is made with zeros behind; the released actor runs out of memory somewhere beyond. */
const MAX_PADDED = 510 << 20

export class InputReader {
  readonly #bytes: Uint8Array
  #at = 0

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
  }

  seek(offset: number): void {
    this.#at = Math.min(offset, this.#bytes.length)
  }

  /** A copy of the next `length` bytes. @throws ActorError, ActorTrap where the actor has no room for as many zeros. */
  padded(length: number): Uint8Array {
    const rest = this.#bytes.length - this.#at
    if (length > rest && length > MAX_CAPACITY) throw panic('capacity overflow')
    if (length > rest && length > MAX_PADDED) throw new ActorTrap(`input of ${length} bytes`)
    const out = new Uint8Array(length)
    out.set(this.#bytes.subarray(this.#at, this.#at + length))
    this.seek(this.#at + length)
    return out
  }

  /** The next word as an integer. */
  word(): bigint {
    return integerOf(this.padded(WORD))
  }

  /** The next word, of at most `bits` bits. @throws PrecompileFailed when it has more. */
  uint(bits: number): bigint {
    const value = this.word()
    if (value >> BigInt(bits) !== 0n) throw new PrecompileFailed(`more than ${bits} bits`)
    return value
  }

  /** The next word as a number of 32 bits. */
  uint32(): number {
    return Number(this.uint(32))
  }
}

/** The integer of big-endian bytes. */
export const integerOf = (bytes: Uint8Array): bigint =>
  bytes.length === 0 ? 0n : BigInt(`0x${toHex(bytes)}`)

/** An integer as big-endian bytes of a length. */
export function bytesOfInteger(value: bigint, length: number): Uint8Array {
  const out = new Uint8Array(length)
  const digits = value.toString(16)
  for (let i = length - 1, end = digits.length; i >= 0 && end > 0; i--, end -= 2)
    out[i] = parseInt(digits.slice(Math.max(0, end - 2), end), 16)
  return out
}
