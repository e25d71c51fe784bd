/** What contracts print with Hardhat's `console.sol`: `log` of up to four values, or one of any width. */
import { hexData } from '../engine/chain/eth-json.ts'
import { toHex } from '../primitives/bytes.ts'
import { type AbiParam, decodeArguments, selectorOf, signatureOf, unnamed } from './abi.ts'

const TYPES = ['uint256', 'string', 'bool', 'address'] as const
const MAX_VALUES = 4

let known: ReadonlyMap<string, readonly AbiParam[]> | undefined

/** The line that calldata of the console stands for. */
export function consoleLine(calldata: Uint8Array): string {
  known ??= allSignatures()
  const params = known.get(`0x${toHex(calldata.subarray(0, 4))}`)
  const values = params && decodeArguments(params, calldata.subarray(4))
  return values ? values.join(' ') : `console.log of something unknown: ${hexData(calldata)}`
}

function allSignatures(): Map<string, readonly AbiParam[]> {
  const lists: string[][] = [[]]
  for (let from = 0, n = 0; n < MAX_VALUES; n++) {
    const end = lists.length
    for (; from < end; from++) for (const type of TYPES) lists.push([...lists[from]!, type])
  }
  const widths = Array.from({ length: 32 }, (_, i) => [`bytes${i + 1}`])
  lists.push(['int256'], ['bytes'], ...widths)
  return new Map(
    lists.map((types) => {
      const params = types.map(unnamed)
      return [selectorOf(signatureOf('log', params)), params]
    }),
  )
}
