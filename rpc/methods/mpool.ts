/** Messages on their way to the chain. */
import {
  type Message,
  type SignedMessage,
  signedMessageToJson,
} from '../../engine/chain/message.ts'
import { integerToJson } from '../../engine/chain/lotus-json.ts'
import { selectMessages } from '../../engine/mempool/selection.ts'
import { type Address, formatAddress, PROTOCOL } from '../../primitives/address.ts'
import type { Cid } from '../../primitives/cid.ts'
import { delegatedEthAddress } from '../../primitives/eth-address.ts'
import type { TokenAmount } from '../../primitives/units.ts'
import { actorOf } from '../actors.ts'
import type { RpcContext } from '../context.ts'
import { address, ignored, listOf, message, signedMessage, tipsetKey } from '../decoders.ts'
import { refused } from '../errors.ts'
import { method } from '../method.ts'
import { prepared } from '../signer.ts'
import { tipsetOf } from '../tipsets.ts'
import { maxFee } from './gas.ts'

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
  ...['Filecoin.MpoolPush', 'Filecoin.MpoolPushUntrusted'].map((name) =>
    method<[SignedMessage]>(name, [signedMessage], async (context, signed) =>
      (await pushMessage(context, signed)).toJSON(),
    ),
  ),
  method<[Message, TokenAmount]>(
    'Filecoin.MpoolPushMessage',
    [message, maxFee],
    async (context, unsigned, limit) => {
      const sent = await takeUnsigned(context, unsigned, limit)
      await context.inbox.mined()
      return sent
    },
  ),
  method<[readonly SignedMessage[]]>(
    'Filecoin.MpoolBatchPush',
    [listOf(signedMessage)],
    (context, all) => pushAll(context, all, (signed) => takeSigned(context, signed)),
  ),
  method<[readonly Message[], TokenAmount]>(
    'Filecoin.MpoolBatchPushMessage',
    [listOf(message), maxFee],
    (context, all, limit) =>
      pushAll(context, all, (unsigned) => takeUnsigned(context, unsigned, limit)),
  ),
  method<[readonly Cid[], unknown]>(
    'Filecoin.MpoolSelect',
    [tipsetKey, ignored],
    (context, key) => {
      const { node } = context
      const baseFee = node.baseFeeAfter(tipsetOf(context, key))
      const [chosen = []] = selectMessages(node.pool.pending(), 1, baseFee)
      return chosen.map((signed) => signedMessageToJson(signed, node.params.letter))
    },
  ),
  method('Filecoin.MpoolGetConfig', [], () => MPOOL_CONFIG),
]

/** As Lotus has it from the start; nothing of it applies here but the last. */
const MPOOL_CONFIG = {
  PriorityAddrs: null,
  SizeLimitHigh: 30_000,
  SizeLimitLow: 20_000,
  ReplaceByFeeRatio: 1.25,
  PruneCooldown: 60_000_000_000,
  GasLimitOverestimation: 1.25,
}

/** Prices, signs and queues a message. @throws RpcError where it has a nonce already, or fails. */
async function takeUnsigned(context: RpcContext, unsigned: Message, limit: TokenAmount) {
  if (unsigned.nonce !== 0n)
    throw refused(`MpoolPushMessage expects message nonce to be 0, was ${unsigned.nonce}`)
  checkRecipient(unsigned, (to) => formatAddress(to, context.node.params.letter))
  const signed = prepared(context, unsigned, { maxFee: limit })
  await takeMessage(context, signed, true)
  return signedMessageToJson(signed, context.node.params.letter)
}

const takeSigned = async (context: RpcContext, signed: SignedMessage) =>
  (await takeMessage(context, signed)).toJSON()

/**
 * Queues a message once it is its turn and, where the devnet does so by itself, waits for the tipset that holds it and
 * all that is sent at the same time.
 * @param verified - whether the signature is known to be good: the sender was recovered from it.
 */
export async function pushMessage(
  context: RpcContext,
  signed: SignedMessage,
  verified = false,
): Promise<Cid> {
  const cid = await takeMessage(context, signed, verified)
  await context.inbox.mined()
  return cid
}

/** Queues a message once it is its turn; parameters as of `pushMessage`. */
export function takeMessage(
  { inbox, node }: RpcContext,
  signed: SignedMessage,
  verified = false,
): Promise<Cid> {
  checkRecipient(signed.message, (to) => formatAddress(to, node.params.letter))
  return inbox.take(signed, verified)
}

/** Queues messages one after the other; those before one that is refused are mined all the same. */
async function pushAll<T, R>(
  { inbox }: RpcContext,
  items: readonly T[],
  take: (item: T) => Promise<R>,
): Promise<R[]> {
  const taken: R[] = []
  try {
    for (const item of items) taken.push(await take(item))
  } finally {
    if (taken.length > 0) await inbox.mined()
  }
  return taken
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
