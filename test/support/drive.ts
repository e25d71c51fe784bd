/** Deploying and calling contracts with transactions that the test signs itself: no client in between. */
import { encodeDeployData, encodeFunctionData, type Hex } from 'viem'
import {
  EAM_ADDRESS,
  METHOD_CREATE_EXTERNAL,
  METHOD_INVOKE_EVM,
} from '../../engine/chain/eth-message.ts'
import type { DevnetOptions } from '../../engine/devnet.ts'
import { fromHex } from '../../primitives/bytes.ts'
import { byteString, encode } from '../../primitives/codec.ts'
import { filecoinAddressOf } from '../../primitives/eth-address.ts'
import { type Artifact, LEDGER } from './contract.ts'
import { type Json, rawTransfer, rpcDevnet, type RpcDevnet } from './rpc.ts'

export interface LedgerDevnet extends RpcDevnet {
  /** Address of the contract, deployed by the first account. */
  readonly ledger: string
  /** Calls the contract by a transaction of the first account: its receipt. */
  call(functionName: string, args?: readonly unknown[], value?: bigint): Promise<Json>
  /** Deploys a contract by a transaction of the first account: its address. */
  deploy(artifact: Artifact, args?: readonly unknown[]): Promise<string>
  /** Sends a transaction of the first account, to nobody to deploy: its hash. */
  send(to: string | null, input: Hex, value?: bigint): Promise<string>
}

export const callData = (functionName: string, args: readonly unknown[] = []): Hex =>
  encodeFunctionData({ abi: LEDGER.abi, functionName, args })

/** A devnet with the contract `Ledger`, which begins at 5. */
export async function ledgerDevnet(options: DevnetOptions = {}): Promise<LedgerDevnet> {
  const rpc = await rpcDevnet(options)
  const [from] = rpc.devnet.accounts
  let nonce = 0n
  const send = async (to: string | null, input: Hex, value = 0n): Promise<string> => {
    const target = to === null ? EAM_ADDRESS : filecoinAddressOf(fromHex(to))
    const params = input === '0x' ? new Uint8Array() : encode(byteString, fromHex(input))
    const method = to === null ? METHOD_CREATE_EXTERNAL : METHOD_INVOKE_EVM
    const change = { params, gasLimit: 2_000_000_000n, nonce, method, value }
    const raw = rawTransfer(rpc.devnet, from!, target, change)
    nonce++
    return rpc.ask('eth_sendRawTransaction', raw)
  }
  const receipt = async (hash: string) => rpc.ask('eth_getTransactionReceipt', hash)
  const deploy = async (artifact: Artifact, args: readonly unknown[] = []) => {
    const hash = await send(null, encodeDeployData({ ...artifact, args }))
    return String((await receipt(hash))['contractAddress'])
  }
  const ledger = await deploy(LEDGER, [5n])
  const call = async (name: string, args: readonly unknown[] = [], value = 0n) =>
    receipt(await send(ledger, callData(name, args), value))
  return { ...rpc, ledger, call, deploy, send }
}
