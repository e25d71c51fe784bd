/** Contracts deployed on a devnet and called with viem's encoders: each call is looked at first and then sent. */
import * as assert from 'uvu/assert'
import {
  type Abi,
  type AbiFunction,
  decodeErrorResult,
  decodeFunctionResult,
  encodeDeployData,
  encodeFunctionData,
  getAbiItem,
  getContractAddress,
  toFunctionSignature,
} from 'viem'
import { privateKeyToAccount } from 'viem/accounts'
import { type Message, makeMessage, messageToJson } from '../../engine/chain/message.ts'
import { fil } from '../../primitives/units.ts'
import { createDevnet, type DevnetHandle, type DevnetOptions } from '../../cli/library.ts'

export type Hex = `0x${string}`

/** A value with all its structs and lists laid out flat. */
export type Leaf = bigint | number | boolean | string
export type Outcome =
  | { readonly values: readonly Leaf[] }
  | {
      readonly error: string
      readonly args: readonly unknown[]
      readonly data: Hex
      readonly message: string
    }

export interface Rig {
  readonly devnet: DevnetHandle
  ask<T>(method: string, ...params: readonly unknown[]): Promise<T>
  /** From the first account. @returns the contract's address. */
  deploy(bytecode: Hex, abi?: Abi, args?: readonly unknown[]): Promise<Hex>
  /** Sends a transaction that must succeed. */
  send(to: Hex, data: Hex, value?: bigint): Promise<Receipt>
  /** Sends a message for any actor, as itself. @returns what it gave back. */
  native(message: Partial<Message> & Pick<Message, 'from' | 'to'>): Promise<string>
  /** What a call would give. */
  call(to: Hex, abi: Abi, functionName: string, args: readonly unknown[]): Promise<Outcome>
}

export interface Receipt {
  readonly status: Hex
  readonly contractAddress: Hex | null
  readonly logs: readonly { readonly address: Hex; readonly topics: Hex[]; readonly data: Hex }[]
}

const GAS = 5_000_000_000n

export async function openRig(options: DevnetOptions = {}): Promise<Rig> {
  const devnet = await createDevnet({ crypto: 'modelled', ...options })
  const account = privateKeyToAccount(devnet.accounts[0]!.privateKey)
  const chainId = Number(devnet.node.params.chainId)
  const ask = <T>(method: string, ...params: readonly unknown[]) =>
    devnet.request({ method, params }) as Promise<T>
  let nonce = 0
  const transact = async (to: Hex | undefined, data: Hex, value: bigint): Promise<Receipt> => {
    const fees = { maxFeePerGas: 10n ** 9n, maxPriorityFeePerGas: 100_000n, gas: GAS }
    const target = to === undefined ? {} : { to }
    const raw = await account.signTransaction({
      ...{ type: 'eip1559', chainId, nonce: nonce++, data, value },
      ...{ ...target, ...fees },
    })
    const hash = await ask<Hex>('eth_sendRawTransaction', raw)
    const receipt = await ask<Receipt>('eth_getTransactionReceipt', hash)
    assert.is(receipt.status, '0x1', `transaction to ${to ?? 'nobody'} failed`)
    return receipt
  }
  return {
    devnet,
    ask,
    send: (to, data, value = 0n) => transact(to, data, value),
    async deploy(bytecode, abi = [], args = []) {
      const expected = getContractAddress({ from: account.address, nonce: BigInt(nonce) })
      const { contractAddress } = await transact(
        undefined,
        encodeDeployData({ abi, bytecode, args }),
        0n,
      )
      assert.is(contractAddress, expected.toLowerCase())
      return expected
    },
    async native(message) {
      const { from } = message
      devnet.node.edit((tree) => tree.deposit(tree.resolve(from)!, fil('1')))
      await ask('hardhat_impersonateAccount', String(from))
      const { CID } = await ask<{ CID: unknown }>(
        'Filecoin.MpoolPushMessage',
        messageToJson(makeMessage(message)),
      )
      const { Receipt } = await ask<{ Receipt: { ExitCode: number; Return: string } }>(
        'Filecoin.StateWaitMsg',
        CID,
      )
      assert.is(Receipt.ExitCode, 0)
      return Receipt.Return
    },
    async call(to, abi, functionName, args) {
      const data = encodeFunctionData({ abi, functionName, args })
      try {
        const given = await ask<Hex>('eth_call', { from: account.address, to, data }, 'latest')
        const decoded = decodeFunctionResult({ abi, functionName, args, data: given })
        return { values: leaves(decoded) }
      } catch (thrown) {
        return errorOf(abi, thrown)
      }
    },
  }
}

/** The data of a reverted call, and what it says. */
function errorOf(abi: Abi, thrown: unknown): Outcome {
  const { code, data, message } = thrown as { code?: unknown; data?: unknown; message: string }
  if (code !== 3 || typeof data !== 'string') throw thrown
  const reverted = { data: data as Hex, message }
  try {
    const { errorName, args = [] } = decodeErrorResult({ abi, data: data as Hex })
    return { ...reverted, error: errorName, args: args as readonly unknown[] }
  } catch {
    return { ...reverted, error: '', args: [] }
  }
}

/** @throws Error for what no ABI type decodes to. */
export function leaves(value: unknown): Leaf[] {
  if (value === undefined) return []
  if (Array.isArray(value)) return value.flatMap(leaves)
  if (typeof value === 'object' && value !== null) return Object.values(value).flatMap(leaves)
  if (['bigint', 'number', 'boolean', 'string'].includes(typeof value)) return [value as Leaf]
  throw new Error(`no leaf: ${String(value)}`)
}

/** The function of an ABI that takes these arguments, by its types. */
export function signatureOf(abi: Abi, name: string, args: readonly unknown[]): string {
  return toFunctionSignature(getAbiItem({ abi, name, args }) as AbiFunction)
}
