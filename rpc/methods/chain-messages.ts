/** Messages of blocks and tipsets with their receipts, and the way from one tipset to another. Reference: Lotus `node/impl/full/chain.go`. */
import { eventsRoot, eventToJson } from '../../engine/chain/event.ts'
import { type LotusCid, readObject } from '../../engine/chain/lotus-json.ts'
import {
  type Message,
  messageToJson,
  signedMessageCid,
  signedMessageToJson,
} from '../../engine/chain/message.ts'
import { receiptToJson } from '../../engine/chain/receipt.ts'
import type { Tipset } from '../../engine/chain/tipset.ts'
import type { Address } from '../../primitives/address.ts'
import type { Cid } from '../../primitives/cid.ts'
import type { ChainEpoch } from '../../primitives/units.ts'
import { findActor, NO_ADDRESS, stateAfter } from '../actors.ts'
import type { RpcContext } from '../context.ts'
import { address, cid, epoch, integer, optional, tipsetKey } from '../decoders.ts'
import { refused } from '../errors.ts'
import { type Decoder, method, Mismatch } from '../method.ts'
import { tipsetJson, tipsetOf, tipsetOfBlock } from '../tipsets.ts'

/** A `MessageMatch`: whose messages are asked for, by the very addresses they name. */
interface Ends {
  readonly To: Address | undefined
  readonly From: Address | undefined
}

const messageEnds: Decoder<Ends> = (value) => {
  const fields = readObject(value, 'MessageMatch')
  const end = (name: 'To' | 'From') => optionalAddress(fields[name])
  const ends = { To: end('To'), From: end('From') }
  if (!ends.To && !ends.From) throw new Mismatch('at least To or From in the message filter', value)
  return ends
}

/** Lotus prints an address of nothing as `<empty>`, and takes an empty string for one. */
const optionalAddress = (value: unknown): Address | undefined =>
  value === '' || value === NO_ADDRESS ? undefined : optional(address, undefined)(value)

const isBetween = ({ to, from }: Message, { To, From }: Ends): boolean =>
  (!To || To.key === to.key) && (!From || From.key === from.key)

export const chainMessageMethods = [
  method<[Cid]>('Filecoin.ChainGetBlockMessages', [cid], (context, block) => {
    blockOf(context, block)
    const { bls, secp } = context.node.store.messagesOf(block)
    const { letter } = context.node.params
    return {
      BlsMessages: bls.map(({ message }) => messageToJson(message, letter)),
      SecpkMessages: secp.map((signed) => signedMessageToJson(signed, letter)),
      Cids: [...bls, ...secp].map((signed) => signedMessageCid(signed).toJSON()),
    }
  }),
  method<[readonly Cid[]]>('Filecoin.ChainGetMessagesInTipset', [tipsetKey], (context, key) =>
    messagesOf(context, tipsetOf(context, key)),
  ),
  method<[Cid]>('Filecoin.ChainGetParentMessages', [cid], (context, block) =>
    messagesOf(context, parentOf(context, block)),
  ),
  method<[Cid]>('Filecoin.ChainGetParentReceipts', [cid], (context, block) =>
    context.node.store.execution(parentOf(context, block)).receipts.map(receiptToJson),
  ),
  method<[Cid]>('Filecoin.ChainGetEvents', [cid], ({ node }, root) => {
    for (let at: Tipset | undefined = node.head; at; at = node.store.parent(at))
      for (const { result } of node.store.execution(at).outcomes)
        if (eventsRoot(result.events)?.equals(root)) return result.events.map(eventToJson)
    throw refused(`load events amt: ipld: could not find ${root}`)
  }),
  method<[ChainEpoch, readonly Cid[]]>(
    'Filecoin.ChainGetTipSetAfterHeight',
    [epoch, tipsetKey],
    (context, height, key) => {
      const from = tipsetOf(context, key)
      const found = height > from.height ? undefined : context.node.store.atOrAfter(height)
      if (!found)
        throw refused(
          `looking for tipset with height greater than start point, req: ${height}, head: ${from.height}`,
        )
      return tipsetJson(context, found)
    },
  ),
  method('Filecoin.ChainGetFinalizedTipSet', [], (context) =>
    tipsetJson(context, tipsetOfBlock(context, { tag: 'finalized' })),
  ),
  method<[readonly Cid[]]>('Filecoin.ChainTipSetWeight', [tipsetKey], (context, key) =>
    context.node.parentOf(tipsetOf(context, key)).weight.toString(),
  ),
  method<[Ends, readonly Cid[], ChainEpoch]>(
    'Filecoin.StateListMessages',
    [messageEnds, tipsetKey, integer],
    (context, ends, key, to) => {
      const { store } = context.node
      const start = tipsetOf(context, key)
      // Of an actor that there is not, nobody sent or got anything.
      if (!findActor(stateAfter(context, start), (ends.To ?? ends.From)!)) return null
      const found: LotusCid[] = []
      for (let at: Tipset | undefined = start; at && at.height >= to; at = store.parent(at))
        for (const { message: signed, cid: id } of store.execution(at).outcomes)
          if (isBetween(signed.message, ends)) found.push(id.toJSON())
      return found.length === 0 ? null : found
    },
  ),
  method<[readonly Cid[], readonly Cid[]]>(
    'Filecoin.ChainGetPath',
    [tipsetKey, tipsetKey],
    (context, from, to) => pathBetween(context, tipsetOf(context, from), tipsetOf(context, to)),
  ),
]

/** @throws RpcError for a block that is not known */
function blockOf({ node }: RpcContext, block: Cid) {
  const header = node.store.block(block)
  if (!header) throw refused(`block not found: ${block}`)
  return header
}

function parentOf(context: RpcContext, block: Cid): Tipset {
  return tipsetOf(context, blockOf(context, block).parents)
}

function messagesOf({ node }: RpcContext, tipset: Tipset) {
  return node.store.execution(tipset).outcomes.map(({ message, cid: id }) => ({
    Cid: id.toJSON(),
    Message: messageToJson(message.message, node.params.letter),
  }))
}

/** What is to be undone and then done to come from one tipset to another. */
function pathBetween(context: RpcContext, from: Tipset, to: Tipset) {
  const { store } = context.node
  const steps = (Type: 'revert' | 'apply', tipsets: readonly Tipset[]) =>
    tipsets.map((tipset) => ({ Type, Val: tipsetJson(context, tipset) }))
  const [reverted, applied]: [Tipset[], Tipset[]] = [[], []]
  let [old, next]: [Tipset | undefined, Tipset | undefined] = [from, to]
  while (old && next && old.key !== next.key)
    if (next.height >= old.height) {
      applied.push(next)
      next = store.parent(next)
    } else {
      reverted.push(old)
      old = store.parent(old)
    }
  return [...steps('revert', reverted), ...steps('apply', applied.reverse())]
}
