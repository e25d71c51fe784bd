/** All methods: this list is the API. */
import { alias, type Method } from '../method.ts'
import { chainMethods } from './chain.ts'
import { ethBlockMethods, hashMethods } from './eth-blocks.ts'
import { ethFilterMethods } from './eth-filters.ts'
import { ethFeeMethods } from './eth-fees.ts'
import { addressMethods, ethMethods } from './eth.ts'
import { cheatAccountMethods } from './cheat-accounts.ts'
import { cheatChainMethods } from './cheat-chain.ts'
import { cheatImpersonationMethods } from './cheat-impersonation.ts'
import { cheatNodeMethods } from './cheat-node.ts'
import { cheatPoolMethods } from './cheat-pool.ts'
import { cheatRefusedMethods } from './cheat-refused.ts'
import { cheatTimeMethods } from './cheat-time.ts'
import { gasMethods } from './gas.ts'
import { minerMethods } from './miner.ts'
import { mpoolMethods } from './mpool.ts'
import { netMethods } from './net.ts'
import { stateMethods } from './state.ts'
import { walletMethods } from './wallet.ts'
import { web3Methods } from './web3.ts'

/** Lotus has each of Ethereum's methods under a name of its own: `eth_call` is `Filecoin.EthCall`. */
function withTwin(of: Method): Method[] {
  const name = of.name.slice('eth_'.length)
  return [of, alias(`Filecoin.Eth${name[0]!.toUpperCase()}${name.slice(1)}`, of)]
}

export const METHODS: readonly Method[] = [
  ...[...ethMethods, ...ethBlockMethods, ...ethFeeMethods, ...ethFilterMethods].flatMap(withTwin),
  ...addressMethods,
  ...hashMethods,
  ...netMethods,
  ...web3Methods,
  ...cheatTimeMethods,
  ...cheatAccountMethods,
  ...cheatChainMethods,
  ...cheatImpersonationMethods,
  ...cheatNodeMethods,
  ...cheatPoolMethods,
  ...cheatRefusedMethods,
  ...chainMethods,
  ...stateMethods,
  ...minerMethods,
  ...walletMethods,
  ...mpoolMethods,
  ...gasMethods,
]
