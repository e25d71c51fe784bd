/** Signing with the keys of the node's wallet. Reference: Lotus `chain/messagesigner`, `node/impl/full/mpool.go`. */
import { type Message, type SignedMessage } from '../engine/chain/message.ts'
import { signMessage } from '../engine/chain/message-signature.ts'
import type { WalletKey } from '../engine/wallet.ts'
import { type Address, PROTOCOL } from '../primitives/address.ts'
import type { TokenAmount } from '../primitives/units.ts'
import { keyAddressOf, shownAddress } from './actors.ts'
import type { RpcContext } from './context.ts'
import { refused, RpcError } from './errors.ts'
import { withGas } from './gas.ts'
import { unsignedFor } from './impersonation.ts'

/** The key of an account, which an f0 is looked up for. @throws RpcError where it is not in the wallet. */
export function keyOf(context: RpcContext, owner: Address): WalletKey {
  const account =
    owner.protocol === PROTOCOL.id ? keyAddressOf(context, context.node.head, owner) : owner
  const found = context.devnet.wallet.get(account)
  if (!found)
    throw refused(
      `signing using key '${shownAddress(context, account)}': key not found in the wallet`,
    )
  return found
}

/** The message, signed by a key; an f0 for its sender becomes the key's address. */
export function signWith({ node }: RpcContext, key: WalletKey, message: Message): SignedMessage {
  const own = message.from.protocol === PROTOCOL.id
  const sent = own ? { ...message, from: key.address } : message
  return signMessage(sent, key.secret, node.params.chainId)
}

export interface Wishes {
  /** Most to be paid for gas, attoFIL. */
  readonly maxFee?: TokenAmount
  /** The next one by default. */
  readonly nonce?: bigint
}

/**
 * A message with its nonce and what it lacks of gas, signed; for a sender that is impersonated nobody signs.
 * @throws RpcError where it fails, or nobody here can send for its sender.
 */
export function prepared(
  context: RpcContext,
  message: Message,
  { maxFee, nonce }: Wishes = {},
): SignedMessage {
  const { node, devnet } = context
  const { from } = message
  const isImpersonated = devnet.impersonation.allows(from, node.state)
  const key = isImpersonated ? findKey(context, from) : keyOf(context, from)
  if (!key) return unsignedFor(context, { ...message, nonce: nonce ?? node.nextNonce(from, true) })
  const sent = { ...message, from: key.address, nonce: nonce ?? node.nextNonce(key.address) }
  return signWith(context, key, withGas(context, sent, node.head, maxFee))
}

function findKey(context: RpcContext, owner: Address): WalletKey | undefined {
  try {
    return keyOf(context, owner)
  } catch (error) {
    if (error instanceof RpcError) return undefined
    throw error
  }
}
