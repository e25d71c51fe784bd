/** What transactions cost, and sending them. Reference: Lotus `node/impl/eth/{gas,send}.go`. */
import { BLOCK_GAS_LIMIT, effectiveGasPremium } from '../../engine/chain/base-fee.ts'
import { messageOfEthTransaction } from '../../engine/chain/eth-message.ts'
import { hexData, quantity } from '../../engine/chain/eth-json.ts'
import { decodeEthTransaction } from '../../engine/chain/eth-transaction.ts'
import type { SignedMessage } from '../../engine/chain/message.ts'
import type { Tipset } from '../../engine/chain/tipset.ts'
import { keccak256 } from '../../primitives/crypto/hash.ts'
import { InvalidInput } from '../../primitives/invalid-input.ts'
import type { TokenAmount } from '../../primitives/units.ts'
import type { RpcContext } from '../context.ts'
import { hexBytes, optional, percentiles, smallQuantity } from '../decoders.ts'
import { invalidParams } from '../errors.ts'
import { blockNumber, type BlockParam } from '../eth-params.ts'
import { estimateGasPremium } from '../gas.ts'
import { method } from '../method.ts'
import { tipsetOfBlock } from '../tipsets.ts'
import { takeMessage } from './mpool.ts'

const MAX_FEE_HISTORY = 1024

export const sendRawTransaction = method<[Uint8Array]>(
  'eth_sendRawTransaction',
  [hexBytes],
  async (context, raw) => {
    const hash = keccak256(raw)
    const signed = messageOfRaw(raw, context.node.params.chainId)
    context.index.remember(hash, await takeMessage(context, signed, true))
    await context.inbox.mined()
    return hexData(hash)
  },
)

export const ethFeeMethods = [
  method('eth_baseFee', [], ({ node }) => quantity(node.baseFeeAfter(node.head))),
  method('eth_maxPriorityFeePerGas', [], (context) => quantity(premium(context))),
  method('eth_gasPrice', [], (context) =>
    quantity(context.node.head.blocks[0]!.parentBaseFee + premium(context)),
  ),
  method<[number, BlockParam, readonly number[] | null]>(
    'eth_feeHistory',
    [smallQuantity, blockNumber, optional(percentiles, null)],
    feeHistory,
  ),
  sendRawTransaction,
]

const premium = (context: RpcContext): TokenAmount =>
  estimateGasPremium(context, 1, context.node.head)

/** @throws RpcError naming the field of the transaction. */
function messageOfRaw(raw: Uint8Array, chainId: bigint): SignedMessage {
  try {
    return messageOfEthTransaction(decodeEthTransaction(raw, chainId))
  } catch (error) {
    if (error instanceof InvalidInput) throw invalidParams(`invalid transaction: ${error.message}`)
    throw error
  }
}

/** Base fees, fullness and premiums of `count` tipsets up to `newest`, oldest first; genesis is left out. */
function feeHistory(
  context: RpcContext,
  count: number,
  newest: BlockParam,
  wanted: readonly number[] | null,
) {
  if (count > MAX_FEE_HISTORY) throw invalidParams('block count should be smaller than 1024')
  const { store } = context.node
  const last = tipsetOfBlock(context, newest)
  const tipsets: Tipset[] = []
  for (
    let at: Tipset | undefined = last;
    at && at.height > 0 && tipsets.length < count;
    at = store.parent(at)
  )
    tipsets.unshift(at)
  const baseFees = [...tipsets, last].map(({ blocks }) => quantity(blocks[0]!.parentBaseFee))
  const rewards = () => tipsets.map((tipset) => rewardsOf(context, tipset, wanted ?? []))
  return {
    oldestBlock: quantity(tipsets[0]?.height ?? 1),
    baseFeePerGas: baseFees,
    gasUsedRatio: tipsets.map((tipset) => gasUsedRatio(context, tipset)),
    ...(wanted === null ? {} : { reward: rewards() }),
  }
}

function gasUsedRatio({ node }: RpcContext, tipset: Tipset): number {
  const { receipts } = node.store.execution(tipset)
  const used = receipts.reduce((sum, { gasUsed }) => sum + gasUsed, 0)
  return used / (BLOCK_GAS_LIMIT * tipset.blocks.length)
}

const NO_OFFERS_PREMIUM = 100_000n

/** Premiums that were paid, by percentile of the gas used. */
function rewardsOf({ node }: RpcContext, tipset: Tipset, wanted: readonly number[]): string[] {
  const baseFee = tipset.blocks[0]!.parentBaseFee
  const paid = node.store.execution(tipset).outcomes.map(({ message, result }) => ({
    premium: effectiveGasPremium(message.message, baseFee),
    gasUsed: result.gasUsed,
  }))
  if (paid.length === 0) return wanted.map(() => quantity(NO_OFFERS_PREMIUM))
  paid.sort((a, b) => (a.premium < b.premium ? -1 : a.premium > b.premium ? 1 : 0))
  const total = paid.reduce((sum, { gasUsed }) => sum + gasUsed, 0)
  let at = 0
  let sum = 0
  return wanted.map((percentile) => {
    const threshold = Math.floor((total * percentile) / 100)
    while (sum < threshold && at < paid.length - 1) sum += paid[at++]!.gasUsed
    return quantity(paid[at]!.premium)
  })
}
