/** State roots, computed while nobody waits. */
import type { Node } from '../engine/node.ts'

/** Has the root of a new head ready for the next block, once whoever waited for the head is answered. */
export function keepRootsReady(node: Node): void {
  let isPlanned = false
  node.subscribe(() => {
    if (isPlanned) return
    isPlanned = true
    setImmediate(() => {
      isPlanned = false
      computeRoot(node)
    })
  })
}

function computeRoot({ store, head }: Node): void {
  try {
    void store.execution(head).stateRoot
  } catch {
    // The next block asks again, and tells whoever wants it.
  }
}
