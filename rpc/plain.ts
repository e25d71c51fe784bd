/** Values of actors as plain JSON, for people: fields by their names here, amounts and epochs as digits. */
import { hexData } from '../engine/chain/eth-json.ts'
import { Address } from '../primitives/address.ts'
import { Bitfield } from '../primitives/bitfield.ts'
import { Cid } from '../primitives/cid.ts'
import { bitfieldToJson } from './bitfield-json.ts'

/** Items of a list that are shown. */
const MAX_ITEMS = 1000

export function plain(value: unknown): unknown {
  if (typeof value === 'bigint') return value.toString()
  if (typeof value !== 'object' || value === null) return value
  if (value instanceof Uint8Array) return hexData(value)
  if (value instanceof Address || value instanceof Cid) return value.toString()
  if (value instanceof Bitfield) return bitfieldToJson(value)
  if (Array.isArray(value)) return value.slice(0, MAX_ITEMS).map(plain)
  if (Object.getPrototypeOf(value) !== Object.prototype) return String(value)
  return Object.fromEntries(Object.entries(value).map(([name, field]) => [name, plain(field)]))
}
