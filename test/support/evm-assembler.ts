/**
 * A small assembler for the tests of contracts: names of instructions, numbers that are pushed in as few bytes as they need,
 * `name:` for a place to jump to, and `@name` to push it. What follows `;` on a line is a comment.
 */
import { concatBytes, fromHex, toHex } from '../../primitives/bytes.ts'
import { OPCODE_NAMES } from '../../rpc/opcode-names.ts'

/** Opcodes by name. */
export const OPCODE: ReadonlyMap<string, number> = new Map(
  [...OPCODE_NAMES].map(([opcode, name]) => [name, opcode]),
)

/** Code of a program. @throws Error for a word that is nothing of the above. */
export function assemble(source: string): Uint8Array {
  const words = source.replace(/;.*$/gm, '').split(/\s+/).filter(Boolean)
  const places = new Map<string, number>()
  let length = 0
  for (const word of words) {
    if (word.endsWith(':')) places.set(word.slice(0, -1), length)
    length += word.startsWith('@') ? 3 : encodeWord(word).length
  }
  return concatBytes(
    ...words.map((word) => {
      if (!word.startsWith('@')) return encodeWord(word)
      const place = places.get(word.slice(1))
      if (place === undefined) throw new Error(`no place ${word}`)
      return Uint8Array.of(0x61, place >> 8, place & 0xff)
    }),
  )
}

/** Initcode that leaves `code` behind. */
export function deploying(code: Uint8Array): Uint8Array {
  const head = (length: number) =>
    assemble(`${code.length} ${length} 0x0 CODECOPY ${code.length} 0x0 RETURN`)
  let length = 0
  while (head(length).length !== length) length = head(length).length
  return concatBytes(head(length), code)
}

/** A number as a 32-byte word. */
export const word = (value: number | bigint): Uint8Array =>
  fromHex(BigInt.asUintN(256, BigInt(value)).toString(16).padStart(64, '0'))

/** The number of a word. */
export const wordValue = (bytes: Uint8Array): bigint =>
  bytes.length === 0 ? 0n : BigInt(`0x${toHex(bytes)}`)

function encodeWord(word: string): Uint8Array {
  if (word.endsWith(':')) return Uint8Array.of(0x5b)
  const opcode = OPCODE.get(word)
  if (opcode !== undefined) return Uint8Array.of(opcode)
  if (/^0x[0-9a-f]{2}$/.test(word) || !/^(0x[0-9a-f]+|\d+)$/.test(word)) return rawByte(word)
  return push(BigInt(word))
}

/** `#5f` is the byte itself: for code that no assembler would write. */
function rawByte(word: string): Uint8Array {
  if (/^#([0-9a-f]{2})+$/.test(word)) return fromHex(word.slice(1))
  if (/^0x[0-9a-f]+$/.test(word)) return push(BigInt(word))
  throw new Error(`no instruction ${word}`)
}

function push(value: bigint): Uint8Array {
  const digits = value.toString(16)
  const bytes = fromHex(digits.length % 2 ? `0${digits}` : digits)
  return concatBytes(Uint8Array.of(0x5f + bytes.length), bytes)
}
