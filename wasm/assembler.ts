/** A small assembler: WebAssembly instructions and modules as bytes, enough for kernels that are generated at start. */

/** Bytes of instructions; nested as it was composed, made flat only when the module is written. */
export type Code = number | readonly Code[]

export const I32 = 0x7f
export const I64 = 0x7e
export const V128 = 0x7b

/** Instructions without an immediate, by their names in the text format. */
export const op = {
  else: 0x05,
  end: 0x0b,
  i32Eqz: 0x45,
  i32GtU: 0x4b,
  i32Add: 0x6a,
  i32Sub: 0x6b,
  i32And: 0x71,
  i32Xor: 0x73,
  i32Shl: 0x74,
  i32ShrU: 0x76,
  i32Rotr: 0x78,
  i64Add: 0x7c,
  i64Xor: 0x85,
  i64Rotr: 0x8a,
  i64ExtendI32U: 0xad,
} as const
export const get = (local: number): Code => [0x20, local]
export const set = (local: number): Code => [0x21, local]
export const tee = (local: number): Code => [0x22, local]
export const i32 = (n: number): Code => [0x41, signed(BigInt(n | 0))]
export const i64 = (n: bigint): Code => [0x42, signed(BigInt.asIntN(64, n))]
export const load8 = (offset: number): Code => [0x2d, 0, unsigned(offset)]
export const load32 = (offset: number): Code => [0x28, 0, unsigned(offset)]
export const load64 = (offset: number): Code => [0x29, 0, unsigned(offset)]
export const load128 = (offset: number): Code => [0xfd, 0, 0, unsigned(offset)]
export const store8 = (offset: number): Code => [0x3a, 0, unsigned(offset)]
export const store32 = (offset: number): Code => [0x36, 0, unsigned(offset)]
export const store64 = (offset: number): Code => [0x37, 0, unsigned(offset)]
export const store128 = (offset: number): Code => [0xfd, 11, 0, unsigned(offset)]
/** Reverses the bytes of each of the four words on the stack (`i8x16.shuffle` with zeros). */
export const swapWords: Code = [
  [0xfd, 12, new Array<number>(16).fill(0)],
  [0xfd, 13, 3, 2, 1, 0, 7, 6, 5, 4, 11, 10, 9, 8, 15, 14, 13, 12],
]
/** One of the four words on the stack. */
export const lane32 = (lane: number): Code => [0xfd, 27, lane]
export const call = (index: number): Code => [0x10, index]
export const ifElse = (then: Code, otherwise?: Code): Code => [
  [0x04, 0x40, then],
  otherwise === undefined ? [] : [op.else, otherwise],
  op.end,
]
/** Repeats `body` while the i32 that `condition` leaves is not zero, tested before each turn. */
export const whileLoop = (condition: Code, body: Code): Code => [
  [0x02, 0x40, 0x03, 0x40], // block, loop
  [condition, op.i32Eqz, 0x0d, 1], // leave the block
  [body, 0x0c, 0], // next turn
  [op.end, op.end],
]

export interface Func {
  /** Name under which it is exported; none for an inner function. */
  readonly name?: string
  /** Types of the parameters (locals 0, 1, ...). No function returns a value. */
  readonly params: readonly number[]
  /** Further locals, numbered after the parameters: how many of which type. */
  readonly locals?: readonly (readonly [count: number, type: number])[]
  readonly code: Code
}

/** A module of `functions` (called by their position) over its own memory of `pages` × 64 KiB, exported as `memory`. */
export function moduleBytes(pages: number, functions: readonly Func[]): Uint8Array<ArrayBuffer> {
  const types = functions.map(({ params }) => [0x60, params.length, params, 0])
  const exported = functions.flatMap(({ name }, index) =>
    name === undefined ? [] : [exportItem(name, 0, index)],
  )
  const out: number[] = []
  const sections: Code = [
    [0, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    section(1, types),
    section(
      3,
      functions.map((_, index) => index),
    ),
    section(5, [[1, unsigned(pages), unsigned(pages)]]),
    section(7, [exportItem('memory', 2, 0), ...exported]),
    section(10, functions.map(functionBody)),
  ]
  flatten(sections, out)
  return new Uint8Array(out)
}

/** Compiles and starts a module, synchronously. The caller names the type of what it exports. */
export function instantiate<Exports>(
  bytes: Uint8Array<ArrayBuffer>,
): Exports & { readonly memory: WebAssembly.Memory } {
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(bytes))
  return exports as unknown as Exports & { readonly memory: WebAssembly.Memory }
}

const exportItem = (name: string, kind: number, index: number): Code => [
  name.length,
  [...name].map((c) => c.charCodeAt(0)),
  kind,
  index,
]

const functionBody = ({ locals = [], code }: Func): Code =>
  sized([unsigned(locals.length), locals, code, op.end])

const section = (id: number, items: readonly Code[]): Code => [
  id,
  sized([unsigned(items.length), items]),
]

/** The code behind the number of its bytes. */
const sized = (code: Code): Code => [unsigned(byteLength(code)), code]

function byteLength(code: Code): number {
  if (typeof code === 'number') return 1
  let sum = 0
  for (let i = 0; i < code.length; i++) sum += byteLength(code[i]!)
  return sum
}

function flatten(code: Code, out: number[]): void {
  if (typeof code === 'number') out.push(code)
  else for (let i = 0; i < code.length; i++) flatten(code[i]!, out)
}

function unsigned(n: number): Code {
  const out: number[] = []
  for (; n >= 0x80; n >>>= 7) out.push((n & 0x7f) | 0x80)
  out.push(n)
  return out
}

function signed(n: bigint): Code {
  const out: number[] = []
  for (;;) {
    const byte = Number(n & 0x7fn)
    n >>= 7n
    const done = (n === 0n && !(byte & 0x40)) || (n === -1n && byte & 0x40)
    out.push(done ? byte : byte | 0x80)
    if (done) return out
  }
}
