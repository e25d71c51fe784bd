/**
 * What a vector handler sees: one case with accessors that check the form of each field, so that a
 * misspelt or missing field names itself instead of comparing `undefined` with `undefined`.
 */

/** Throws when what the project computes differs from what the case says. */
export type Handler = (c: Case, all: VectorFile) => void

/** By file name without `.json`. */
export type Handlers = Record<string, Handler>

/** A whole file; `head` reads the fields that stand beside the cases. */
export type VectorFile = { name: string; head: Case; cases: readonly Case[] }

/**
 * An object in a vector file. Each accessor throws FieldError where the field is missing or of another
 * form. `null` counts as missing. Each `opt` accessor returns undefined for a missing field.
 */
export type Case = {
  /** Id of the case, with the path to this object where it is inside another. */
  readonly id: string
  has(name: string): boolean
  keys(): string[]
  /** Any JSON value. Integers beyond 2^53 are decimal strings, so that no digit is lost. */
  raw(name: string): unknown
  str(name: string): string
  /** Integer that a JavaScript number holds exactly, given as number or decimal string. */
  num(name: string): number
  /** Integer of any size, given as number or decimal string. */
  big(name: string): bigint
  bool(name: string): boolean
  /** Bytes given as hex, with or without `0x`. */
  hex(name: string): Uint8Array
  /** Bytes given as standard base64, as Lotus JSON does. */
  base64(name: string): Uint8Array
  /** An object. */
  sub(name: string): Case
  strs(name: string): string[]
  nums(name: string): number[]
  bigs(name: string): bigint[]
  /** A list of lists or of anything else without one form. */
  list(name: string): unknown[]
  subs(name: string): Case[]
  optStr(name: string): string | undefined
  optNum(name: string): number | undefined
  optBig(name: string): bigint | undefined
  optHex(name: string): Uint8Array | undefined
  optSub(name: string): Case | undefined
}

/** Wraps `fields`; `onRead` is called whenever a field is read, here or inside. */
export function openCase(id: string, fields: Fields, onRead: () => void = () => {}): Case {
  const read =
    <T>(parse: Parse<T>) =>
    (name: string) => {
      onRead()
      return parse(present(fields, name, id), `${id}: ${name}`)
    }
  const opt =
    <T>(parse: Parse<T>) =>
    (name: string) => {
      onRead()
      return isMissing(fields[name]) ? undefined : parse(fields[name], `${id}: ${name}`)
    }
  const asSub: Parse<Case> = (value, where) => openCase(where, asFields(value, where), onRead)
  return {
    id,
    has: (name) => !isMissing(fields[name]),
    keys: () => Object.keys(fields),
    raw: read((value) => value),
    str: read(asString),
    num: read(asNumber),
    big: read(asBigInt),
    bool: read(asBoolean),
    hex: read(asHex),
    base64: read(asBase64),
    sub: read(asSub),
    strs: read(listOf(asString)),
    nums: read(listOf(asNumber)),
    bigs: read(listOf(asBigInt)),
    list: read(asList),
    subs: read(listOf(asSub)),
    optStr: opt(asString),
    optNum: opt(asNumber),
    optBig: opt(asBigInt),
    optHex: opt(asHex),
    optSub: opt(asSub),
  }
}

/** Parses JSON; integers of 16 digits and more become decimal strings instead of losing digits. */
export function parseExactJson(text: string): unknown {
  const stringOrLongInteger = /"(?:[^"\\]|\\.)*"|-?(?<![\d.])\d{16,}(?![\d.eE])/g
  const quoted = text.replace(stringOrLongInteger, (m) => (m.startsWith('"') ? m : `"${m}"`))
  return JSON.parse(quoted)
}

export function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

type Fields = Record<string, unknown>
type Parse<T> = (value: unknown, where: string) => T

function present(fields: Fields, name: string, id: string): unknown {
  const value = fields[name]
  if (!isMissing(value)) return value
  throw new FieldError(
    `${id}: field "${name}" is missing; there is ${Object.keys(fields).join(', ')}`,
  )
}

function isMissing(value: unknown): boolean {
  return value === undefined || value === null
}

function asString(value: unknown, where: string): string {
  return typeof value === 'string' ? value : wrong(where, 'a string', value)
}

function asBoolean(value: unknown, where: string): boolean {
  return typeof value === 'boolean' ? value : wrong(where, 'true or false', value)
}

function asNumber(value: unknown, where: string): number {
  const number = Number(asBigInt(value, where))
  return Number.isSafeInteger(number) ? number : wrong(where, 'an integer below 2^53', value)
}

function asBigInt(value: unknown, where: string): bigint {
  const isInteger = typeof value === 'string' ? /^-?\d+$/.test(value) : Number.isSafeInteger(value)
  return isInteger ? BigInt(value as string | number) : wrong(where, 'an integer', value)
}

function asHex(value: unknown, where: string): Uint8Array {
  const digits = typeof value === 'string' ? value.replace(/^0x/, '') : '?'
  if (!/^([\da-f]{2})*$/i.test(digits)) return wrong(where, 'bytes as hex', value)
  return Uint8Array.from(Buffer.from(digits, 'hex'))
}

function asBase64(value: unknown, where: string): Uint8Array {
  const text = typeof value === 'string' ? value : '?'
  if (!/^[A-Za-z\d+/]*={0,2}$/.test(text)) return wrong(where, 'bytes as base64', value)
  return Uint8Array.from(Buffer.from(text, 'base64'))
}

function asList(value: unknown, where: string): unknown[] {
  return Array.isArray(value) ? value : wrong(where, 'a list', value)
}

function asFields(value: unknown, where: string): Fields {
  return isFields(value) ? value : wrong(where, 'an object', value)
}

function listOf<T>(parse: Parse<T>): Parse<T[]> {
  return (value, where) => asList(value, where).map((item, i) => parse(item, `${where}[${i}]`))
}

function wrong(where: string, expected: string, value: unknown): never {
  throw new FieldError(`${where}: expected ${expected}, got ${JSON.stringify(value)?.slice(0, 60)}`)
}

/** The case is not of the form that its handler reads. */
export class FieldError extends Error {
  override name = 'FieldError'
}
