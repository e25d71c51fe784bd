/** Signing as Ethereum wallets do, with the keys of the node's wallet. Reference: EIP-191. */
import { ethHashOfMessage, hexData } from '../engine/chain/eth-json.ts'
import { ethTransactionOfMessage } from '../engine/chain/eth-message.ts'
import { encodeEthTransaction } from '../engine/chain/eth-transaction.ts'
import type { SignedMessage } from '../engine/chain/message.ts'
import { concatBytes, utf8 } from '../primitives/bytes.ts'
import { keccak256 } from '../primitives/crypto/hash.ts'
import { sign } from '../primitives/crypto/secp256k1.ts'
import { type EthAddress, filecoinAddressOf } from '../primitives/eth-address.ts'
import type { RpcContext } from './context.ts'
import { keyOf } from './signer.ts'

/** First `v` of a signature that stands by itself. */
const FIRST_V = 27

/** r‖s‖v over the data as a message that cannot be a transaction. @throws RpcError without the key. */
export function signPersonal(context: RpcContext, owner: EthAddress, data: Uint8Array): string {
  const prefix = utf8(`\x19Ethereum Signed Message:\n${data.length}`)
  return signDigest(context, owner, keccak256(concatBytes(prefix, data)))
}

/** r‖s‖v over a digest. @throws RpcError without the key. */
export function signDigest(context: RpcContext, owner: EthAddress, digest: Uint8Array): string {
  const { secret } = keyOf(context, filecoinAddressOf(owner))
  const signature = sign(secret, digest)
  signature[64]! += FIRST_V
  return hexData(signature)
}

/** A signed transaction as it goes over the wire. */
export const rawTransaction = ({ node }: RpcContext, signed: SignedMessage): string =>
  hexData(encodeEthTransaction(ethTransactionOfMessage(signed, node.params.chainId)))

/** Hash of a signed transaction. */
export const hashOf = ({ node }: RpcContext, signed: SignedMessage): string =>
  hexData(ethHashOfMessage(signed, node.params.chainId))
