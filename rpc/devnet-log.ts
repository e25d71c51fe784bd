/**
 * What a devnet tells its user besides answers: what contracts print, which messages failed and why, and which would not fit
 * a block.
 */
import { ExitCode } from '../actors/exit-codes.ts'
import { ethHashOfMessage, hexData } from '../engine/chain/eth-json.ts'
import type { Tipset } from '../engine/chain/tipset.ts'
import type { RpcContext } from './context.ts'
import { consoleLine } from './console-log.ts'
import { executionReverted } from './failure.ts'

/** Begins to log a line for each. */
export function startLog(context: RpcContext): void {
  const { node, devnet, log } = context
  node.print = (calldata) => log(consoleLine(calldata))
  node.subscribe((tipset) => {
    if (devnet.logging) for (const line of failuresIn(context, tipset)) log(line)
  })
}

function failuresIn(context: RpcContext, tipset: Tipset): string[] {
  const { node } = context
  const { outcomes } = node.store.execution(tipset)
  if (outcomes.every(({ result }) => result.exitCode === ExitCode.Ok)) return []
  const { chainId } = node.params
  return node
    .retrace(tipset)
    .filter(({ result }) => result.exitCode !== ExitCode.Ok)
    .map(({ message, result }) => {
      const hash = hexData(ethHashOfMessage(message, chainId))
      return `${hash} failed at epoch ${tipset.height}: ${executionReverted(context, result).message}`
    })
}
