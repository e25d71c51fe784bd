/** Addition, multiplication and pairing on the curve bn254 (EIP-196, EIP-197). */
import { lazily } from '../../../primitives/crypto/lazy.ts'
import { bytesOfInteger, InputReader, PrecompileFailed } from './input.ts'
import { type Charge, computed, truth } from './precompile.ts'

const library = lazily<typeof import('@noble/curves/bn254.js')>('@noble/curves/bn254')

const WORD = 32
const PAIR = 6 * WORD
const FIELD = 21888242871839275222246405745257275088696311157297823662689037894645226208583n
const ORDER = 21888242871839275222246405745257275088548364400416034343698204186575808495617n

const curve = () => library().bn254
type G1 = InstanceType<ReturnType<typeof curve>['G1']['Point']>
type Pairs = Parameters<ReturnType<typeof curve>['pairingBatch']>[0]

/** Coordinates of 32 bytes; (0, 0) is the point at infinity; missing bytes are zeros. */
export const bn254 = {
  add: computed('ecAdd', (input, charge) => {
    const reader = new InputReader(input)
    const [a, b] = [readG1(reader), readG1(reader)]
    charge(GAS.add)
    return writeG1(a.add(b))
  }),

  mul: computed('ecMul', (input, charge) => {
    const reader = new InputReader(input)
    const [point, scalar] = [readG1(reader), reader.word() % ORDER]
    charge(GAS.mulBit * scalar.toString(2).length)
    return writeG1(point.multiplyUnsafe(scalar))
  }),

  pairing: computed('ecPairing', pairing),
}

/** Estimates of what the released actor's libraries cost. */
const GAS = {
  add: 900_000,
  mulBit: 235_000,
  groupCheck: 195_000_000,
  pairing: 370_000_000,
  pair: 161_000_000,
} as const

function pairing(input: Uint8Array, charge: Charge): Uint8Array {
  if (input.length % PAIR !== 0) throw new PrecompileFailed('no whole pairs')
  const pairs: Pairs = []
  for (let at = 0; at < input.length; at += PAIR) {
    const { g1, g2 } = readPair(new InputReader(input.subarray(at, at + PAIR)), charge)
    if (!g1.is0() && !g2.is0()) pairs.push({ g1, g2 })
  }
  if (pairs.length === 0) return truth(true)
  charge(GAS.pairing + GAS.pair * pairs.length)
  const { Fp12 } = curve().fields
  return truth(Fp12.eql(curve().pairingBatch(pairs), Fp12.ONE))
}

/** A pair with a point at infinity counts for nothing, but both must be points. The imaginary part comes first. */
function readPair(reader: InputReader, charge: Charge): Pairs[number] {
  const [x, y] = [readField(reader), readField(reader)]
  const [x1, x0] = [readField(reader), readField(reader)]
  const [y1, y0] = [readField(reader), readField(reader)]
  const { G2, fields } = curve()
  if (x0 || x1 || y0 || y1) charge(GAS.groupCheck)
  const affine = { x: fields.Fp2.fromBigTuple([x0, x1]), y: fields.Fp2.fromBigTuple([y0, y1]) }
  return { g1: g1At(x, y), g2: valid(() => G2.Point.fromAffine(affine)) }
}

function readField(reader: InputReader): bigint {
  const value = reader.word()
  if (value >= FIELD) throw new PrecompileFailed('no field element')
  return value
}

const readG1 = (reader: InputReader): G1 => g1At(readField(reader), readField(reader))

const g1At = (x: bigint, y: bigint): G1 => valid(() => curve().G1.Point.fromAffine({ x, y }))

/** A point that is the one at infinity, or on the curve and in its group. */
function valid<P extends { is0(): boolean; assertValidity(): void }>(make: () => P): P {
  try {
    const point = make()
    if (!point.is0()) point.assertValidity()
    return point
  } catch (error) {
    throw new PrecompileFailed(error instanceof Error ? error.message : String(error))
  }
}

function writeG1(point: G1): Uint8Array {
  const out = new Uint8Array(2 * WORD)
  if (point.is0()) return out
  const { x, y } = point.toAffine()
  out.set(bytesOfInteger(x, WORD))
  out.set(bytesOfInteger(y, WORD), WORD)
  return out
}
