/**
 * Where a message was executed, as Lotus tells it: its receipt stands in the child of the tipset that holds it, so a
 * message in the head has no answer yet. A devnet that mines by itself makes the tipsets somebody waits for.
 * Reference: Lotus `chain/stmgr/searchwait.go`, `node/impl/full/state.go` (`StateWaitMsg`).
 */
import type { SignedMessage } from '../engine/chain/message.ts'
import { type LotusReceipt, receiptToJson } from '../engine/chain/receipt.ts'
import type { MessageLocation } from '../engine/chain/chain-store.ts'
import type { Tipset } from '../engine/chain/tipset.ts'
import type { LotusCid } from '../engine/chain/lotus-json.ts'
import type { Cid } from '../primitives/cid.ts'
import type { ChainEpoch } from '../primitives/units.ts'
import type { RpcContext } from './context.ts'
import { refused } from './errors.ts'

export interface LotusMsgLookup {
  /** Another than was asked for where that one was replaced. */
  readonly Message: LotusCid
  readonly Receipt: LotusReceipt
  /** What the method returned, in base64; null for nothing. */
  readonly ReturnDec: string | null
  /** The tipset in which the receipt stands. */
  readonly TipSet: readonly LotusCid[]
  readonly Height: ChainEpoch
}

/** A message on the chain or waiting for it. @throws RpcError where there is no such message. */
export function messageOf({ node }: RpcContext, cid: Cid): SignedMessage {
  const at = node.store.locate(cid)
  const found = at ? outcomeAt(node.store.execution(at.tipset), at) : node.pool.find(cid)
  if (!found) throw refused(`failed to load message: could not find ${cid}`)
  return found
}

const outcomeAt = (
  { outcomes }: { outcomes: readonly { message: SignedMessage }[] },
  { index }: MessageLocation,
): SignedMessage => outcomes[index]!.message

/** The answer for a message whose tipset has a child; undefined for any other. */
export function lookupOf({ node }: RpcContext, cid: Cid): LotusMsgLookup | undefined {
  const at = node.store.locate(cid)
  const child = at && node.store.atOrAfter(at.tipset.height + 1)
  if (!child) return undefined
  const receipt = receiptToJson(node.store.execution(at.tipset).receipts[at.index]!)
  return {
    Message: cid.toJSON(),
    Receipt: receipt,
    ReturnDec: receipt.ExitCode === 0 ? receipt.Return : null,
    TipSet: child.cids.map((id) => id.toJSON()),
    Height: child.height,
  }
}

/**
 * The same, after making the child where it is missing and the devnet makes tipsets by itself.
 * @throws RpcError where there is no such message.
 */
export function searchMessage(context: RpcContext, cid: Cid): LotusMsgLookup | undefined {
  const { node, devnet } = context
  messageOf(context, cid)
  const found = lookupOf(context, cid)
  if (found || !devnet.automine || !node.store.locate(cid)) return found
  devnet.mine()
  return lookupOf(context, cid)
}

export interface WaitOptions {
  /** Epochs that the chain must have grown beyond the tipset with the receipt. */
  readonly confidence: number
  /** Whether a message of the same sender and nonce is an answer too. */
  readonly allowReplaced: boolean
}

/**
 * Waits until the message is on the chain, and deep enough.
 * @throws RpcError where there is no such message, or another took its nonce.
 */
export async function waitForMessage(
  context: RpcContext,
  cid: Cid,
  { confidence, allowReplaced }: WaitOptions,
): Promise<LotusMsgLookup> {
  const { node } = context
  const limit = node.params.policy.chainFinality
  if (confidence > limit)
    throw refused(`message confidence exceeds maximum: ${confidence} > ${limit}`)
  const sought = messageOf(context, cid)
  let wanted = cid
  for (let idle = 0; ;) {
    const found = lookupOf(context, wanted)
    if (found && node.head.height - found.Height >= confidence) return found
    if (!node.store.locate(wanted) && !node.pool.find(wanted))
      wanted = replacementOf(context, sought, allowReplaced)
    else await nextTipset(context, node.store.locate(wanted) ? 0 : idle++)
  }
}

/** Tipsets made for a message that is not taken into them, because its fee cap is below the base fee. */
const MAX_IDLE_TIPSETS = 10

/** Makes a tipset, or waits for one that somebody else makes. */
function nextTipset({ node, devnet, gone }: RpcContext, idle: number): Promise<void> {
  const signal = gone?.()
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(refused('the client went away'))
    if (devnet.automine && idle < MAX_IDLE_TIPSETS) {
      devnet.mine()
      setImmediate(resolve)
      return undefined
    }
    const done = (settle: () => void) => {
      unsubscribe()
      signal?.removeEventListener('abort', onAbort)
      settle()
    }
    const onAbort = () => done(() => reject(refused('the client went away')))
    const unsubscribe = node.subscribe(() => done(resolve))
    signal?.addEventListener('abort', onAbort)
    return undefined
  })
}

/** CID of the message that took the sender's nonce. @throws RpcError where that is not wanted, or there is none. */
function replacementOf({ node }: RpcContext, sought: SignedMessage, allowed: boolean): Cid {
  const { from, nonce } = sought.message
  const { store } = node
  for (let at: Tipset | undefined = store.head; at; at = store.parent(at))
    for (const { message, cid } of store.execution(at).outcomes)
      if (message.message.nonce === nonce && message.message.from.equals(from)) {
        if (allowed) return cid
        throw refused(`message was replaced by ${cid}`)
      }
  throw refused('message was dropped from the message pool')
}
