/** The signature scheme over either curve library: encodings, key caches, aggregates. */
import { bytesKey } from '../bytes.ts'
import { boundedCache } from '../bounded-cache.ts'
import { InvalidInput } from '../invalid-input.ts'
import { batchHolds, type Decoder, groups, invalidItems } from './bls-batch.ts'
import type { BlsCurve } from './bls-curve.ts'
import { type BlsBackend, DST_G1, DST_G2 } from './bls.ts'
import { blake2b256 } from './hash.ts'

export function blsBackend<Secret, G1, G2>(curve: BlsCurve<Secret, G1, G2>): BlsBackend {
  const keys = keyCaches(curve)
  const decoder: Decoder<G1, G2> = {
    publicKey: (bytes) => keys.publicG1(bytes),
    signature: (bytes) => decodeSignature(curve, bytes),
    hash: (message, dst = DST_G2) => curve.hashToG2(message, dst),
  }
  return {
    name: curve.name,
    publicKey: (secret) => curve.publicKeyG1(keys.secret(secret)),
    publicKeyG2: (secret) => curve.publicKeyG2(keys.secret(secret)),
    sign: (secret, message, dst = DST_G2) => curve.signG2(keys.secret(secret), message, dst),
    signG1: (secret, message) => curve.signG1(keys.secret(secret), message, DST_G1),
    verify: (publicKey, message, signature, dst = DST_G2) =>
      batchHolds(curve, decoder, [{ publicKey, message, signature, dst }]),
    verifyG1(publicKey, message, signature, dst = DST_G1) {
      const key = keys.publicG2(publicKey)
      const point = key && isCompressed(signature, 48) && curve.decodeG1(signature)
      if (!key || !point) return false
      return curve.pairingIsOne([
        [curve.hashToG1(message, dst), key],
        [point, curve.negativeG2],
      ])
    },
    aggregate: (signatures) => aggregate(curve, signatures),
    aggregateVerify: (publicKeys, messages, signature) =>
      aggregateVerify(curve, keys, publicKeys, messages, signature),
    multiVerify: (items) => batchHolds(curve, decoder, items),
    invalid: (items) => invalidItems(curve, decoder, items),
  }
}

/** The order r of the groups. */
const ORDER = 0x73eda753299d7d483339d80809a1d80553bda402fffe5bfeffffffff00000001n
const INFINITY_G2 = Uint8Array.from({ length: 96 }, (_, i) => (i === 0 ? 0xc0 : 0))
const CACHED_KEYS = 16_384

/** Decoded keys, by their bytes. */
interface Keys<Secret, G1, G2> {
  secret(bytes: Uint8Array): Secret
  publicG1(bytes: Uint8Array): G1 | undefined
  publicG2(bytes: Uint8Array): G2 | undefined
}

function keyCaches<Secret, G1, G2>(curve: BlsCurve<Secret, G1, G2>): Keys<Secret, G1, G2> {
  const secrets = boundedCache<string, Secret>(CACHED_KEYS)
  const onG1 = boundedCache<string, G1>(CACHED_KEYS)
  const onG2 = boundedCache<string, G2>(64)
  return {
    secret(bytes) {
      if (bytes.length !== 32) throw new InvalidInput('secret', `${bytes.length} bytes, not 32`)
      const key = bytesKey(bytes)
      const known = secrets.get(key)
      if (known !== undefined) return known
      const scalar = bytes.reduceRight((sum, byte) => (sum << 8n) | BigInt(byte), 0n)
      if (scalar === 0n || scalar >= ORDER) throw new InvalidInput('secret', 'out of range')
      return secrets.set(key, curve.secret(bytes))
    },
    publicG1: (bytes) =>
      isCompressed(bytes, 48)
        ? cached(onG1, bytesKey(bytes), () => curve.decodeG1(bytes))
        : undefined,
    publicG2: (bytes) =>
      isCompressed(bytes, 96)
        ? cached(onG2, bytesKey(bytes), () => curve.decodeG2(bytes))
        : undefined,
  }
}

/** Only what decodes is remembered, so that bad keys cannot push out good ones. */
function cached<T>(
  cache: { get(key: string): T | undefined; set(key: string, value: T): T },
  key: string,
  decode: () => T | undefined,
): T | undefined {
  const known = cache.get(key)
  if (known !== undefined) return known
  const decoded = decode()
  return decoded === undefined ? undefined : cache.set(key, decoded)
}

/** Of this length, with the compression flag and not the infinity flag. */
const isCompressed = (bytes: Uint8Array, length: number): boolean =>
  bytes.length === length && (bytes[0]! & 0xc0) === 0x80

function decodeSignature<G2>(
  curve: BlsCurve<unknown, unknown, G2>,
  signature: Uint8Array,
): G2 | undefined {
  return isCompressed(signature, 96) ? curve.decodeG2(signature) : undefined
}

function aggregate<G2>(
  curve: BlsCurve<unknown, unknown, G2>,
  signatures: readonly Uint8Array[],
): Uint8Array {
  const points = signatures.map((signature, i) => {
    const point = isCompressed(signature, 96) ? curve.decodeG2OnCurve(signature) : undefined
    if (point === undefined) throw new InvalidInput(`signatures[${i}]`, 'no point on the curve')
    return point
  })
  const sum = points.length === 0 ? undefined : curve.combineG2(points)
  return sum === undefined ? INFINITY_G2.slice() : curve.encodeG2(sum)
}

function aggregateVerify<Secret, G1, G2>(
  curve: BlsCurve<Secret, G1, G2>,
  keys: Keys<Secret, G1, G2>,
  publicKeys: readonly Uint8Array[],
  messages: readonly Uint8Array[],
  signature: Uint8Array,
): boolean {
  if (publicKeys.length !== messages.length) return false
  if (messages.length === 0) return signature.length === 96
  const distinct = new Set(messages.map((message) => bytesKey(blake2b256(message))))
  const point = decodeSignature(curve, signature)
  if (distinct.size !== messages.length || !point) return false
  const pairs: (readonly [G1, G2])[] = [[curve.negativeG1, point]]
  if (publicKeys.some((key) => key.length !== 48)) return false
  for (const indices of groups(publicKeys.map(bytesKey))) {
    const decoded = keys.publicG1(publicKeys[indices[0]!]!)
    if (!decoded) return false
    // e(key, H₁)·e(key, H₂) = e(key, H₁ + H₂)
    const hashes = indices.map((i) => curve.hashToG2(messages[i]!, DST_G2))
    const sum = hashes.length === 1 ? hashes[0] : curve.combineG2(hashes)
    if (sum) pairs.push([decoded, sum])
  }
  return curve.pairingIsOne(pairs)
}
