/**
 * Tipsets as the blocks that Ethereum clients see, and what became of the transactions in them. Reference: Lotus
 * `node/impl/eth/utils.go`, `chain/types/ethtypes/eth_types.go`.
 */
import { CreateReturn } from '../actors/eam/params.ts'
import { ExitCode } from '../actors/exit-codes.ts'
import type { MessageOutcome } from '../engine/chain/apply-tipset.ts'
import type { MessageLocation } from '../engine/chain/chain-store.ts'
import {
  type EthTransactionJson,
  ethHashOfMessage,
  ethTransactionToJson,
  hexData,
  quantity,
} from '../engine/chain/eth-json.ts'
import { ethBlockHash, type Tipset } from '../engine/chain/tipset.ts'
import { gasOutputs } from '../engine/vm/gas-outputs.ts'
import { ethAddressIn } from './actors.ts'
import type { RpcContext } from './context.ts'
import { bloomOf, logsOf, logsToJson } from './eth-logs.ts'

const zeros = (bytes: number): string => `0x${'00'.repeat(bytes)}`
const EMPTY_HASH = zeros(32)
/** Keccak-256 of the RLP of an empty list, by which clients see that there are no uncles. */
const EMPTY_UNCLES = '0x1dcc4de8dec75d7aab85b567b6ccd41ad312451b948a7413f0a142fd40d49347'
/** Root of an empty trie, by which clients see that there are no transactions. */
const EMPTY_ROOT = '0x56e81f171bcc55a6ff8345e692c0f86e5b48e01b996cadc001622fb5e363b421'

/** @param full - whether transactions come whole, or as hashes. */
export function ethBlockJson(context: RpcContext, tipset: Tipset, full: boolean) {
  const { outcomes, receipts } = context.node.store.execution(tipset)
  const { chainId } = context.node.params
  return {
    hash: hexData(ethBlockHash(tipset.cids)),
    parentHash: hexData(ethBlockHash(tipset.parents)),
    sha3Uncles: EMPTY_UNCLES,
    miner: zeros(20),
    stateRoot: EMPTY_HASH,
    transactionsRoot: outcomes.length > 0 ? EMPTY_HASH : EMPTY_ROOT,
    receiptsRoot: EMPTY_HASH,
    logsBloom: hexData(bloomOf(logsOf(context, tipset))),
    difficulty: '0x0',
    totalDifficulty: '0x0',
    number: quantity(tipset.height),
    gasLimit: quantity(context.node.pool.gasLimit * tipset.blocks.length),
    gasUsed: quantity(receipts.reduce((sum, { gasUsed }) => sum + gasUsed, 0)),
    timestamp: quantity(tipset.blocks[0]!.timestamp),
    extraData: '0x',
    mixHash: EMPTY_HASH,
    nonce: zeros(8),
    baseFeePerGas: quantity(tipset.blocks[0]!.parentBaseFee),
    size: '0x0',
    transactions: outcomes.map(({ message }, index) =>
      full
        ? ethTransactionAt(context, { tipset, index })
        : hexData(ethHashOfMessage(message, chainId)),
    ),
    uncles: [],
  }
}

/** The transaction at a place in a tipset. */
export function ethTransactionAt(
  context: RpcContext,
  { tipset, index }: MessageLocation,
): EthTransactionJson {
  const { outcomes, state } = context.node.store.execution(tipset)
  const { message } = outcomes[index]!
  const { from, to } = message.message
  const parties = () => ({ from: ethAddressIn(state, from), to: ethAddressIn(state, to) })
  return {
    ...ethTransactionToJson(message, context.node.params.chainId, parties),
    blockHash: hexData(ethBlockHash(tipset.cids)),
    blockNumber: quantity(tipset.height),
    transactionIndex: quantity(index),
  }
}

/** What came of the transaction at a place in a tipset. Lotus leaves `root` and `cumulativeGasUsed` zero. */
export function ethReceiptAt(context: RpcContext, at: MessageLocation) {
  const transaction = ethTransactionAt(context, at)
  const { outcomes } = context.node.store.execution(at.tipset)
  const outcome = outcomes[at.index]!
  const { exitCode, gasUsed, ret } = outcome.result
  const deployed = transaction.to === null && exitCode === ExitCode.Ok && ret
  const logs = logsOf(context, at.tipset).filter((log) => log.transactionIndex === at.index)
  return {
    transactionHash: transaction.hash,
    transactionIndex: transaction.transactionIndex,
    blockHash: transaction.blockHash,
    blockNumber: transaction.blockNumber,
    from: transaction.from,
    to: transaction.to,
    root: EMPTY_HASH,
    status: exitCode === ExitCode.Ok ? '0x1' : '0x0',
    contractAddress: deployed ? hexData(deployed.as(CreateReturn).ethAddress) : null,
    cumulativeGasUsed: '0x0',
    gasUsed: quantity(gasUsed),
    effectiveGasPrice: quantity(effectiveGasPrice(outcome, at.tipset)),
    logsBloom: hexData(bloomOf(logs)),
    logs: logsToJson(context, at.tipset, logs),
    type: transaction.type,
  }
}

/** attoFIL that the sender paid per unit of gas used, burns and tip included. */
function effectiveGasPrice({ message, result }: MessageOutcome, tipset: Tipset): bigint {
  if (result.gasUsed === 0) return 0n
  const { gasLimit, gasFeeCap, gasPremium } = message.message
  const baseFee = tipset.blocks[0]!.parentBaseFee
  const paid = gasOutputs(result.gasUsed, Number(gasLimit), baseFee, gasFeeCap, gasPremium)
  const { baseFeeBurn, overEstimationBurn, minerTip } = paid
  return (baseFeeBurn + overEstimationBurn + minerTip) / BigInt(result.gasUsed)
}
