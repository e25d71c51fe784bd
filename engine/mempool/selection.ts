/** Which waiting messages go into the next blocks: best payers first, each sender's in order, within the gas limit. */
import type { TokenAmount } from '../../primitives/units.ts'
import { BLOCK_GAS_LIMIT } from '../chain/base-fee.ts'
import type { SignedMessage } from '../chain/message.ts'
import { effectivePremium } from '../vm/executor.ts'

const MAX_BLOCK_MESSAGES = 10_000

/**
 * Fills up to `blocks` blocks, the first one first. No message is in two of them.
 * @param pending - each sender's messages in nonce order.
 * @param baseFee - attoFIL per gas that the blocks will charge; who offers less waits.
 * @param gasLimit - of a block.
 */
export function selectMessages(
  pending: readonly SignedMessage[],
  blocks: number,
  baseFee: TokenAmount,
  gasLimit = BLOCK_GAS_LIMIT,
): SignedMessage[][] {
  const queues = bySender(pending, baseFee)
  const selected: SignedMessage[][] = Array.from({ length: blocks }, () => [])
  for (const block of selected) {
    let gas = 0
    while (block.length < MAX_BLOCK_MESSAGES) {
      const queue = best(queues, gasLimit - gas, baseFee)
      if (!queue) break
      const signed = queue.shift()!
      gas += Number(signed.message.gasLimit)
      block.push(signed)
    }
  }
  return selected
}

/** Messages by sender, up to the first that does not pay the base fee. */
function bySender(pending: readonly SignedMessage[], baseFee: TokenAmount): SignedMessage[][] {
  const queues = new Map<string, SignedMessage[]>()
  for (const signed of pending) {
    const { key } = signed.message.from
    const queue = queues.get(key)
    if (queue) queue.push(signed)
    else queues.set(key, [signed])
  }
  return [...queues.values()].map((queue) => {
    const short = queue.findIndex(({ message }) => message.gasFeeCap < baseFee)
    return short < 0 ? queue : queue.slice(0, short)
  })
}

/** The queue whose first message fits and pays most; of equals the one that came first. */
function best(
  queues: readonly SignedMessage[][],
  gasLeft: number,
  baseFee: TokenAmount,
): SignedMessage[] | undefined {
  let found: SignedMessage[] | undefined
  let premium = -1n
  for (const queue of queues) {
    const message = queue[0]?.message
    if (!message || Number(message.gasLimit) > gasLeft) continue
    const offered = effectivePremium(message, baseFee)
    if (offered > premium) {
      found = queue
      premium = offered
    }
  }
  return found
}
