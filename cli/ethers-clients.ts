/** A devnet's provider and signers of ethers, for who has ethers installed. */
import { BrowserProvider, type Eip1193Provider, Wallet } from 'ethers'
import type { DevnetHandle } from './library.ts'

export interface EthersClients {
  readonly provider: BrowserProvider
  /** For each funded key its f410 account, in the order of `accounts`. */
  readonly signers: readonly Wallet[]
}

/** Epochs pass when they are asked for: there is nothing to wait for between two looks. */
const POLLING_MS = 10

/** Clients that reach the devnet in this process. */
export function ethersClients({
  request,
  accounts,
  node: { params },
}: DevnetHandle): EthersClients {
  const network = { name: params.name, chainId: Number(params.chainId) }
  const given: Eip1193Provider = { request: (asked) => request(asked) }
  const provider = new BrowserProvider(given, network, { cacheTimeout: -1 })
  provider.pollingInterval = POLLING_MS
  return {
    provider,
    signers: accounts.map(({ privateKey }) => new Wallet(privateKey, provider)),
  }
}
