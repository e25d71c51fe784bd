/**
 * What `import { createDevnet } from 'pithead'` gives: a devnet in this process, for tests and scripts. It speaks
 * EIP-1193, so it is a transport for viem and a provider for others; `listen` puts it on a port.
 */
import { Devnet, type DevnetOptions } from '../engine/devnet.ts'
import type { SignedMessage } from '../engine/chain/message.ts'
import type { Tipset } from '../engine/chain/tipset.ts'
import type { Node } from '../engine/node.ts'
import type { Cid } from '../primitives/cid.ts'
import { initCrypto } from '../primitives/crypto/init.ts'
import { createRpc, type RpcOptions } from '../rpc/index.ts'
import { type RpcServer, serve } from '../rpc/server.ts'
import { type Provider, startProviders } from '../scenarios/agents/provider.ts'
import type { EthersClients } from './ethers-clients.ts'
import { Fixtures } from './fixtures.ts'
import { type FundedKey, fundedKeys, type ProviderInfo, providerInfos } from './funded-key.ts'
import type { ViemClients } from './viem-clients.ts'

export type {
  DevnetOptions,
  EthersClients,
  FundedKey,
  Provider,
  ProviderInfo,
  RpcOptions,
  RpcServer,
  ViemClients,
}
export { loadArtifacts } from './artifacts-folder.ts'
export { RpcError } from '../rpc/errors.ts'

export interface DevnetHandle {
  /** EIP-1193. @throws RpcError with `code`, `message` and sometimes `data`. */
  request(request: { readonly method: string; readonly params?: unknown }): Promise<unknown>
  readonly accounts: readonly FundedKey[]
  readonly providers: readonly ProviderInfo[]
  /** What works for each provider: it proves by itself, and can be told to seal, to lose data, to be silent. */
  readonly operators: readonly Provider[]
  readonly node: Node
  /** Makes tipsets, and gives the new head. */
  mine(tipsets?: number): Tipset
  /** Has the next tipset come at least `seconds` later. @returns seconds it is later by. */
  increaseTime(seconds: number): number
  /** Queues a signed message and makes the tipset that holds it. @throws InvalidMessage */
  push(signed: SignedMessage): Cid
  /** Remembers this moment. @returns its id. */
  snapshot(): number
  /** Goes back to a moment; it and all later ones are used up. @returns false where there is no such moment any more. */
  revert(id: number): boolean
  /**
   * Brings the devnet to where `setup` left it, and gives what `setup` gave: a fixture, made once and come back to. Each
   * begins with the devnet as it was created.
   */
  loadFixture<T>(setup: () => T | Promise<T>): Promise<T>
  /** Clients of viem, which has to be installed. */
  viem(): Promise<ViemClients>
  /** Provider and signers of ethers 6, which has to be installed. */
  ethers(): Promise<EthersClients>
  /** Serves JSON-RPC over HTTP; on any free port by default. */
  listen(port?: number, host?: string): Promise<RpcServer>
}

/** @throws InvalidInput naming the option that is wrong. */
export async function createDevnet(
  options: DevnetOptions & RpcOptions = {},
): Promise<DevnetHandle> {
  await initCrypto()
  const devnet = new Devnet({ sectors: 2, ...options })
  return handleOf(devnet, options, startProviders(devnet))
}

/** The library's view of a devnet. */
export function handleOf(
  devnet: Devnet,
  options: RpcOptions = {},
  operators: readonly Provider[] = [],
): DevnetHandle {
  const rpc = createRpc(devnet, options)
  const fixtures = new Fixtures(devnet)
  const handle: DevnetHandle = {
    operators,
    request: (request) => rpc.request(request),
    accounts: fundedKeys(devnet),
    providers: providerInfos(devnet),
    node: devnet.node,
    mine: (tipsets) => devnet.mine(tipsets),
    increaseTime: (seconds) => devnet.increaseTime(seconds),
    push: (signed) => devnet.push(signed),
    snapshot: () => devnet.snapshots.take(),
    revert: (id) => devnet.snapshots.revert(id),
    loadFixture: (setup) => fixtures.load(setup),
    viem: async () => (await import('./viem-clients.ts')).viemClients(handle),
    ethers: async () => (await import('./ethers-clients.ts')).ethersClients(handle),
    listen: (port = 0, host = '127.0.0.1') => serve(rpc, { port, host, onBug: console.error }),
  }
  return handle
}
