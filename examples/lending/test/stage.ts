/** A devnet in this process with viem's clients on it, and the keys of lenders and a provider: what the lives are played on. */
import * as assert from 'uvu/assert'
import {
  type Abi,
  BaseError,
  ContractFunctionRevertedError,
  createPublicClient,
  createWalletClient,
  custom,
  defineChain,
  getAddress,
  parseEther,
  parseEventLogs,
  type TransactionReceipt,
} from 'viem'
import { privateKeyToAccount } from 'viem/accounts'
import { type DevnetHandle, handleOf } from '../../../cli/library.ts'
import { Devnet } from '../../../engine/devnet.ts'
import { initCrypto } from '../../../primitives/crypto/init.ts'
import type { ActorId } from '../../../primitives/units.ts'
import { Provider, startProviders } from '../../../scenarios/agents/provider.ts'
import { type Artifact, artifact } from '../compile.ts'

export type Hex = `0x${string}`

export const WEEK = 20_160
export const fil = (amount: string): bigint => parseEther(amount)

/** A contract as one account uses it. */
export interface Contract {
  readonly address: Hex
  read<T = bigint>(functionName: string, ...args: readonly unknown[]): Promise<T>
  /** Sends a transaction, and expects it to succeed. */
  write(functionName: string, ...args: readonly unknown[]): Promise<Written>
  /** As `write`, with FIL. */
  pay(value: bigint, functionName: string, ...args: readonly unknown[]): Promise<Written>
  /** What a call reverts with: the error's name and arguments. */
  error(functionName: string, ...args: readonly unknown[]): Promise<readonly unknown[]>
  /** The same contract, used by another account. */
  as(account: number): Contract
}

export interface Written {
  readonly receipt: TransactionReceipt
  /** Events of the contract, with their arguments. */
  readonly events: readonly { eventName: string; args: Record<string, unknown> }[]
}

export interface Stage {
  readonly devnet: DevnetHandle
  /** What runs a miner's sectors. */
  softwareOf(miner: ActorId): Provider
  account(index: number): Hex
  balance(of: Hex): Promise<bigint>
  /** Id of the actor of a Filecoin address. */
  idOf(of: string): Promise<bigint>
  /** Gives FIL to any Filecoin address. */
  give(account: number, to: string, value: bigint): Promise<void>
  deploy(account: number, name: string, ...args: readonly unknown[]): Promise<Contract>
  /** A contract that is there. */
  at(account: number, name: string, address: Hex): Contract
  ask<T>(method: string, ...params: readonly unknown[]): Promise<T>
  /** Lets time pass: proofs, faults, vesting and cron happen in every epoch. */
  pass(epochs: number): Promise<void>
}

/** The first provider is the rest of the network, the second the one that borrows. */
const POWER = [1n << 60n, 1n << 51n]

export async function openStage(seed: string): Promise<Stage> {
  await initCrypto()
  const network = new Devnet({ seed, crypto: 'modelled', sps: 2, power: POWER })
  startProviders(network)
  const devnet = handleOf(network)
  const clients = clientsOf(devnet)
  const { chain, reader, wallets } = clients
  const ask = <T>(method: string, ...params: readonly unknown[]) =>
    devnet.request({ method, params }) as Promise<T>
  const idOf = async (of: string) =>
    BigInt((await ask<string>('Filecoin.StateLookupID', of, null)).slice('f0'.length))
  return {
    devnet,
    softwareOf: (miner) =>
      network.agents.find(
        (agent): agent is Provider => agent instanceof Provider && agent.miner === miner,
      )!,
    ask,
    account: (index) => devnet.accounts[index]!.eth,
    balance: (of) => reader.getBalance({ address: of }),
    idOf,
    async give(account, to, value) {
      const transfer = { to: masked(await idOf(to)), value, chain }
      const hash = await wallets[account]!.sendTransaction(transfer)
      await reader.waitForTransactionReceipt({ hash })
    },
    async deploy(account, contractName, ...args) {
      const made = artifact(contractName)
      const hash = await wallets[account]!.deployContract({ ...made, args, chain })
      const receipt = await reader.waitForTransactionReceipt({ hash })
      assert.is(receipt.status, 'success', `deploying ${contractName}`)
      return contractAt(clients, account, made, getAddress(receipt.contractAddress!))
    },
    at: (account, contractName, address) =>
      contractAt(clients, account, artifact(contractName), address),
    async pass(epochs) {
      await ask('evm_increaseTime', (epochs - 1) * 30)
      await ask('evm_mine')
    },
  }
}

type Clients = ReturnType<typeof clientsOf>

function clientsOf(devnet: DevnetHandle) {
  const { chainId, name } = devnet.node.params
  const nativeCurrency = { name: 'Filecoin', symbol: 'FIL', decimals: 18 }
  const rpcUrls = { default: { http: [] } }
  const chain = defineChain({ id: Number(chainId), name, nativeCurrency, rpcUrls })
  const transport = custom(devnet)
  const reader = createPublicClient({ chain, transport, pollingInterval: 5, cacheTime: 0 })
  const wallets = devnet.accounts.map(({ privateKey }) =>
    createWalletClient({ chain, transport, account: privateKeyToAccount(privateKey) }),
  )
  return { chain, reader, wallets }
}

function contractAt(clients: Clients, account: number, made: Artifact, address: Hex): Contract {
  const { chain, reader, wallets } = clients
  const abi = [...made.abi, ...ERRORS]
  const sender = wallets[account]!
  const call = (functionName: string, args: readonly unknown[]) => {
    return { address, abi, functionName, args, account: sender.account }
  }
  const send = async (value: bigint, functionName: string, args: readonly unknown[]) => {
    const hash = await sender.writeContract({ ...call(functionName, args), chain, value })
    const receipt = await reader.waitForTransactionReceipt({ hash })
    assert.is(receipt.status, 'success', `${made.contractName}.${functionName}`)
    return { receipt, events: eventsOf(abi, receipt) }
  }
  return {
    address,
    read: async <T>(functionName: string, ...args: readonly unknown[]) =>
      (await reader.readContract(call(functionName, args))) as T,
    write: (functionName, ...args) => send(0n, functionName, args),
    pay: (value, functionName, ...args) => send(value, functionName, args),
    error: (functionName, ...args) => revertOf(reader.simulateContract(call(functionName, args))),
    as: (other) => contractAt(clients, other, made, address),
  }
}

/** What any of the contracts may revert with: errors pass through those that call. */
const ERRORS = ['MinerVault', 'ReservePool', 'CreditPool', 'LibraryProbe']
  .flatMap((name) => artifact(name).abi)
  .filter(({ type }) => type === 'error')

/** The Ethereum address of an actor by its id. */
export const masked = (id: bigint): Hex => `0xff${id.toString(16).padStart(38, '0')}`

function eventsOf(abi: Abi, receipt: TransactionReceipt): Written['events'] {
  const logs = parseEventLogs({ abi, logs: receipt.logs }) as unknown as Written['events']
  return logs.map(({ eventName, args }) => ({ eventName, args }))
}

async function revertOf(call: Promise<unknown>): Promise<readonly unknown[]> {
  const error: unknown = await call.then(
    () => undefined,
    (thrown: unknown) => thrown,
  )
  const reverted =
    error instanceof BaseError && error.walk((e) => e instanceof ContractFunctionRevertedError)
  if (!(reverted instanceof ContractFunctionRevertedError)) throw error ?? new Error('did not fail')
  return [reverted.data?.errorName, ...(reverted.data?.args ?? [])]
}
