/** Where two AMTs differ first, found without visiting what they share. */
import { childBase, type Index } from './amt-index.ts'
import { AmtNode, type AmtSpec } from './amt-node.ts'
import { type Difference, difference, show } from './codec.ts'

/** First difference below two nodes of the same height that begin at index `base`. */
export function diffNodes<T>(
  spec: AmtSpec<T>,
  expected: AmtNode<T>,
  got: AmtNode<T>,
  height: number,
  base: Index,
  path: string,
): Difference | undefined {
  if (expected.same(got)) return undefined
  if (height === 0) return diffLeaves(spec, expected, got, base, path)
  const [mine, theirs] = [expected.childrenBySlot(spec, height), got.childrenBySlot(spec, height)]
  const none = AmtNode.empty(spec)
  for (const slot of eitherOf(mine, theirs)) {
    const first = childBase(base, slot, height * spec.bitWidth)
    const [a, b] = [mine.get(slot) ?? none, theirs.get(slot) ?? none]
    const found = diffNodes(spec, a, b, height - 1, first, path)
    if (found) return found
  }
  return undefined
}

function diffLeaves<T>(
  spec: AmtSpec<T>,
  expected: AmtNode<T>,
  got: AmtNode<T>,
  base: Index,
  path: string,
): Difference | undefined {
  const [mine, theirs] = [expected.valuesBySlot(spec), got.valuesBySlot(spec)]
  for (const slot of eitherOf(mine, theirs)) {
    const at = `${path}[${childBase(base, slot, 0)}]`
    const [a, b] = [mine.get(slot), theirs.get(slot)]
    if (a === undefined || b === undefined) return { path: at, expected: showed(a), got: showed(b) }
    const found = difference(spec.value, a, b, at)
    if (found) return found
  }
  return undefined
}

const eitherOf = (a: Map<number, unknown>, b: Map<number, unknown>): number[] =>
  [...new Set([...a.keys(), ...b.keys()])].sort((x, y) => x - y)

const showed = (value: unknown): string => (value === undefined ? 'nothing' : show(value))
