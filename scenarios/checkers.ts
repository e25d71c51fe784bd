/** Laws that hold in every state of every network. */
import type { StateTree } from '../engine/vm/state-tree.ts'
import type { TokenAmount } from '../primitives/units.ts'

/** attoFIL of all actors together; a network never changes it. */
export function totalFil(tree: StateTree): TokenAmount {
  let total = 0n
  for (const [, { balance }] of tree.entries()) total += balance
  return total
}
