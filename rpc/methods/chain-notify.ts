/** New heads as Lotus tells them: a channel of go-jsonrpc, over WebSocket only. Reference: Lotus `node/impl/full/chain.go` (`ChainNotify`). */
import type { Tipset } from '../../engine/chain/tipset.ts'
import { type RpcContext } from '../context.ts'
import { ignored } from '../decoders.ts'
import { refused } from '../errors.ts'
import { followHeads } from '../head-changes.ts'
import { method } from '../method.ts'
import { tipsetJson } from '../tipsets.ts'

export const chainNotifyMethods = [
  method('Filecoin.ChainNotify', [], (context) => {
    const { connection, requestId } = context
    if (!connection) throw refused('ChainNotify needs a connection that stays open: use WebSocket')
    return connection.openChannel(requestId, (tell) => tellHeads(context, tell))
  }),
  method<[unknown]>('xrpc.cancel', [ignored], ({ connection }, request) =>
    connection?.cancel(request),
  ),
]

/** Tells the head there is, and then of each change the tipsets that go and come. */
function tellHeads(context: RpcContext, tell: (changes: readonly object[]) => void): () => void {
  const { node } = context
  const change = (Type: string) => (tipset: Tipset) => ({ Type, Val: tipsetJson(context, tipset) })
  tell([change('current')(node.head)])
  return followHeads(node, ({ reverted, applied }) =>
    tell([...reverted.map(change('revert')), ...applied.map(change('apply'))]),
  )
}
