/** All methods: this list is the API. */
import { alias, type Method } from '../method.ts'
import { actorEventMethods } from './actor-events.ts'
import { allocationMethods } from './allocations.ts'
import { chainNotifyMethods } from './chain-notify.ts'
import { chainMessageMethods } from './chain-messages.ts'
import { chainObjectMethods } from './chain-objects.ts'
import { chainMethods } from './chain.ts'
import { ethAccountMethods } from './eth-accounts.ts'
import { ethCallMethods } from './eth-calls.ts'
import { ethBlockMethods, hashMethods, limitedMethods } from './eth-blocks.ts'
import { ethFilterMethods } from './eth-filters.ts'
import { ethTraceMethods } from './eth-trace.ts'
import { ethFeeMethods, sendRawTransaction } from './eth-fees.ts'
import { addressMethods, ethMethods } from './eth.ts'
import { cheatAccountMethods } from './cheat-accounts.ts'
import { cheatChainMethods } from './cheat-chain.ts'
import { cheatImpersonationMethods } from './cheat-impersonation.ts'
import { cheatNodeMethods } from './cheat-node.ts'
import { cheatPoolMethods } from './cheat-pool.ts'
import { cheatRefusedMethods } from './cheat-refused.ts'
import { cheatTimeMethods } from './cheat-time.ts'
import { debugMethods } from './debug.ts'
import { executionMethods } from './execution.ts'
import { f3Methods } from './f3.ts'
import { gasMethods } from './gas.ts'
import { lookupMethods } from './lookups.ts'
import { marketFundMethods } from './market-funds.ts'
import { marketMethods } from './market.ts'
import { minerMethods } from './miner.ts'
import { miningBlockMethods } from './mining-blocks.ts'
import { miningMethods } from './mining.ts'
import { mpoolSubMethods } from './mpool-sub.ts'
import { mpoolMethods } from './mpool.ts'
import { networkStateMethods } from './network-state.ts'
import { networkParamsMethods } from './network-params.ts'
import { netMethods } from './net.ts'
import { nodeInfoMethods } from './node-info.ts'
import { sectorMethods } from './sectors.ts'
import { pitheadMinerMethods } from './pithead-miner.ts'
import { pitheadTimeMethods } from './pithead-time.ts'
import { pledgeMethods } from './pledge.ts'
import { stateMethods } from './state.ts'
import { walletMethods } from './wallet.ts'
import { web3Methods } from './web3.ts'

/** Lotus has each of these under a name of its own: `eth_call` is `Filecoin.EthCall`, `trace_block` `Filecoin.EthTraceBlock`. */
function withTwin(of: Method): Method[] {
  const [group, name] = of.name.split('_') as [string, string]
  const words = group === 'eth' ? [name] : [group, name]
  const capitals = words.map((word) => `${word[0]!.toUpperCase()}${word.slice(1)}`)
  return [of, alias(`Filecoin.Eth${capitals.join('')}`, of)]
}

/** What Lotus answers to. */
const LOTUS_METHODS: readonly Method[] = [
  ...[
    ...ethMethods,
    ...ethBlockMethods,
    ...ethCallMethods,
    ...ethFeeMethods,
    ...ethFilterMethods,
    ...ethTraceMethods,
  ].flatMap(withTwin),
  ...addressMethods,
  ...hashMethods,
  ...limitedMethods,
  alias('Filecoin.EthSendRawTransactionUntrusted', sendRawTransaction),
  ...netMethods,
  ...web3Methods,
  ...chainMethods,
  ...chainMessageMethods,
  ...actorEventMethods,
  ...chainObjectMethods,
  ...chainNotifyMethods,
  ...nodeInfoMethods,
  ...f3Methods,
  ...stateMethods,
  ...networkStateMethods,
  ...networkParamsMethods,
  ...lookupMethods,
  ...executionMethods,
  ...minerMethods,
  ...sectorMethods,
  ...allocationMethods,
  ...marketMethods,
  ...marketFundMethods,
  ...pledgeMethods,
  ...walletMethods,
  ...mpoolMethods,
  ...mpoolSubMethods,
  ...miningMethods,
  ...miningBlockMethods,
  ...gasMethods,
]

/** What devnets have besides. */
const EXTRA_METHODS: readonly Method[] = [
  ...ethAccountMethods,
  ...debugMethods,
  ...cheatTimeMethods,
  ...cheatAccountMethods,
  ...cheatChainMethods,
  ...cheatImpersonationMethods,
  ...cheatNodeMethods,
  ...cheatPoolMethods,
  ...cheatRefusedMethods,
  ...pitheadMinerMethods,
  ...pitheadTimeMethods,
]

export const METHODS: readonly Method[] = [...LOTUS_METHODS, ...EXTRA_METHODS]

export const isOnLotus = (method: Method): boolean => !EXTRA_METHODS.includes(method)
