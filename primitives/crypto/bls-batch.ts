/**
 * Many signatures judged by one equation, ∏ e(rᵢ·keyᵢ, Hᵢ) = e(g, Σ rᵢ·signatureᵢ), where a key that stands in several items is
 * paired once, with Σ rᵢ·Hᵢ over them. It always holds for good items, and with a bad one among them with a chance of 2⁻⁶⁴.
 * Where it fails, halves of the batch are judged until the bad ones are found.
 */
import { bytesKey, utf8 } from '../bytes.ts'
import type { BlsCurve } from './bls-curve.ts'
import type { SignedItem } from './bls.ts'
import { blake2b256, blake2b512 } from './hash.ts'

/** What turns an item's bytes into points; undefined for what is not canonical, at infinity or outside the subgroup. */
export interface Decoder<G1, G2> {
  publicKey(bytes: Uint8Array): G1 | undefined
  signature(bytes: Uint8Array): G2 | undefined
  hash(message: Uint8Array, dst?: string): G2
}

/** Whether every item holds; holds for none. */
export function batchHolds<G1, G2>(
  curve: BlsCurve<unknown, G1, G2>,
  decoder: Decoder<G1, G2>,
  items: readonly SignedItem[],
): boolean {
  const entries: Entry<G1, G2>[] = []
  for (const [i, item] of items.entries()) {
    const entry = entryOf(decoder, item, i)
    if (entry === undefined) return false
    entries.push(entry)
  }
  return combinationHolds(curve, entries)
}

/** Positions of the items that do not hold, ascending. `bad` ones among n cost about bad·log₂(n) further equations. */
export function invalidItems<G1, G2>(
  curve: BlsCurve<unknown, G1, G2>,
  decoder: Decoder<G1, G2>,
  items: readonly SignedItem[],
): number[] {
  const bad: number[] = []
  const entries: Entry<G1, G2>[] = []
  for (const [i, item] of items.entries()) {
    const entry = entryOf(decoder, item, i)
    if (entry === undefined) bad.push(i)
    else entries.push(entry)
  }
  const found = bisect(entries, (some) => combinationHolds(curve, some))
  return [...bad, ...found.map(({ index }) => index)].sort((a, b) => a - b)
}

/** The bad ones, in order, by judging halves of what does not hold; `known` says that there are some. */
export function bisect<T>(
  entries: readonly T[],
  holds: (some: readonly T[]) => boolean,
  known = false,
): T[] {
  if (entries.length === 0 || (!known && holds(entries))) return []
  if (entries.length === 1) return [...entries]
  const half = entries.length >> 1
  const left = bisect(entries.slice(0, half), holds)
  return [...left, ...bisect(entries.slice(half), holds, left.length === 0)]
}

interface Entry<G1, G2> {
  readonly index: number
  /** Hash of all of the item. */
  readonly digest: Uint8Array
  readonly keyId: string
  readonly key: G1
  readonly signature: G2
  /** The message on the curve, hashed when first asked for and once. */
  readonly hash: () => G2
}

function entryOf<G1, G2>(
  decoder: Decoder<G1, G2>,
  { publicKey, message, signature, dst }: SignedItem,
  index: number,
): Entry<G1, G2> | undefined {
  const key = decoder.publicKey(publicKey)
  const point = key && decoder.signature(signature)
  if (!key || !point) return undefined
  let hashed: G2 | undefined
  return {
    index,
    // All but the last have a length that is fixed or told, so no two items have the same bytes.
    digest: blake2b256(publicKey, signature, domainTag(dst), message),
    keyId: bytesKey(publicKey),
    key,
    signature: point,
    hash: () => (hashed ??= decoder.hash(message, dst)),
  }
}

/** The length of the domain's name, and the name; Filecoin's is not named. */
const domainTag = (dst = ''): Uint8Array => Uint8Array.of(dst.length, ...utf8(dst))

function combinationHolds<G1, G2>(
  curve: BlsCurve<unknown, G1, G2>,
  entries: readonly Entry<G1, G2>[],
): boolean {
  const [first] = entries
  if (first === undefined) return true
  if (entries.length === 1)
    return curve.pairingIsOne([
      [first.key, first.hash()],
      [curve.negativeG1, first.signature],
    ])
  const scalars = combinationScalars(entries.map(({ digest }) => digest))
  const signatures = entries.map(({ signature }) => signature)
  const pairs: (readonly [G1, G2])[] = []
  const sum = curve.combineG2(signatures, scalars)
  if (sum) pairs.push([curve.negativeG1, sum])
  for (const positions of groups(entries.map(({ keyId }) => keyId))) {
    const { key } = entries[positions[0]!]!
    const hashes = positions.map((i) => entries[i]!.hash())
    const own = positions.map((i) => scalars[i]!)
    const combined = hashes.length === 1 ? hashes[0] : curve.combineG2(hashes, own)
    if (combined) pairs.push([hashes.length === 1 ? curve.multiplyG1(key, own[0]!) : key, combined])
  }
  return curve.pairingIsOne(pairs)
}

/** Positions of equal ids, in order of their first. */
export function groups(ids: readonly string[]): number[][] {
  const found = new Map<string, number[]>()
  ids.forEach((id, i) => {
    const group = found.get(id)
    if (group) group.push(i)
    else found.set(id, [i])
  })
  return [...found.values()]
}

/**
 * One 64-bit number per item, not zero, from a hash over all of them: no item can be chosen after its number is known, and a
 * run stays a function of its inputs.
 */
function combinationScalars(digests: readonly Uint8Array[]): Uint8Array[] {
  const seed = blake2b256(...digests)
  let block = seed
  return digests.map((_, i) => {
    if (i % 8 === 0) block = blake2b512(seed, Uint8Array.of(i >> 24, i >> 16, i >> 8, i))
    const scalar = block.slice(8 * (i % 8), 8 * (i % 8) + 8)
    if (scalar.every((byte) => byte === 0)) scalar[0] = 1
    return scalar
  })
}
