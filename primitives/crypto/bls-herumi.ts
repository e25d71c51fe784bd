/**
 * BLS12-381 by bls-eth-wasm (herumi's mcl): where there is no native blst, at about a quarter of its speed. Its signature
 * functions take 32-byte messages only and one domain for all, so this works on points, by the functions of the module
 * below them. A point is kept as a copy of its bytes in the module's memory.
 */
import { assert, defined } from '../assert.ts'
import { concatBytes, fromHex, utf8 } from '../bytes.ts'
import type { BlsCurve } from './bls-curve.ts'

/** The functions used of the Emscripten module behind bls-eth-wasm. Pointers are numbers; 0 is success. */
export interface MclModule {
  readonly wasmMemory: { readonly buffer: ArrayBufferLike }
  _malloc(bytes: number): number
  _free(pointer: number): void
  _mclBnFr_setLittleEndian(x: number, bytes: number, length: number): number
  _mclBnG1_mul(z: number, x: number, y: number): void
  _mclBnG2_mul(z: number, x: number, y: number): void
  _mclBnG2_add(z: number, x: number, y: number): void
  _mclBnG2_mulVec(z: number, x: number, y: number, n: number): void
  _mclBnG2_isZero(x: number): number
  _mclBnG1_isValidOrder(x: number): number
  _mclBnG2_isValidOrder(x: number): number
  _mclBnG1_isZero(x: number): number
  _mclBnG1_deserialize(x: number, bytes: number, length: number): number
  _mclBnG2_deserialize(x: number, bytes: number, length: number): number
  _mclBnG1_serialize(bytes: number, room: number, x: number): number
  _mclBnG2_serialize(bytes: number, room: number, x: number): number
  _mclBnG1_hashAndMapToWithDst(x: number, m: number, n: number, dst: number, k: number): number
  _mclBnG2_hashAndMapToWithDst(x: number, m: number, n: number, dst: number, k: number): number
  _mclBn_verifyOrderG1(check: number): void
  _mclBn_verifyOrderG2(check: number): void
  _mclBn_millerLoopVec(z: number, x: number, y: number, n: number): void
  _mclBn_finalExp(y: number, x: number): void
  _mclBnGT_isOne(x: number): number
}

/** Bytes of a point in the module's memory. */
type Point = Uint8Array

/** `module` is set up for one use, this: curve BLS12-381, Ethereum's encoding of points. */
export function herumiCurve(module: MclModule): BlsCurve<Uint8Array, Point, Point> {
  // Parsing does not check the subgroup: it is checked where it is wanted, once.
  module._mclBn_verifyOrderG1(0)
  module._mclBn_verifyOrderG2(0)
  const memory = memoryOf(module)
  const [g1, g2] = groupsOf(module, memory)
  const scalar = (bytes: Uint8Array): Uint8Array =>
    memory.frame((alloc) => {
      const x = alloc(FR_SIZE)
      module._mclBnFr_setLittleEndian(x, memory.put(alloc, bytes), bytes.length)
      return memory.take(x, FR_SIZE)
    })
  return {
    name: 'herumi',
    negativeG1: pointOf(g1, negated(GENERATOR_G1)),
    negativeG2: pointOf(g2, negated(GENERATOR_G2)),
    secret: scalar,
    publicKeyG1: (secret) => g1.encode(g1.multiply(pointOf(g1, GENERATOR_G1), secret)),
    publicKeyG2: (secret) => g2.encode(g2.multiply(pointOf(g2, GENERATOR_G2), secret)),
    signG1: (secret, message, dst) => g1.encode(g1.multiply(g1.hash(message, dst), secret)),
    signG2: (secret, message, dst) => g2.encode(g2.multiply(g2.hash(message, dst), secret)),
    decodeG1: (bytes) => g1.decode(bytes, true),
    decodeG2: (bytes) => g2.decode(bytes, true),
    decodeG2OnCurve: (bytes) => g2.decode(bytes, false),
    encodeG2: g2.encode,
    hashToG1: g1.hash,
    hashToG2: g2.hash,
    multiplyG1: (point, factor) => g1.multiply(point, scalar(factor)),
    combineG2: (points, factors) => combineG2(module, memory, points, factors?.map(scalar)),
    pairingIsOne: (pairs) => pairingIsOne(module, memory, pairs),
  }
}

// Bytes of the module's field elements and points: Fr, and points in projective coordinates.
const FR_SIZE = 32
const G1_SIZE = 3 * 48
const G2_SIZE = 3 * 96
const GT_SIZE = 12 * 48
const GENERATOR_G1 = fromHex(
  '97f1d3a73197d7942695638c4fa9ac0fc3688c4f9774b905a14e3a3f171bac586c55e83ff97a1aeffb3af00adb22c6bb',
)
const GENERATOR_G2 = fromHex(
  '93e02b6052719f607dacd3a088274f65596bd0d09920b61ab5da61bbdc7f5049334cf11213945d57e5ac7d055d042b7e' +
    '024aa2b2f08f0a91260805272dc51051c6e47ad4fa403b02b4510b647ae3d1770bac0326a805bbefd48056c8c121bdb8',
)

/** Memory that lasts until the end of the frame. */
type Alloc = (bytes: number) => number

interface Memory {
  /** Runs `body` with an allocator whose memory is taken back after. */
  frame<T>(body: (alloc: Alloc) => T): T
  /** Writes bytes to new memory. */
  put(alloc: Alloc, bytes: Uint8Array): number
  /** A copy of memory. */
  take(pointer: number, length: number): Uint8Array
}

