/** Sending without a key: for an account, a contract, a multisig, a miner. */
import type { Address } from '../../primitives/address.ts'
import { ethHashOfMessage, hexData } from '../../engine/chain/eth-json.ts'
import { cheat } from '../cheat.ts'
import { actorAddress, bool } from '../decoders.ts'
import {
  checkImpersonated,
  messageOfRequest,
  unsignedFor,
  type UnsignedRequest,
  unsignedRequest,
} from '../impersonation.ts'
import { method } from '../method.ts'
import { pushMessage } from './mpool.ts'

export const cheatImpersonationMethods = [
  ...cheat<[Address]>('impersonateAccount', [actorAddress], ({ devnet }, who) => {
    devnet.impersonation.start(who)
    return true
  }),
  ...cheat<[Address]>('stopImpersonatingAccount', [actorAddress], ({ devnet }, who) => {
    devnet.impersonation.stop(who)
    return true
  }),
  ...cheat<[boolean]>('autoImpersonateAccount', [bool], ({ devnet }, on) => {
    devnet.impersonation.everyone = on
    return true
  }),
  method<[UnsignedRequest]>(
    'eth_sendUnsignedTransaction',
    [unsignedRequest],
    async (context, request) => {
      checkImpersonated(context, request.from)
      const signed = unsignedFor(context, messageOfRequest(context, request))
      await pushMessage(context, signed, true)
      return hexData(ethHashOfMessage(signed, context.node.params.chainId))
    },
  ),
]
