/** A devnet to ask, with its messages signed as clients sign them. */
import {
  type Message,
  makeMessage,
  type SignedMessage,
  signedMessageToJson,
} from '../../engine/chain/message.ts'
import { signMessage } from '../../engine/chain/message-signature.ts'
import { ethTransactionOfMessage } from '../../engine/chain/eth-message.ts'
import { encodeEthTransaction } from '../../engine/chain/eth-transaction.ts'
import { Devnet, type DevnetAccount, type DevnetOptions } from '../../engine/devnet.ts'
import { type Address, idAddress } from '../../primitives/address.ts'
import { toHex } from '../../primitives/bytes.ts'
import { initCrypto } from '../../primitives/crypto/init.ts'
import { createRpc, type RpcOptions } from '../../rpc/index.ts'
import { RpcError } from '../../rpc/errors.ts'

export const GAS = { gasLimit: 5_000_000n, gasFeeCap: 1_000_000_000n, gasPremium: 100_000n }
export const METHOD_INVOKE_EVM = 3844450837n

/** JSON of unknown shape, to look into; `ask` can be told a better type. */
export interface Json {
  readonly [key: string]: Json
}

/** An integer in JSON: a number, or digits in a string. */
export const int = (json: Json | string | undefined): number => Number(json)
export const big = (json: Json | string | undefined): bigint => BigInt(String(json))

export interface RpcDevnet {
  readonly devnet: Devnet
  /** Answer of a method. */
  ask<T = Json>(method: string, ...params: unknown[]): Promise<T>
  /** Code and message of the error that a method answers with, and `data` where there is any. */
  refusal(method: string, ...params: unknown[]): Promise<{ code: number; message: string }>
}

export async function rpcDevnet(
  options: DevnetOptions = {},
  rpc: RpcOptions = {},
): Promise<RpcDevnet> {
  await initCrypto()
  const devnet = new Devnet({ crypto: 'modelled', ...options })
  const { request } = createRpc(devnet, rpc)
  const ask = async <T>(method: string, ...params: unknown[]) =>
    (await request({ method, params })) as T
  return {
    devnet,
    ask,
    async refusal(method, ...params) {
      try {
        await request({ method, params })
      } catch (error) {
        if (!(error instanceof RpcError)) throw error
        const { code, message, data } = error
        return { code, message, ...(data === undefined ? {} : { data }) }
      }
      throw new Error(`${method} did not refuse`)
    },
  }
}

/** A message of the account's f1, or of its f410, with gas to spare. */
export function transferOf(
  account: DevnetAccount,
  to: Address,
  change: Partial<Message> = {},
): Message {
  return makeMessage({ from: account.native, to, value: 1n, ...GAS, ...change })
}

/** A transfer from the first account's f1 to the second's, signed. */
export function signedOf(devnet: Devnet, change: Partial<Message> = {}): SignedMessage {
  const [from, to] = devnet.accounts
  const message = transferOf(from!, to!.native, change)
  return signMessage(message, from!.secret, devnet.params.chainId)
}

/** What `Filecoin.MpoolPush` takes, signed by the account's f1. */
export const signedJson = (devnet: Devnet, account: DevnetAccount, message: Message) =>
  signedMessageToJson(signMessage(message, account.secret, devnet.params.chainId))

/** What `eth_sendRawTransaction` takes, signed by the account's f410. */
export function rawTransfer(
  { params: { chainId } }: Devnet,
  account: DevnetAccount,
  to: Address,
  change: Partial<Message> = {},
): string {
  const from = account.delegated
  const message = transferOf(account, to, { from, method: METHOD_INVOKE_EVM, ...change })
  const signed = signMessage(message, account.secret, chainId)
  return `0x${toHex(encodeEthTransaction(ethTransactionOfMessage(signed, chainId)))}`
}

export const eth = ({ eth }: DevnetAccount): string => `0x${toHex(eth)}`
export const NOBODY = idAddress(99_999)
