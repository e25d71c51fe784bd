/** JSON too long for one string: text that is made piece by piece while it is sent. */
import { formatJson } from './json.ts'

/** Characters of a piece, about. */
const PIECE_LENGTH = 64 * 1024

export class JsonPieces {
  readonly #make: () => Iterable<string>

  constructor(make: () => Iterable<string>) {
    this.#make = make
  }

  /** The text in order, in pieces that are worth sending. */
  *[Symbol.iterator](): Generator<string, void, undefined> {
    let waiting = ''
    for (const piece of this.#make()) {
      waiting += piece
      if (waiting.length < PIECE_LENGTH) continue
      yield waiting
      waiting = ''
    }
    if (waiting) yield waiting
  }

  /** An object, some of whose fields are in pieces. */
  static object(fields: Readonly<Record<string, unknown>>): JsonPieces {
    return new JsonPieces(function* () {
      let before = '{'
      for (const [name, value] of Object.entries(fields)) {
        if (value === undefined) continue
        yield `${before}${JSON.stringify(name)}:`
        yield* textOf(value)
        before = ','
      }
      yield before === '{' ? '{}' : '}'
    })
  }

  /** Text of a list, whose items may be in pieces. */
  static *list(items: Iterable<unknown>): Generator<string, void, undefined> {
    let before = '['
    for (const item of items) {
      yield before
      yield* textOf(item)
      before = ','
    }
    yield before === '[' ? '[]' : ']'
  }
}

function* textOf(value: unknown): Generator<string, void, undefined> {
  if (value instanceof JsonPieces) yield* value
  else yield formatJson(value)
}
