/** Messages that begin to wait and cease to, as Lotus tells them: a channel of go-jsonrpc. Reference: Lotus `chain/messagepool`, `api/api_full.go`. */
import {
  type SignedMessage,
  signedMessageCid,
  signedMessageToJson,
} from '../../engine/chain/message.ts'
import type { RpcContext } from '../context.ts'
import { refused } from '../errors.ts'
import { method } from '../method.ts'

const MPOOL_ADD = 0
const MPOOL_REMOVE = 1

export const mpoolSubMethods = [
  method('Filecoin.MpoolSub', [], (context) => {
    const { connection, requestId } = context
    if (!connection) throw refused('MpoolSub needs a connection that stays open: use WebSocket')
    return connection.openChannel(requestId, (tell) => tellMessages(context, tell))
  }),
]

function tellMessages({ node }: RpcContext, tell: (update: object) => void): () => void {
  const waiting = new Map<string, SignedMessage>()
  const update = (type: number, signed: SignedMessage): void =>
    tell({ Type: type, Message: signedMessageToJson(signed, node.params.letter) })
  for (const signed of node.pool.pending()) waiting.set(signedMessageCid(signed).key, signed)
  const ends = [
    node.subscribeMessages((signed) => {
      waiting.set(signedMessageCid(signed).key, signed)
      update(MPOOL_ADD, signed)
    }),
    node.subscribe(() => {
      const left = new Set(node.pool.pending().map((signed) => signedMessageCid(signed).key))
      for (const [key, signed] of waiting)
        if (!left.has(key)) {
          waiting.delete(key)
          update(MPOOL_REMOVE, signed)
        }
    }),
  ]
  return () => ends.forEach((end) => end())
}
