/** A devnet's clients of viem, for who has viem installed. */
import {
  type Chain,
  createPublicClient,
  createTestClient,
  createWalletClient,
  custom,
  defineChain,
  type EIP1193RequestFn,
  type PublicClient,
  type TestClient,
  type Transport,
  type WalletClient,
} from 'viem'
import { type PrivateKeyAccount, privateKeyToAccount } from 'viem/accounts'
import type { DevnetHandle } from './library.ts'

export interface ViemClients {
  readonly chain: Chain
  /** Reads. */
  readonly publicClient: PublicClient<Transport, Chain>
  /** Sends, for each funded key its f410 account, in the order of `accounts`. */
  readonly wallets: readonly WalletClient<Transport, Chain, PrivateKeyAccount>[]
  /** Cheats. */
  readonly testClient: TestClient<'anvil', Transport, Chain>
}

/** Epochs pass when they are asked for: there is nothing to wait for between two looks. */
const POLLING_MS = 10

/** Clients that reach the devnet in this process. */
export function viemClients({ request, accounts, node: { params } }: DevnetHandle): ViemClients {
  const chain = defineChain({
    id: Number(params.chainId),
    name: params.name,
    nativeCurrency: { name: 'Filecoin', symbol: 'FIL', decimals: 18 },
    rpcUrls: { default: { http: [] } },
    testnet: true,
  })
  const transport = custom({ request: request as EIP1193RequestFn }, { retryCount: 0 })
  const common = { chain, transport, pollingInterval: POLLING_MS, cacheTime: 0 }
  return {
    chain,
    publicClient: createPublicClient(common),
    wallets: accounts.map(({ privateKey }) =>
      createWalletClient({ ...common, account: privateKeyToAccount(privateKey) }),
    ),
    testClient: createTestClient({ ...common, mode: 'anvil' }),
  }
}
