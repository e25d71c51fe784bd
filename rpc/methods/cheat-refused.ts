/** Cheats of other devnets that have no meaning here, each with the reason: better than a method that is not found. */
import { cheat } from '../cheat.ts'
import { ignored } from '../decoders.ts'
import { refused } from '../errors.ts'
import type { Method } from '../method.ts'

const REASONS: Readonly<Record<string, string>> = {
  setRpcUrl: 'this network does not fork another, so it has no URL to read from',
  setChainId: 'the chain id belongs to the network: choose the preset at the start',
  setPrevRandao: 'randomness is drawn from the beacon and from tickets, by epoch',
  setNextBlockPrevRandao: 'randomness is drawn from the beacon and from tickets, by epoch',
  impersonateSignature: 'signatures are checked: send as the account with anvil_impersonateAccount',
  getBlobByHash: 'Filecoin has no blobs',
  getBlobsByTransactionHash: 'Filecoin has no blobs',
}

const anything = [ignored, ignored, ignored] as const

export const cheatRefusedMethods: readonly Method[] = Object.entries(REASONS).flatMap(
  ([name, why]) =>
    cheat<[unknown, unknown, unknown]>(name, anything, () => {
      throw refused(`${name} is not possible: ${why}`)
    }),
)
