/** Blocks of data by CID, and what differs between two states. Reference: Lotus `node/impl/full/chain.go`, `chain/state/statetree.go` (`Diff`). */
import type { Tipset } from '../../engine/chain/tipset.ts'
import type { Actors } from '../../engine/vm/state-tree.ts'
import { idAddress } from '../../primitives/address.ts'
import { encodeBase64 } from '../../primitives/base64.ts'
import type { Cid } from '../../primitives/cid.ts'
import { shownAddress } from '../actors.ts'
import type { RpcContext } from '../context.ts'
import { cid } from '../decoders.ts'
import { refused } from '../errors.ts'
import { actorToJson } from '../exec-trace.ts'
import { method } from '../method.ts'

export const chainObjectMethods = [
  method<[Cid]>('Filecoin.ChainReadObj', [cid], ({ objects }, wanted) => {
    const found = objects.find(wanted)
    if (!found) throw refused(`blockstore get: ipld: could not find ${wanted}`)
    return encodeBase64(found)
  }),
  method<[Cid]>(
    'Filecoin.ChainHasObj',
    [cid],
    ({ objects }, wanted) => objects.find(wanted) !== undefined,
  ),
  method<[Cid, Cid]>('Filecoin.StateChangedActors', [cid, cid], (context, old, next) => {
    const before = stateOf(context, 'old', old)
    const changed: Record<string, object> = {}
    for (const [id, actor] of stateOf(context, 'new', next).entries()) {
      const known = before.get(id)
      const now = known === actor ? undefined : actorToJson(context, actor)
      if (now && !(known && isSame(actorToJson(context, known), now)))
        changed[shownAddress(context, idAddress(id))] = now
    }
    return changed
  }),
]

const isSame = (a: object, b: object): boolean => JSON.stringify(a) === JSON.stringify(b)

/** Actors below a state root of the chain. @throws RpcError */
function stateOf({ node: { store } }: RpcContext, which: string, root: Cid): Actors {
  for (let at: Tipset | undefined = store.head; at; at = store.parent(at)) {
    const { state, stateRoot } = store.execution(at)
    if (stateRoot.equals(root)) return state
  }
  throw refused(`failed to load ${which} state tree: ipld: could not find ${root}`)
}
