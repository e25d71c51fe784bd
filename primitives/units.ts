/** Units and identifiers: what a number means is said by its type's name; amounts and power are exact integers. */
import { assert } from './assert.ts'

/** attoFIL, 10⁻¹⁸ FIL. */
export type TokenAmount = bigint
/** Bytes, raw or quality-adjusted; the name says which (`rawBytePower`, `qualityAdjPower`). */
export type StoragePower = bigint
/** Slots since genesis (30 s on mainnet). A safe integer for 8 billion years. */
export type ChainEpoch = number

declare const brand: unique symbol
type Id<Name extends string> = number & { readonly [brand]: Name }
/** Number of an actor in the state tree. */
export type ActorId = Id<'ActorId'>

/** @throws InvariantError unless `n` is a non-negative safe integer. */
export function actorId(n: number): ActorId {
  assert(Number.isSafeInteger(n) && n >= 0, `actor id ${n}`)
  return n as ActorId
}

/** attoFIL in one FIL. */
export const ATTO_PER_FIL = 10n ** 18n

/** `fil('1.5')` is 1_500_000_000_000_000_000n. Exact. @throws TypeError beyond 18 decimals or on other text. */
export function fil(amount: string): TokenAmount {
  const match = /^(-?)(\d+)(?:\.(\d{1,18}))?$/.exec(amount)
  if (!match) throw new TypeError(`not a FIL amount: ${JSON.stringify(amount)}`)
  const [, sign, whole = '', fraction = ''] = match
  const atto = BigInt(whole + fraction.padEnd(18, '0'))
  return sign ? -atto : atto
}

/** attoFIL as decimal FIL, trailing zeros removed, optionally cut (not rounded) to `decimals`. */
export function formatFil(amount: TokenAmount, decimals = 18): string {
  const sign = amount < 0n ? '-' : ''
  const digits = (amount < 0n ? -amount : amount).toString().padStart(19, '0')
  const fraction = digits.slice(-18).slice(0, decimals).replace(/0+$/, '')
  return sign + digits.slice(0, -18) + (fraction ? `.${fraction}` : '')
}

/** GiB as bytes. */
export const GiB = (n: number): StoragePower => BigInt(n) << 30n
/** TiB as bytes. */
export const TiB = (n: number): StoragePower => BigInt(n) << 40n

/** ⌊a / b⌋; BigInt division truncates toward zero, the protocol floors. */
export function floorDiv(a: bigint, b: bigint): bigint {
  const q = a / b
  // Signs first: they are cheap to compare, and only where they differ does a remainder matter.
  return a < 0n !== b < 0n && a % b !== 0n ? q - 1n : q
}

/** ⌈a / b⌉. */
export function ceilDiv(a: bigint, b: bigint): bigint {
  return -floorDiv(-a, b)
}

export const minBig = (a: bigint, b: bigint): bigint => (a < b ? a : b)
export const maxBig = (a: bigint, b: bigint): bigint => (a > b ? a : b)
export { minBig as min, maxBig as max }
