/** Bitfields in Lotus' JSON: lengths of runs, of what is not in it first (go-bitfield `rle.MarshalJSON`). */
import { Bitfield } from '../primitives/bitfield.ts'
import { type Decoder, Mismatch } from './method.ts'

export function bitfieldToJson(bits: Bitfield): number[] {
  const lengths: number[] = []
  let at = 0n
  for (const [start, end] of bits.ranges()) {
    lengths.push(Number(start - at), Number(end - start))
    at = end
  }
  return lengths.length === 0 ? [0] : lengths
}

/** The same, read. */
export const bitfield: Decoder<Bitfield> = (value) => {
  const isRun = (n: unknown) => typeof n === 'number' && Number.isSafeInteger(n) && n >= 0
  if (!Array.isArray(value) || !value.every(isRun))
    throw new Mismatch('a bitfield: an array of lengths of runs', value)
  const ranges: [number, number][] = []
  let at = 0
  for (const [i, length] of (value as number[]).entries()) {
    if (i % 2 === 1) ranges.push([at, at + length])
    at += length
  }
  return Bitfield.fromRanges(ranges)
}
