/** How the chain goes on: which tipsets go and which come with a new head, also where what went is no longer there to be looked up. */
import type { Tipset } from '../engine/chain/tipset.ts'
import type { Node } from '../engine/node.ts'

export interface HeadChange {
  /** The last one first, as they are undone. */
  readonly reverted: readonly Tipset[]
  readonly applied: readonly Tipset[]
}

/** Ancestors of the head that are remembered: a finality. */
const MAX_REMEMBERED = 900

/** Calls `listener` with each new head, until the returned function is called. */
export function followHeads(node: Node, listener: (change: HeadChange) => void): () => void {
  let path = ancestorsOf(node, node.head, () => false).reverse()
  return node.subscribe((head) => {
    const known = new Map(path.map(({ key }, i) => [key, i]))
    const applied = ancestorsOf(node, head, ({ key }) => known.has(key)).reverse()
    const fork = applied[0] && known.get(applied[0].parentKey)
    const kept = fork === undefined ? 0 : fork + 1
    const reverted = path.slice(kept).reverse()
    path = [...path.slice(0, kept), ...applied].slice(-MAX_REMEMBERED)
    listener({ reverted, applied })
  })
}

/** A tipset and those before it, back to one that is known, as many as are remembered. */
function ancestorsOf({ store }: Node, from: Tipset, isKnown: (at: Tipset) => boolean): Tipset[] {
  const found: Tipset[] = []
  for (let at: Tipset | undefined = from; at && !isKnown(at); at = store.parent(at)) {
    if (found.length === MAX_REMEMBERED) break
    found.push(at)
  }
  return found
}
