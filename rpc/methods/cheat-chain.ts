/** Cheats that go back, or on from elsewhere: snapshots, rollbacks, whole states. */
import { hexData, quantity } from '../../engine/chain/eth-json.ts'
import type { SignedMessage } from '../../engine/chain/message.ts'
import { dumpState, loadState } from '../../engine/cheats/state-file.ts'
import { cheat } from '../cheat.ts'
import type { RpcContext } from '../context.ts'
import { hexBytes, ignored, optional, smallQuantity } from '../decoders.ts'
import { inFieldOf } from '../eth-params.ts'
import { type Decoder, Mismatch } from '../method.ts'

/** `{forking: {jsonRpcUrl}}`: without a URL there is nothing to fork, and the network begins again. */
const resetRequest: Decoder<null> = (value) => {
  const forking = fieldOf(value, 'forking')
  const url = fieldOf(forking, 'jsonRpcUrl')
  if (url === undefined || url === null) return null
  throw new Mismatch('no jsonRpcUrl', url, 'this network does not fork another').inField('forking')
}

function fieldOf(value: unknown, name: string): unknown {
  if (value === undefined || value === null) return undefined
  if (typeof value !== 'object') throw new Mismatch('an object', value)
  return (value as Record<string, unknown>)[name]
}

/** Either the number itself, or `{depth}` as anvil's RPC has it. */
const depth: Decoder<number> = (value) =>
  typeof value === 'object' && value !== null
    ? inFieldOf(value as Record<string, unknown>, 'depth', optional(smallQuantity, 1))
    : optional(smallQuantity, 1)(value)

const noTransactions: Decoder<null> = (value) => {
  if (value === undefined || value === null) return null
  if (Array.isArray(value) && value.length === 0) return null
  throw new Mismatch('no transactions', value, 'push them after the reorganisation')
}

/** Messages of the last tipsets. */
function messagesAbove({ node }: RpcContext, tipsets: number): SignedMessage[] {
  const found: SignedMessage[] = []
  let at = node.head
  for (let i = 0; i < tipsets && at.height > 0; i++) {
    found.unshift(...node.store.execution(at).outcomes.map(({ message }) => message))
    at = node.store.parent(at)!
  }
  return found
}

/**
 * Replaces the last tipsets by as many others: the first comes an epoch later than the one it replaces. Messages go back
 * to the pool, and from there into the new tipsets.
 */
function reorganise(context: RpcContext, tipsets: number): null {
  const { devnet, node } = context
  const messages = messagesAbove(context, tipsets)
  node.rollback(tipsets)
  for (const signed of messages) node.push(signed, true)
  devnet.increaseTime(node.params.blockDelay)
  devnet.mine(tipsets)
  return null
}

export const cheatChainMethods = [
  ...cheat('snapshot', [], ({ devnet }) => quantity(devnet.snapshots.take())),
  ...cheat<[number]>('revert', [smallQuantity], ({ devnet }, id) => devnet.snapshots.revert(id)),
  ...cheat<[null]>('reset', [resetRequest], ({ devnet, intervals }) => {
    devnet.reset()
    intervals.set(0)
    return true
  }),
  ...cheat<[number]>('rollback', [depth], ({ node }, tipsets) => {
    node.rollback(tipsets)
    return null
  }),
  ...cheat<[number, null]>('reorg', [depth, noTransactions], reorganise),
  ...cheat<[unknown]>('dumpState', [ignored], ({ node }) => hexData(dumpState(node))),
  ...cheat<[Uint8Array]>('loadState', [hexBytes], ({ node }, file) => {
    loadState(node, file)
    return true
  }),
]
