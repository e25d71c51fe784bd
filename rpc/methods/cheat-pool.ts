/** What waits for a block, as Ethereum's clients list it, and taking it out. */
import {
  type EthTransactionJson,
  ethHashOfMessage,
  ethTransactionToJson,
  quantity,
} from '../../engine/chain/eth-json.ts'
import type { SignedMessage } from '../../engine/chain/message.ts'
import type { Address } from '../../primitives/address.ts'
import { checksumEthAddress } from '../../primitives/eth-address.ts'
import { ethAddressIn, resolveIn, stateAfter } from '../actors.ts'
import { cheat } from '../cheat.ts'
import type { RpcContext } from '../context.ts'
import { actorAddress, ethHash } from '../decoders.ts'
import { refused } from '../errors.ts'
import { method } from '../method.ts'

/** By sender and nonce, whatever `shown` makes of each. */
function bySender<T>(
  context: RpcContext,
  shown: (signed: SignedMessage, json: EthTransactionJson) => T,
): Record<string, Record<string, T>> {
  const { node } = context
  const state = stateAfter(context, node.head)
  const found: Record<string, Record<string, T>> = {}
  for (const signed of node.pool.pending()) {
    const { from, to, nonce } = signed.message
    const parties = () => ({ from: ethAddressIn(state, from), to: ethAddressIn(state, to) })
    const json = ethTransactionToJson(signed, node.params.chainId, parties)
    const sender = (found[checksumEthAddress(ethAddressIn(state, from))] ??= {})
    sender[nonce.toString()] = shown(signed, json)
  }
  return found
}

const inLine = ({ message }: SignedMessage, { to }: EthTransactionJson): string =>
  `${to ?? 'contract creation'}: ${message.value} wei + ${message.gasLimit} gas × ${message.gasFeeCap} wei`

/** Takes out a transaction, and what its sender has waiting after it. @throws RpcError for one that is on the chain. */
function drop({ node, index }: RpcContext, hash: Uint8Array): boolean {
  const cid = index.messageCid(hash)
  if (node.store.locate(cid)) throw refused('the transaction is on the chain already')
  return node.pool.remove(cid).length > 0
}

function dropSender(context: RpcContext, sender: Address): boolean {
  const { node } = context
  const state = stateAfter(context, node.head)
  const id = resolveIn(state, sender)
  for (const signed of node.pool.pending())
    if (resolveIn(state, signed.message.from) === id)
      drop(context, ethHashOfMessage(signed, node.params.chainId))
  return true
}

export const cheatPoolMethods = [
  method('txpool_content', [], (context) => ({
    pending: bySender(context, (_, json) => json),
    queued: {},
  })),
  method('txpool_inspect', [], (context) => ({ pending: bySender(context, inLine), queued: {} })),
  method('txpool_status', [], ({ node }) => ({
    pending: quantity(node.pool.size),
    queued: quantity(0),
  })),
  ...cheat<[Uint8Array]>('dropTransaction', [ethHash], drop),
  ...cheat('dropAllTransactions', [], ({ node }) => {
    node.pool.clear()
    return true
  }),
  ...cheat<[Address]>('removePoolTransactions', [actorAddress], dropSender),
]
