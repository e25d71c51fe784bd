/** Solidity's ABI, as far as it takes to read arguments for people. Reference: the contract ABI specification of Solidity. */
import { hexData } from '../engine/chain/eth-json.ts'
import { utf8 } from '../primitives/bytes.ts'
import { keccak256 } from '../primitives/crypto/hash.ts'
import { checksumEthAddress } from '../primitives/eth-address.ts'
import { u256FromBytes } from '../primitives/u256.ts'

/** A parameter: its type as written, and what it is made of where that is `tuple`. */
export interface AbiParam {
  readonly name: string
  readonly type: string
  readonly components: readonly AbiParam[]
}

const WORD = 32
/** Values of one list that are read: lengths are whatever a contract says. */
const MAX_ITEMS = 1000

/** `TooMuch(uint256,uint256)` */
export const signatureOf = (name: string, params: readonly AbiParam[]): string =>
  `${name}(${params.map(typeText).join(',')})`

/** First four bytes of the hash of a signature, in hexadecimal. */
export const selectorOf = (signature: string): string =>
  hexData(keccak256(utf8(signature)).subarray(0, 4))

/** A parameter without a name. */
export const unnamed = (type: string): AbiParam => ({ name: '', type, components: [] })

function typeText({ type, components }: AbiParam): string {
  if (!type.startsWith('tuple')) return type
  return `(${components.map(typeText).join(',')})${type.slice('tuple'.length)}`
}

/** `asked: 2000, limit: 1000`; undefined where the data is something else. */
export function decodeArguments(
  params: readonly AbiParam[],
  data: Uint8Array,
): readonly string[] | undefined {
  try {
    return decodeTuple(params, data, 0)
  } catch (error) {
    if (error instanceof RangeError) return undefined
    throw error
  }
}

/** Values that stand one after the other from `base` on, those of no fixed length elsewhere. */
function decodeTuple(params: readonly AbiParam[], data: Uint8Array, base: number): string[] {
  const values: string[] = []
  let at = base
  for (const param of params) {
    const start = isDynamic(param) ? base + lengthAt(data, at) : at
    values.push(decodeValue(param, data, start))
    at += isDynamic(param) ? WORD : sizeOf(param)
  }
  return values
}

function decodeValue(param: AbiParam, data: Uint8Array, at: number): string {
  const { type, components } = param
  const list = /^(.*)\[(\d*)\]$/.exec(type)
  if (list) {
    const [, inner, size] = list as unknown as [string, string, string]
    const count = size === '' ? lengthAt(data, at) : Number(size)
    const items = Array.from({ length: bounded(count) }, () => ({ ...param, type: inner }))
    return `[${decodeTuple(items, data, size === '' ? at + WORD : at).join(', ')}]`
  }
  if (type === 'tuple') {
    const values = decodeTuple(components, data, at)
    return `{${values.map((value, i) => `${components[i]!.name}: ${value}`).join(', ')}}`
  }
  if (type === 'string') return new TextDecoder().decode(bytesAt(data, at))
  if (type === 'bytes') return hexData(bytesAt(data, at))
  return atomic(type, wordAt(data, at))
}

function atomic(type: string, word: Uint8Array): string {
  if (type === 'address') return checksumEthAddress(word.slice(-20))
  if (type === 'bool') return String(u256FromBytes(word) !== 0n)
  if (type.startsWith('bytes')) return hexData(word.subarray(0, Number(type.slice(5))))
  const n = u256FromBytes(word)
  return (type.startsWith('int') ? BigInt.asIntN(256, n) : n).toString()
}

function isDynamic({ type, components }: AbiParam): boolean {
  if (type === 'string' || type === 'bytes' || /\[\]/.test(type)) return true
  return type.startsWith('tuple') && components.some(isDynamic)
}

/** Bytes of a value whose length is fixed. */
function sizeOf(param: AbiParam): number {
  const list = /^(.*)\[(\d+)\]$/.exec(param.type)
  if (list) return Number(list[2]) * sizeOf({ ...param, type: list[1]! })
  if (param.type !== 'tuple') return WORD
  return param.components.reduce((sum, each) => sum + sizeOf(each), 0)
}

const wordAt = (data: Uint8Array, at: number): Uint8Array => slice(data, at, WORD)

const bytesAt = (data: Uint8Array, at: number): Uint8Array =>
  slice(data, at + WORD, lengthAt(data, at))

function lengthAt(data: Uint8Array, at: number): number {
  const n = u256FromBytes(wordAt(data, at))
  if (n > BigInt(data.length)) throw new RangeError(`a length of ${n}`)
  return Number(n)
}

function slice(data: Uint8Array, at: number, length: number): Uint8Array {
  if (at + length > data.length) throw new RangeError(`${at + length} bytes of ${data.length}`)
  return data.subarray(at, at + length)
}

function bounded(count: number): number {
  if (count > MAX_ITEMS) throw new RangeError(`${count} items`)
  return count
}
