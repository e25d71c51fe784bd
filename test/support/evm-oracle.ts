/** Plain EVM programs run by @ethereumjs/evm, for comparing with ours: what they return, how they fail, what they store and log. */
import { Common, Hardfork, Mainnet } from '@ethereumjs/common'
import { createEVM, type EVM } from '@ethereumjs/evm'
import { SimpleStateManager } from '@ethereumjs/statemanager'
import { Account, createAddressFromString } from '@ethereumjs/util'
import { toHex } from '../../primitives/bytes.ts'

export interface PlainCall {
  readonly code: Uint8Array
  readonly data: Uint8Array
  readonly caller: Uint8Array
  readonly address: Uint8Array
}

export interface PlainOutcome {
  /** 0, OUT_OF_GAS, else as `EvmExitCode`; 34 stands for 35 too, which Ethereum does not tell apart. */
  readonly exitCode: number
  readonly data: Uint8Array
  readonly storage: ReadonlyMap<string, string>
  /** Topics and data of each log. */
  readonly logs: readonly { topics: readonly string[]; data: string }[]
}

const GAS = 10n ** 9n
/** Where memory beyond what Ethereum's gas buys was asked for, or return data that is not there. */
export const OUT_OF_GAS = -1

/** Exit codes of Filecoin's EVM by what Ethereum's machine says. */
const EXIT_CODES: Readonly<Record<string, number>> = {
  revert: 33,
  'invalid opcode': 34,
  'stack underflow': 36,
  'stack overflow': 37,
  'out of gas': OUT_OF_GAS,
  'invalid JUMP': 39,
}

const address = (bytes: Uint8Array) => createAddressFromString(`0x${toHex(bytes)}`)

export async function createOracle(): Promise<(call: PlainCall) => Promise<PlainOutcome>> {
  const common = new Common({ chain: Mainnet, hardfork: Hardfork.Osaka })
  return async ({ code, data, caller, address: to }) => {
    const stateManager = new SimpleStateManager()
    const evm: EVM = await createEVM({ common, stateManager })
    await stateManager.putAccount(address(caller), new Account(0n, 10n ** 24n))
    await stateManager.putAccount(address(to), new Account(1n))
    await stateManager.putCode(address(to), code)
    const { execResult } = await evm.runCall({
      caller: address(caller),
      to: address(to),
      data,
      gasLimit: GAS,
    })
    const { exceptionError, returnValue, logs } = execResult
    const why = exceptionError?.error.replace(/ at .*/, '')
    const exitCode = why === undefined ? 0 : EXIT_CODES[why]
    if (exitCode === undefined) throw new Error(`no exit code for ${why}`)
    return {
      exitCode,
      data: returnValue,
      storage: exitCode === 0 ? await storageOf(stateManager, address(to)) : new Map(),
      logs: (exitCode === 0 ? (logs ?? []) : []).map(([, topics, bytes]) => ({
        topics: topics.map(toHex),
        data: toHex(bytes),
      })),
    }
  }
}

/** Words of storage other than 0, by their keys without leading zeros. */
async function storageOf(
  state: SimpleStateManager,
  owner: ReturnType<typeof address>,
): Promise<Map<string, string>> {
  const out = new Map<string, string>()
  const stored = state.storageStack[state.storageStack.length - 1]!
  for (const [key, value] of stored) {
    const slot = key.slice(key.indexOf('_') + 1).replace(/^0x/, '')
    if (!key.includes(owner.toString().slice(2))) continue
    const word = toHex(value).replace(/^0+/, '')
    if (word !== '') out.set(slot.replace(/^0+/, '') || '0', word)
  }
  return out
}
