/** Addition, multiplication, pairing and mapping on the curve BLS12-381 (EIP-2537). */
import { lazily } from '../../../primitives/crypto/lazy.ts'
import { bytesOfInteger, integerOf, PrecompileFailed } from './input.ts'
import { type Charge, computed, truth } from './precompile.ts'

const library = lazily<typeof import('@noble/curves/bls12-381.js')>('@noble/curves/bls12-381')
const curve = () => library().bls12_381

type Curve = ReturnType<typeof curve>
type G1 = InstanceType<Curve['G1']['Point']>
type G2 = InstanceType<Curve['G2']['Point']>
type Pairs = Parameters<Curve['pairingBatch']>[0]

const FIELD =
  0x1a0111ea397fe69a4b1ba7b6434bacd764774b84f38512bf6730d2a0f6b0f6241eabfffeb153ffffb9feffffffffaaabn
const ORDER = 0x73eda753299d7d483339d80809a1d80553bda402fffe5bfeffffffff00000001n
/** A field element: 16 bytes of zeros, 48 of the integer. */
const ELEMENT = 64
const G1_LENGTH = 2 * ELEMENT
const G2_LENGTH = 4 * ELEMENT
const SCALAR = 32

/** All inputs have exactly the length they should; (0, 0) is the point at infinity. */
export const bls12381 = {
  g1Add: computed('bls12G1Add', (input, charge) => {
    const [a, b] = split(input, 2 * G1_LENGTH, G1_LENGTH).map(readG1) as [G1, G1]
    charge(GAS.g1Add)
    return writeG1(a.add(b))
  }),

  g2Add: computed('bls12G2Add', (input, charge) => {
    const [a, b] = split(input, 2 * G2_LENGTH, G2_LENGTH).map(readG2) as [G2, G2]
    charge(GAS.g2Add)
    return writeG2(a.add(b))
  }),

  g1Msm: computed('bls12G1Msm', (input, charge) => {
    let sum = curve().G1.Point.ZERO
    const all = items(input, G1_LENGTH + SCALAR)
    for (const item of all) {
      const point = readG1(item.subarray(0, G1_LENGTH))
      charge(GAS.g1Check)
      const scalar = integerOf(item.subarray(G1_LENGTH)) % ORDER
      charge(all.length > 1 ? GAS.g1Msm : GAS.g1MulBit * bitsOf(scalar))
      sum = sum.add(inGroup(point).multiplyUnsafe(scalar))
    }
    return writeG1(sum)
  }),

  g2Msm: computed('bls12G2Msm', (input, charge) => {
    let sum = curve().G2.Point.ZERO
    const all = items(input, G2_LENGTH + SCALAR)
    for (const item of all) {
      const point = readG2(item.subarray(0, G2_LENGTH))
      charge(GAS.g2Check)
      const scalar = integerOf(item.subarray(G2_LENGTH)) % ORDER
      charge(all.length > 1 ? GAS.g2Msm : GAS.g2MulBit * bitsOf(scalar))
      sum = sum.add(inGroup(point).multiplyUnsafe(scalar))
    }
    return writeG2(sum)
  }),

  pairing: computed('bls12Pairing', pairing),

  mapToG1: computed('bls12MapFpToG1', (input, charge) => {
    const [element] = split(input, ELEMENT, ELEMENT).map(readField) as [bigint]
    charge(GAS.mapToG1)
    return writeG1(curve().G1.mapToCurve([element]) as G1)
  }),

  mapToG2: computed('bls12MapFp2ToG2', (input, charge) => {
    const elements = split(input, 2 * ELEMENT, ELEMENT).map(readField)
    charge(GAS.mapToG2)
    return writeG2(curve().G2.mapToCurve(elements) as G2)
  }),
}

/** Estimates of what the released actor's library costs. */
const GAS = {
  g1Add: 2_600_000,
  g2Add: 4_400_000,
  g1Check: 40_000_000,
  g2Check: 51_000_000,
  g1MulBit: 430_000,
  g2MulBit: 720_000,
  /** For each of several points. */
  g1Msm: 70_000_000,
  g2Msm: 180_000_000,
  pairing: 330_000_000,
  pair: 275_000_000,
  mapToG1: 35_600_000,
  mapToG2: 134_500_000,
} as const

