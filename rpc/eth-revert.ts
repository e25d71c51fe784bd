/** What Solidity says of a revert, as Lotus prints it (`chain/types/ethtypes`, `ParseEthRevert`). */
import { hexData } from '../engine/chain/eth-json.ts'
import { toHex } from '../primitives/bytes.ts'
import { u256FromBytes } from '../primitives/u256.ts'

const SELECTOR = { error: '08c379a0', panic: '4e487b71' } as const
const WORD = 32

const PANICS: Readonly<Record<string, string>> = {
  '0': 'Panic()',
  '1': 'Assert()',
  '11': 'ArithmeticOverflow()',
  '12': 'DivideByZero()',
  '21': 'InvalidEnumVariant()',
  '22': 'InvalidStorageArray()',
  '31': 'PopEmptyArray()',
  '32': 'ArrayIndexOutOfBounds()',
  '41': 'OutOfMemory()',
  '51': 'CalledUninitializedFunction()',
}

/** `Error(why)`, the name of a panic, or the data in hexadecimal. */
export function revertReason(data: Uint8Array): string {
  const selector = toHex(data.subarray(0, 4))
  const args = data.subarray(4)
  if (args.length < WORD) return hexData(data)
  if (selector === SELECTOR.panic) {
    const code = u256FromBytes(args.subarray(0, WORD)).toString(16)
    return PANICS[code] ?? `Panic(0x${code})`
  }
  const message = selector === SELECTOR.error ? stringAt(args) : undefined
  return message === undefined ? hexData(data) : `Error(${message})`
}

/** The string that is the only argument; undefined where the data is cut off. */
function stringAt(args: Uint8Array): string | undefined {
  const wordAt = (at: number) => Number(u256FromBytes(args.subarray(at, at + WORD)))
  const start = wordAt(0) + WORD
  if (start > args.length) return undefined
  const end = start + wordAt(start - WORD)
  return end > args.length ? undefined : new TextDecoder().decode(args.subarray(start, end))
}
