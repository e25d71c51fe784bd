/**
 * The shorthand in which vector files write a typed CBOR value: `[1,bagboea4seaaqa,{0,3},6 FIL,bytes(beef),null]`. Arrays
 * stand for tuples and lists, `{n}` for bitfields; whether an integer is a number or a byte string is up to the type.
 */
import { Bitfield } from '../../primitives/bitfield.ts'
import { fromHex } from '../../primitives/bytes.ts'
import { type Cid, parseCid } from '../../primitives/cid.ts'
import { ATTO_PER_FIL } from '../../primitives/units.ts'

export type Diagnostic =
  bigint | boolean | null | Uint8Array | Cid | Bitfield | readonly Diagnostic[]

/** The value; undefined where the text describes it in words. A label such as `default:` may stand before it. */
export function parseDiagnostic(text: string): Diagnostic | undefined {
  const [, value] = /^\s*(?:\w+:)?\s*(\[[^]*\])\s*$/.exec(text) ?? []
  if (value === undefined) return undefined
  const reader = new Reader(value)
  const parsed = reader.value()
  return reader.done ? parsed : undefined
}

/** Tokens that are a value by themselves, and how each is read. A remark in brackets may follow a number. */
const LEAVES: [RegExp, (match: RegExpExecArray) => Diagnostic][] = [
  [/null/y, () => null],
  [/true/y, () => true],
  [/false/y, () => false],
  [/byte(?:s)?[([]([0-9a-f]*)[)\]]/y, ([, hex]) => fromHex(hex!)],
  [/\{([^}]*)\}/y, ([, members]) => bitfieldOf(members!)],
  [/(-?\d[\d_]*)\s*(?:<<\s*(\d+))?\s*(FIL)?(?:\([^)]*\))?/y, integerOf],
  [/b[a-z2-7]+/y, ([cid]) => parseCid(cid)],
]

function integerOf([, digits, shift, unit]: RegExpExecArray): bigint {
  const n = BigInt(digits!.replaceAll('_', '')) << BigInt(shift ?? 0)
  return unit ? n * ATTO_PER_FIL : n
}

/** Members and ranges: `0,2,5-7`, the end included. */
function bitfieldOf(text: string): Bitfield {
  const parts = text.split(',').filter((part) => part.trim() !== '')
  return Bitfield.fromRanges(
    parts.map((part) => {
      const [first, last] = part.split(/-|\.\./).map((n) => BigInt(n.trim()))
      return [first!, (last ?? first!) + 1n] as const
    }),
  )
}

class Reader {
  readonly #text: string
  #at = 0

  constructor(text: string) {
    this.#text = text
  }

  get done(): boolean {
    return this.#at === this.#text.length
  }

  /** The next value; undefined where something else stands. */
  value(): Diagnostic | undefined {
    if (this.#take(/\s*\[\s*/y)) return this.#items()
    for (const [pattern, read] of LEAVES) {
      const match = this.#take(pattern)
      if (match) return read(match)
    }
    return undefined
  }

  #items(): Diagnostic[] | undefined {
    const items: Diagnostic[] = []
    while (!this.#take(/\s*\]/y)) {
      if (items.length > 0 && !this.#take(/\s*,\s*/y)) return undefined
      const item = this.value()
      if (item === undefined) return undefined
      items.push(item)
    }
    return items
  }

  #take(pattern: RegExp): RegExpExecArray | null {
    pattern.lastIndex = this.#at
    const match = pattern.exec(this.#text)
    if (match) this.#at = pattern.lastIndex
    return match
  }
}