const bitsOf = (scalar: bigint): number => (scalar === 0n ? 0 : scalar.toString(2).length)

function pairing(input: Uint8Array, charge: Charge): Uint8Array {
  const pairs: Pairs = []
  for (const item of items(input, G1_LENGTH + G2_LENGTH)) {
    const [g1, g2] = [readG1(item.subarray(0, G1_LENGTH)), readG2(item.subarray(G1_LENGTH))]
    charge(GAS.g1Check + GAS.g2Check)
    if (!inGroup(g1).is0() && !inGroup(g2).is0()) pairs.push({ g1, g2 })
  }
  if (pairs.length === 0) return truth(true)
  charge(GAS.pairing + GAS.pair * pairs.length)
  const { Fp12 } = curve().fields
  return truth(Fp12.eql(curve().pairingBatch(pairs), Fp12.ONE))
}

/** Items of equal length, at least one. */
function items(input: Uint8Array, length: number): Uint8Array[] {
  if (input.length === 0) throw new PrecompileFailed('no input')
  return split(input, Math.ceil(input.length / length) * length, length)
}

function split(input: Uint8Array, total: number, length: number): Uint8Array[] {
  if (input.length !== total)
    throw new PrecompileFailed(`${input.length} bytes where ${total} are due`)
  return Array.from({ length: total / length }, (_, i) =>
    input.subarray(i * length, (i + 1) * length),
  )
}

function readField(bytes: Uint8Array): bigint {
  const value = integerOf(bytes)
  if (value >= FIELD) throw new PrecompileFailed('no field element')
  return value
}

/** A point of the curve, not necessarily of the group. */
function readG1(bytes: Uint8Array): G1 {
  const [x, y] = split(bytes, G1_LENGTH, ELEMENT).map(readField) as [bigint, bigint]
  const { Fp } = curve().fields
  if ((x !== 0n || y !== 0n) && !Fp.eql(Fp.sqr(y), Fp.add(Fp.mul(Fp.sqr(x), x), 4n)))
    throw new PrecompileFailed('not on the curve')
  return curve().G1.Point.fromAffine({ x, y })
}

/** A point of the curve, not necessarily of the group. */
function readG2(bytes: Uint8Array): G2 {
  const { Fp2 } = curve().fields
  const [x0, x1, y0, y1] = split(bytes, G2_LENGTH, ELEMENT).map(readField) as [
    bigint,
    bigint,
    bigint,
    bigint,
  ]
  const [x, y, b] = [
    Fp2.fromBigTuple([x0, x1]),
    Fp2.fromBigTuple([y0, y1]),
    Fp2.fromBigTuple([4n, 4n]),
  ]
  const isInfinity = Fp2.is0(x) && Fp2.is0(y)
  if (!isInfinity && !Fp2.eql(Fp2.sqr(y), Fp2.add(Fp2.mul(Fp2.sqr(x), x), b)))
    throw new PrecompileFailed('not on the curve')
  return curve().G2.Point.fromAffine({ x, y })
}

function inGroup<P extends { is0(): boolean; isTorsionFree(): boolean }>(point: P): P {
  if (!point.is0() && !point.isTorsionFree()) throw new PrecompileFailed('not in the group')
  return point
}

function writeG1(point: G1): Uint8Array {
  if (point.is0()) return new Uint8Array(G1_LENGTH)
  const { x, y } = point.toAffine()
  return written([x, y])
}

function writeG2(point: G2): Uint8Array {
  if (point.is0()) return new Uint8Array(G2_LENGTH)
  const { x, y } = point.toAffine()
  return written([x.c0, x.c1, y.c0, y.c1])
}

function written(elements: readonly bigint[]): Uint8Array {
  const out = new Uint8Array(elements.length * ELEMENT)
  for (const [i, element] of elements.entries())
    out.set(bytesOfInteger(element, ELEMENT), i * ELEMENT)
  return out
}
