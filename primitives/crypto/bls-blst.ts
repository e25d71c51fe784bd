/**
 * BLS12-381 by blst, native: the low-level binding of @chainsafe/blst 0.2, the one package that lets the caller choose the
 * hash-to-curve domain. Its typed declarations leave out the two calls that let us pair points we have checked ourselves.
 */
import type {
  P1,
  P1_Affine,
  P2,
  P2_Affine,
  Blst,
  SecretKey,
} from '@chainsafe/blst/dist/bindings.js'
import type { BlsCurve } from './bls-curve.ts'

/** What `@chainsafe/blst/dist/bindings.js` exports as `blst`. */
export type BlstBinding = Omit<Blst, 'Pairing'> & {
  Pairing: new (
    hashOrEncode: boolean,
    dst: string,
  ) => {
    /** Multiplies the Miller loop of the pair into the product. */
    raw_aggregate(q: P2_Affine, p: P1_Affine): void
    commit(): void
    /** Whether the product, raised to the last power, is one. */
    finalverify(): boolean
  }
}

export function blstCurve(blst: BlstBinding): BlsCurve<SecretKey, P1, P2> {
  const onCurve = (bytes: Uint8Array): P2 | undefined => parsed(() => new blst.P2(bytes))
  return {
    name: 'blst',
    negativeG1: new blst.P1(blst.BLS12_381_NEG_G1),
    negativeG2: new blst.P2(blst.BLS12_381_NEG_G2),
    secret(bytes) {
      const secret = new blst.SecretKey()
      secret.from_lendian(bytes)
      return secret
    },
    publicKeyG1: (secret) => bytesOf(new blst.P1(secret).compress()),
    publicKeyG2: (secret) => bytesOf(new blst.P2(secret).compress()),
    signG1: (secret, message, dst) =>
      bytesOf(new blst.P1().hash_to(message, dst).sign_with(secret).compress()),
    signG2: (secret, message, dst) =>
      bytesOf(new blst.P2().hash_to(message, dst).sign_with(secret).compress()),
    decodeG1: (bytes) => inGroup(parsed(() => new blst.P1(bytes))),
    decodeG2: (bytes) => inGroup(onCurve(bytes)),
    decodeG2OnCurve: onCurve,
    encodeG2: (point) => bytesOf(point.compress()),
    hashToG1: (message, dst) => new blst.P1().hash_to(message, dst),
    hashToG2: (message, dst) => new blst.P2().hash_to(message, dst),
    multiplyG1: (point, scalar) => point.dup().mult(scalar),
    combineG2(points, scalars) {
      const sum = new blst.P2()
      if (scalars === undefined) for (const point of points) sum.add(point)
      else if (points.length < WINDOWS_PAY)
        points.forEach((point, i) => sum.add(point.dup().mult(scalars[i]!)))
      else addByWindows(blst, sum, points, scalars)
      return sum.is_inf() ? undefined : sum
    },
    pairingIsOne(pairs) {
      if (pairs.length === 0) return true
      const product = new blst.Pairing(true, '')
      for (const [p, q] of pairs) product.raw_aggregate(q.to_affine(), p.to_affine())
      product.commit()
      return product.finalverify()
    },
  }
}

/** So many points, and adding them up by windows takes less than multiplying each. */
const WINDOWS_PAY = 32

/**
 * Adds Σ scalarᵢ·pointᵢ to `sum`, which is zero: for each window of four bits, points with the same digit are added first
 * and multiplied together (Pippenger). An addition for each point and window, for 200 points half the time of products.
 */
function addByWindows(
  blst: BlstBinding,
  sum: P2,
  points: readonly P2[],
  scalars: readonly Uint8Array[],
): void {
  for (let window = 2 * scalars[0]!.length - 1; window >= 0; window--) {
    for (let bit = 0; bit < 4; bit++) sum.dbl()
    const buckets: (P2 | undefined)[] = []
    points.forEach((point, i) => {
      const digit = (scalars[i]![window >> 1]! >> (4 * (window & 1))) & 15
      const bucket = buckets[digit]
      if (bucket) bucket.add(point)
      else buckets[digit] = point.dup()
    })
    // Σ digit·bucket: the sum of what lies at or above each digit.
    const above = new blst.P2()
    for (let digit = 15; digit > 0; digit--) {
      const bucket = buckets[digit]
      if (bucket) above.add(bucket)
      sum.add(above)
    }
  }
}

function inGroup<Point extends P1 | P2>(point: Point | undefined): Point | undefined {
  return point !== undefined && !point.is_inf() && point.in_group() ? point : undefined
}

/** The binding throws for bytes that are no point, and only for these. */
function parsed<Point>(parse: () => Point): Point | undefined {
  try {
    return parse()
  } catch {
    return undefined
  }
}

/** The binding gives Buffers, some of them with memory that is not theirs alone. */
const bytesOf = (buffer: Uint8Array): Uint8Array => Uint8Array.from(buffer)
