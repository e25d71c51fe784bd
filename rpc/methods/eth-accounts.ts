/**
 * Accounts whose keys are in the node's wallet, and signing for them: what Lotus leaves to wallets, and tools expect of a
 * devnet.
 */
import { type EthAddress, formatEthAddress } from '../../primitives/eth-address.ts'
import type { RpcContext } from '../context.ts'
import { ethAddress, hexBytes } from '../decoders.ts'
import { RPC_CODE, RpcError } from '../errors.ts'
import { hashOf, rawTransaction, signDigest, signPersonal } from '../eth-sign.ts'
import { messageOfRequest, type UnsignedRequest, unsignedRequest } from '../impersonation.ts'
import { ignored, optional } from '../decoders.ts'
import { method } from '../method.ts'
import { prepared } from '../signer.ts'
import { type TypedData, typedData, typedDataDigest } from '../typed-data.ts'
import { pushMessage } from './mpool.ts'

/** More than there is. */
const ANY_FEE = 1n << 100n

export const ethAccountMethods = [
  /** EIP-1102: wallets ask their user; here all are granted. */
  method('eth_requestAccounts', [], ({ devnet }) =>
    devnet.accounts.map(({ eth }) => formatEthAddress(eth)),
  ),
  method<[UnsignedRequest]>('eth_sendTransaction', [unsignedRequest], async (context, request) => {
    const signed = signedRequest(context, request)
    await pushMessage(context, signed, true)
    return hashOf(context, signed)
  }),
  method<[UnsignedRequest]>('eth_signTransaction', [unsignedRequest], (context, request) =>
    rawTransaction(context, signedRequest(context, request)),
  ),
  method<[EthAddress, Uint8Array]>('eth_sign', [ethAddress, hexBytes], signPersonal),
  method<[Uint8Array, EthAddress, unknown]>(
    'personal_sign',
    [hexBytes, ethAddress, optional(ignored, undefined)],
    (context, data, owner) => signPersonal(context, owner, data),
  ),
  ...['eth_signTypedData', 'eth_signTypedData_v4'].map((name) =>
    method<[EthAddress, TypedData]>(name, [ethAddress, typedData], (context, owner, data) =>
      signDigest(context, owner, typedDataDigest(data)),
    ),
  ),
  method<[unknown, unknown, unknown]>('eth_getProof', [ignored, ignored, ignored], () => {
    const why = 'there are no proofs to get: state here is no Merkle-Patricia trie'
    throw new RpcError(RPC_CODE.methodNotFound, `eth_getProof is not supported: ${why}`)
  }),
]

function signedRequest(context: RpcContext, request: UnsignedRequest) {
  const message = messageOfRequest(context, request)
  return prepared(context, message, { maxFee: ANY_FEE, nonce: message.nonce })
}
