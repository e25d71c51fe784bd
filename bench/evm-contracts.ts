/** Contracts in process: ours on a network of a few accounts, and @ethereumjs/evm on an empty state. Numbers are rates. */
import { Common, Hardfork, Mainnet } from '@ethereumjs/common'
import { createEVM } from '@ethereumjs/evm'
import { SimpleStateManager } from '@ethereumjs/statemanager'
import { Account, createAddressFromString } from '@ethereumjs/util'
import { readFileSync } from 'node:fs'
import { encodeAbiParameters, encodeFunctionData, parseAbi } from 'viem'
import { fromHex } from '../primitives/bytes.ts'
import { initCrypto } from '../primitives/crypto/init.ts'
import { EvmWorld } from '../test/support/evm-world.ts'
import { type BenchResult, interleaved } from './area.ts'

export const ETHEREUMJS = '@ethereumjs/evm'

const ABI = parseAbi(['function transfer(address,uint256)', 'function run(uint256)'])
const ROUNDS = 7
const WARM_UPS = 10
/** Transfers of a round; to as many receivers. */
const TRANSFERS = 500
/** Calls of a round, and turns of the loop in each. */
const LOOPS = 3
const TURNS = 20_000n
const SUPPLY = 10n ** 27n
const GAS_LIMIT = 1n << 40n

/** Ratios to @ethereumjs/evm of ERC-20 transfers and of a loop that computes, and our own rates. */
export async function contractRates(): Promise<BenchResult[]> {
  await initCrypto()
  const supply = encodeAbiParameters([{ type: 'uint256' }], [SUPPLY]).slice(2)
  const erc20 = fromHex(contractCode('Erc20') + supply)
  const loop = fromHex(contractCode('Loop'))
  const contenders = [
    rateOf(ours(erc20), transferCalls, 1),
    rateOf(await theirs(erc20), transferCalls, 1),
    rateOf(ours(loop), loopCalls, Number(TURNS)),
    rateOf(await theirs(loop), loopCalls, Number(TURNS)),
  ]
  // Node optimises on threads of its own, which takes a while where the machine is busy.
  for (let round = 0; round < WARM_UPS; round++) for (const run of contenders) await run()
  const rates = await interleaved(ROUNDS, contenders)
  const [transfers, theirTransfers, turns, theirTurns] = rates
  return [
    { name: 'erc20', value: transfers! / theirTransfers!, unit: '×', against: ETHEREUMJS },
    { name: 'loop', value: turns! / theirTurns!, unit: '×', against: ETHEREUMJS },
    { name: 'erc20_per_s', value: transfers!, unit: '1/s' },
    { name: 'loop_turns_per_s', value: turns!, unit: '1/s' },
  ]
}

/** Bytecode that deploys a contract, without 0x. Compiled from the source beside it with solc 0.8.30, optimizer on. */
export function contractCode(name: string): string {
  const file = new URL(`contracts/${name}.json`, import.meta.url)
  const { bytecode } = JSON.parse(readFileSync(file, 'utf8')) as { bytecode: string }
  return bytecode.slice(2)
}

export const transferData = (to: string, amount: bigint): string =>
  encodeFunctionData({ abi: ABI, functionName: 'transfer', args: [to as `0x${string}`, amount] })

/** Address of the n-th receiver. */
export const receiver = (n: number): string => `0x${(0x1000000 + n).toString(16).padStart(40, 'a')}`

type Call = (data: Uint8Array) => unknown

function rateOf(call: Call, calls: () => Uint8Array[], weight: number) {
  return async (): Promise<number> => {
    const all = calls()
    const started = performance.now()
    for (const data of all) {
      const pending = call(data)
      if (pending instanceof Promise) await pending
    }
    return (all.length * weight * 1000) / (performance.now() - started)
  }
}

const transferCalls = (): Uint8Array[] =>
  Array.from({ length: TRANSFERS }, (_, i) => fromHex(transferData(receiver(i), 1n).slice(2)))

const loopCalls = (): Uint8Array[] =>
  Array.from({ length: LOOPS }, () =>
    fromHex(encodeFunctionData({ abi: ABI, functionName: 'run', args: [TURNS] }).slice(2)),
  )

/** Each call is a message. */
function ours(initcode: Uint8Array): Call {
  const world = new EvmWorld()
  const { address } = world.deploy(initcode)
  return (data) => {
    const { exitCode } = world.call(address, data)
    if (exitCode !== 0) throw new Error(`a call ended with exit code ${exitCode}`)
  }
}

async function theirs(initcode: Uint8Array): Promise<Call> {
  const common = new Common({ chain: Mainnet, hardfork: Hardfork.Osaka })
  const stateManager = new SimpleStateManager()
  const evm = await createEVM({ common, stateManager })
  const caller = createAddressFromString(`0x${'11'.repeat(20)}`)
  await stateManager.putAccount(caller, new Account(0n, 10n ** 24n))
  const made = await evm.runCall({ caller, data: initcode, gasLimit: GAS_LIMIT })
  const to = made.createdAddress!
  return async (data) => {
    const { execResult } = await evm.runCall({ caller, to, data, gasLimit: GAS_LIMIT })
    if (execResult.exceptionError) throw new Error(execResult.exceptionError.error)
  }
}
