/** What of all FIL circulates after a tipset, by its parts. */
import type { Cid } from '../primitives/cid.ts'
import { stateAfter } from './actors.ts'
import type { RpcContext } from './context.ts'
import { tipsetOf } from './tipsets.ts'

export function supplyAfter(context: RpcContext, key: readonly Cid[]) {
  const tipset = tipsetOf(context, key)
  return context.node.supply(stateAfter(context, tipset), tipset.height)
}
