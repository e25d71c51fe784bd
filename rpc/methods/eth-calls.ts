/** Calls that nobody signs. Reference: Lotus `node/impl/eth/gas.go`; overrides as go-ethereum has them. */
import { ExitCode } from '../../actors/exit-codes.ts'
import { hexData, quantity } from '../../engine/chain/eth-json.ts'
import type { CallOptions } from '../../engine/node.ts'
import type { ApplyResult } from '../../engine/vm/executor.ts'
import type { RpcContext } from '../context.ts'
import { optional } from '../decoders.ts'
import { invalidParams } from '../errors.ts'
import { messageOfCall } from '../eth-call.ts'
import { block, type BlockParam, ethCall, type EthCall } from '../eth-params.ts'
import { executionReverted, returnedBytes } from '../failure.ts'
import { estimateEthGas } from '../gas.ts'
import { method } from '../method.ts'
import {
  type AccountOverride,
  blockOverride,
  type BlockOverride,
  overridden,
  stateOverride,
} from '../overrides.ts'
import { tipsetOfBlock } from '../tipsets.ts'

export const LATEST: BlockParam = { tag: 'latest' }

type Overrides = [accounts: readonly AccountOverride[] | null, block: BlockOverride | null]
const overrides = [optional(stateOverride, null), optional(blockOverride, null)] as const

export const ethCallMethods = [
  method<[EthCall, BlockParam, ...Overrides]>(
    'eth_call',
    [ethCall, optional(block, LATEST), ...overrides],
    (context, call, at, ...others) => {
      const result = callAt(context, call, at, optionsOf(context, 'eth_call', others))
      if (result.exitCode !== ExitCode.Ok) throw executionReverted(context, result)
      return hexData((call.to && returnedBytes(result.ret?.bytes)) ?? new Uint8Array())
    },
  ),
  method<[EthCall, BlockParam, ...Overrides]>(
    'eth_estimateGas',
    [ethCall, optional(block, LATEST), ...overrides],
    (context, call, at, ...others) => {
      const options = optionsOf(context, 'eth_estimateGas', others)
      const tipset = tipsetOfBlock(context, at)
      return quantity(estimateEthGas(context, messageOfCall(call), tipset, options))
    },
  ),
]

/** What a call does in the state after a block, and in its epoch; in the next for the block that is pending. */
export function callAt(
  context: RpcContext,
  call: EthCall,
  at: BlockParam,
  options: CallOptions = {},
): ApplyResult {
  const tipset = tipsetOfBlock(context, at)
  const isPending = 'tag' in at && at.tag === 'pending'
  const epoch = tipset.height + (isPending ? 1 : 0)
  const forAny = { ...options, tipset, epoch, traced: true, anySender: true }
  return context.node.call(messageOfCall(call), forAny)
}

/** @throws RpcError for overrides where there are none on Lotus. */
function optionsOf({ node, strict }: RpcContext, name: string, [accounts, other]: Overrides) {
  if (strict && (accounts || other)) throw invalidParams(`${name}: expected at most 2 parameters`)
  return overridden(node, accounts ?? [], other ?? {})
}