/** One block serves nearly all frames; what does not fit is allocated apart. Frames do not nest. */
function memoryOf(module: MclModule): Memory {
  const room = 1 << 16
  const block = module._malloc(room)
  let used = 0
  let apart: number[] = []
  const alloc: Alloc = (bytes) => {
    const size = (bytes + 15) & ~15
    if (used + size <= room) {
      used += size
      return block + used - size
    }
    const pointer = module._malloc(size)
    apart.push(pointer)
    return pointer
  }
  // Looked up each time: the view is detached when the memory grows.
  const view = () => new Uint8Array(module.wasmMemory.buffer)
  return {
    frame(body) {
      try {
        return body(alloc)
      } finally {
        used = 0
        for (const pointer of apart) module._free(pointer)
        apart = []
      }
    },
    put(alloc, bytes) {
      const pointer = alloc(bytes.length)
      view().set(bytes, pointer)
      return pointer
    },
    take: (pointer, length) => view().slice(pointer, pointer + length),
  }
}

interface Group {
  hash(message: Uint8Array, dst: string): Point
  multiply(point: Point, factor: Uint8Array): Point
  /** Undefined where the bytes are no point or, if asked for, infinity or outside the subgroup. */
  decode(bytes: Uint8Array, checkOrder: boolean): Point | undefined
  encode(point: Point): Uint8Array
}

const pointOf = (group: Group, bytes: Uint8Array): Point =>
  defined(group.decode(bytes, false), 'point on the curve')

/** The compressed point with the other y. */
function negated(bytes: Uint8Array): Uint8Array {
  const out = bytes.slice()
  out[0]! ^= 0x20
  return out
}

function groupsOf(module: MclModule, memory: Memory): [Group, Group] {
  const { _mclBnG1_hashAndMapToWithDst: hash1, _mclBnG2_hashAndMapToWithDst: hash2 } = module
  const { _mclBnG1_mul: mul1, _mclBnG1_serialize: out1, _mclBnG1_deserialize: in1 } = module
  const { _mclBnG2_mul: mul2, _mclBnG2_serialize: out2, _mclBnG2_deserialize: in2 } = module
  const valid1 = (x: number) => !module._mclBnG1_isZero(x) && module._mclBnG1_isValidOrder(x) === 1
  const valid2 = (x: number) => !module._mclBnG2_isZero(x) && module._mclBnG2_isValidOrder(x) === 1
  return [
    groupOf(memory, { size: G1_SIZE, hash: hash1, mul: mul1, out: out1, in: in1, valid: valid1 }),
    groupOf(memory, { size: G2_SIZE, hash: hash2, mul: mul2, out: out2, in: in2, valid: valid2 }),
  ]
}

interface GroupCalls {
  /** Bytes of a point; its compressed form takes a third. */
  readonly size: number
  hash(x: number, message: number, length: number, dst: number, dstLength: number): number
  mul(z: number, x: number, y: number): void
  out(bytes: number, room: number, x: number): number
  in(x: number, bytes: number, length: number): number
  valid(x: number): boolean
}

function groupOf({ frame, put, take }: Memory, calls: GroupCalls): Group {
  const { size } = calls
  return {
    hash: (message, dst) =>
      frame((alloc) => {
        const [x, text, domain] = [alloc(size), put(alloc, message), put(alloc, utf8(dst))]
        const failed = calls.hash(x, text, message.length, domain, dst.length)
        assert(failed === 0, `hash to curve of ${message.length} bytes`)
        return take(x, size)
      }),
    multiply: (point, factor) =>
      frame((alloc) => {
        const x = put(alloc, point)
        calls.mul(x, x, put(alloc, factor))
        return take(x, size)
      }),
    decode: (bytes, checkOrder) =>
      frame((alloc) => {
        const x = alloc(size)
        if (calls.in(x, put(alloc, bytes), bytes.length) !== bytes.length) return undefined
        return checkOrder && !calls.valid(x) ? undefined : take(x, size)
      }),
    encode: (point) =>
      frame((alloc) => {
        const bytes = alloc(size / 3)
        const length = calls.out(bytes, size / 3, put(alloc, point))
        assert(length === size / 3, `point of ${length} bytes`)
        return take(bytes, length)
      }),
  }
}

function combineG2(
  module: MclModule,
  { frame, put, take }: Memory,
  points: readonly Point[],
  factors: readonly Uint8Array[] | undefined,
): Point | undefined {
  return frame((alloc) => {
    const sum = put(alloc, points[0]!)
    if (factors === undefined)
      for (const point of points.slice(1)) module._mclBnG2_add(sum, sum, put(alloc, point))
    else {
      const [x, y] = [put(alloc, concatBytes(...points)), put(alloc, concatBytes(...factors))]
      module._mclBnG2_mulVec(sum, x, y, points.length)
    }
    return module._mclBnG2_isZero(sum) ? undefined : take(sum, G2_SIZE)
  })
}

function pairingIsOne(
  module: MclModule,
  { frame, put }: Memory,
  pairs: readonly (readonly [Point, Point])[],
): boolean {
  if (pairs.length === 0) return true
  return frame((alloc) => {
    const product = alloc(GT_SIZE)
    const onG1 = put(alloc, concatBytes(...pairs.map(([p]) => p)))
    const onG2 = put(alloc, concatBytes(...pairs.map(([, q]) => q)))
    module._mclBn_millerLoopVec(product, onG1, onG2, pairs.length)
    module._mclBn_finalExp(product, product)
    return module._mclBnGT_isOne(product) === 1
  })
}
