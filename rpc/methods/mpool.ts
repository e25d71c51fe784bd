/** Messages on their way to the chain. */
import {
  type Message,
  type SignedMessage,
  signedMessageToJson,
} from '../../engine/chain/message.ts'
import { integerToJson } from '../../engine/chain/lotus-json.ts'
import { type Address, formatAddress, PROTOCOL } from '../../primitives/address.ts'
import type { Cid } from '../../primitives/cid.ts'
import { delegatedEthAddress } from '../../primitives/eth-address.ts'
import { actorOf } from '../actors.ts'
import type { RpcContext } from '../context.ts'
import { address, signedMessage, tipsetKey } from '../decoders.ts'
import { refused } from '../errors.ts'
import { method } from '../method.ts'
import { tipsetOf } from '../tipsets.ts'

export const mpoolMethods = [
  method<[Address]>('Filecoin.MpoolGetNonce', [address], (context, sender) => {
    actorOf(context, context.node.head, sender)
    return integerToJson(context.node.nextNonce(sender))
  }),
  method<[readonly Cid[]]>('Filecoin.MpoolPending', [tipsetKey], (context, key) => {
    tipsetOf(context, key)
    const { pool, params } = context.node
    return pool.pending().map((signed) => signedMessageToJson(signed, params.letter))
  }),
  method<[SignedMessage]>('Filecoin.MpoolPush', [signedMessage], (context, signed) =>
    pushMessage(context, signed).toJSON(),
  ),
]

/**
 * Queues a message and, where the devnet does so by itself, makes the tipset that holds it.
 * @param verified - whether the signature is known to be good: the sender was recovered from it.
 */
export function pushMessage(
  { devnet, node }: RpcContext,
  signed: SignedMessage,
  verified = false,
): Cid {
  checkRecipient(signed.message, (to) => formatAddress(to, node.params.letter))
  return devnet.push(signed, verified)
}

/** As `pushMessage`, for one of many that are sent at the same time: it waits for its turn, and shares a tipset. */
export function takeMessage(
  { inbox, node }: RpcContext,
  signed: SignedMessage,
  verified = false,
): Promise<Cid> {
  checkRecipient(signed.message, (to) => formatAddress(to, node.params.letter))
  return inbox.take(signed, verified)
}

/** An f4 address that no Ethereum key or contract can have would swallow the money. @throws RpcError */
function checkRecipient({ to }: Message, shown: (address: Address) => string): void {
  if (to.protocol !== PROTOCOL.delegated || isEthAddress(to)) return
  throw refused(`message recipient ${shown(to)} is a delegated address but not a valid Eth Address`)
}

function isEthAddress(to: Address): boolean {
  try {
    return delegatedEthAddress(to) !== undefined
  } catch {
    return false // it carries a masked id
  }
}
