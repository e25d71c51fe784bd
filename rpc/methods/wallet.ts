/** Balances. No keys are held here: clients sign for themselves. */
import type { Address } from '../../primitives/address.ts'
import { findActor, stateAfter } from '../actors.ts'
import { address } from '../decoders.ts'
import { method } from '../method.ts'

export const walletMethods = [
  method<[Address]>('Filecoin.WalletBalance', [address], (context, owner) => {
    const actor = findActor(stateAfter(context, context.node.head), owner)
    return (actor?.balance ?? 0n).toString()
  }),
]
