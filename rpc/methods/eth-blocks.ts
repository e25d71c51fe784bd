/** Blocks, transactions and receipts. Reference: Lotus `node/impl/eth/transaction.go`. */
import type { MessageLocation } from '../../engine/chain/chain-store.ts'
import {
  ethHashOfMessage,
  ethTransactionToJson,
  hexData,
  quantity,
} from '../../engine/chain/eth-json.ts'
import type { SignedMessage } from '../../engine/chain/message.ts'
import type { Tipset } from '../../engine/chain/tipset.ts'
import type { Cid } from '../../primitives/cid.ts'
import { ethAddressIn, stateAfter } from '../actors.ts'
import type { RpcContext } from '../context.ts'
import { bool, cid, ethHash, integer, optional, smallQuantity } from '../decoders.ts'
import { refused } from '../errors.ts'
import { ethBlockJson, ethReceiptAt, ethTransactionAt } from '../eth-blocks.ts'
import { block, blockNumber, type BlockParam } from '../eth-params.ts'
import { method } from '../method.ts'
import { tipsetOfBlock, tipsetOfHash } from '../tipsets.ts'

type Hash = Uint8Array

const full = optional(bool, false)

export const ethBlockMethods = [
  method<[BlockParam, boolean]>('eth_getBlockByNumber', [blockNumber, full], (context, at, whole) =>
    ethBlockJson(context, tipsetOfBlock(context, at, true), whole),
  ),
  method<[Hash, boolean]>('eth_getBlockByHash', [ethHash, full], (context, hash, whole) =>
    ethBlockJson(context, tipsetOfHash(context, hash), whole),
  ),
  method<[BlockParam]>('eth_getBlockTransactionCountByNumber', [blockNumber], (context, at) =>
    quantity(outcomesOf(context, tipsetOfBlock(context, at, true)).length),
  ),
  method<[Hash]>('eth_getBlockTransactionCountByHash', [ethHash], (context, hash) =>
    quantity(outcomesOf(context, tipsetOfHash(context, hash)).length),
  ),
  method<[BlockParam]>('eth_getBlockReceipts', [block], (context, at) => {
    const tipset = tipsetOfBlock(context, at, true)
    return outcomesOf(context, tipset).map((_, index) => ethReceiptAt(context, { tipset, index }))
  }),
  method<[Hash]>('eth_getTransactionReceipt', [ethHash], (context, hash) => {
    const at = locate(context, hash)
    if (at) return ethReceiptAt(context, at)
    context.inbox.checkWaiting(context.index.messageCid(hash))
    return null
  }),
  method<[Hash]>('eth_getTransactionByHash', [ethHash], (context, hash) => {
    const at = locate(context, hash)
    return at ? ethTransactionAt(context, at) : pendingTransaction(context, hash)
  }),
  method<[Hash, number]>(
    'eth_getTransactionByBlockHashAndIndex',
    [ethHash, smallQuantity],
    (context, hash, index) => transactionAt(context, tipsetOfHash(context, hash), index),
  ),
  method<[BlockParam, number]>(
    'eth_getTransactionByBlockNumberAndIndex',
    [blockNumber, smallQuantity],
    (context, at, index) => transactionAt(context, tipsetOfBlock(context, at, true), index),
  ),
]

/** The same where clients say how far back to look; Lotus has them under these names only. */
export const limitedMethods = [
  method<[Hash, number]>(
    'Filecoin.EthGetTransactionByHashLimited',
    [ethHash, integer],
    (context, hash, limit) => {
      const at = locate(context, hash)
      if (!at) return pendingTransaction(context, hash)
      return isWithin(context, at.tipset, limit) ? ethTransactionAt(context, at) : null
    },
  ),
  method<[Hash, number]>(
    'Filecoin.EthGetTransactionReceiptLimited',
    [ethHash, integer],
    (context, hash, limit) => {
      const at = locate(context, hash)
      return at && isWithin(context, at.tipset, limit) ? ethReceiptAt(context, at) : null
    },
  ),
  method<[BlockParam, number]>(
    'Filecoin.EthGetBlockReceiptsLimited',
    [block, integer],
    (context, at, limit) => {
      const tipset = tipsetOfBlock(context, at, true)
      if (!isWithin(context, tipset, limit))
        throw refused(`tipset ${tipset.height} is older than the allowed lookback limit`)
      return outcomesOf(context, tipset).map((_, index) => ethReceiptAt(context, { tipset, index }))
    },
  ),
]

/** Whether a tipset is at most `limit` epochs old; -1 is no limit. */
const isWithin = ({ node }: RpcContext, { height }: Tipset, limit: number): boolean =>
  limit < 0 || height >= node.head.height - limit

/** Between the hash of a transaction and the CID of its message. Lotus has them under these names only. */
export const hashMethods = [
  method<[Hash]>('Filecoin.EthGetMessageCidByTransactionHash', [ethHash], (context, hash) => {
    const found = context.index.messageCid(hash)
    return findMessage(context, found) ? found.toJSON() : null
  }),
  method<[Cid]>('Filecoin.EthGetTransactionHashByCid', [cid], (context, id) => {
    const found = findMessage(context, id)
    return found ? hexData(ethHashOfMessage(found, context.node.params.chainId)) : null
  }),
]

const outcomesOf = ({ node }: RpcContext, tipset: Tipset) => node.store.execution(tipset).outcomes

const locate = ({ node, index }: RpcContext, hash: Hash): MessageLocation | undefined =>
  node.store.locate(index.messageCid(hash))

function findMessage(context: RpcContext, id: Cid): SignedMessage | undefined {
  const at = context.node.store.locate(id)
  if (!at) return context.node.pool.find(id)
  return outcomesOf(context, at.tipset)[at.index]!.message
}

/** A transaction that waits; native messages are shown once they are mined. */
function pendingTransaction(context: RpcContext, hash: Hash) {
  const { node, index } = context
  const found = node.pool.find(index.messageCid(hash))
  if (found?.signature.type !== 'delegated') return null
  const state = stateAfter(context, node.head)
  const { from, to } = found.message
  const parties = () => ({ from: ethAddressIn(state, from), to: ethAddressIn(state, to) })
  return ethTransactionToJson(found, node.params.chainId, parties)
}

function transactionAt(context: RpcContext, tipset: Tipset, index: number) {
  const { length } = outcomesOf(context, tipset)
  if (index >= length)
    throw refused(`index ${index} out of range: tipset contains ${length} messages`)
  return ethTransactionAt(context, { tipset, index })
}
