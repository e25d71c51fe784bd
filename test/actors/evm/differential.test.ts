// timeout: 400
// Goal: our interpreter does what Ethereum's does. Method: random programs, most of them sensible, run by ours and by
// @ethereumjs/evm; what they return, store and log, and how they fail, must be equal. Gas is not compared.
import fc from 'fast-check'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { ExitCode } from '../../../actors/exit-codes.ts'
import type { EvmState } from '../../../actors/evm/state.ts'
import { readProgram } from '../../../actors/evm/interpreter/program.ts'
import { concatBytes, fromHex, toHex } from '../../../primitives/bytes.ts'
import { initCrypto } from '../../../primitives/crypto/init.ts'
import { MAX_U256 } from '../../../primitives/u256.ts'
import { OPCODE, deploying } from '../../support/evm-assembler.ts'
import { createOracle, OUT_OF_GAS, type PlainOutcome } from '../../support/evm-oracle.ts'
import { EvmWorld } from '../../support/evm-world.ts'
import { seed } from '../../support/seed.ts'

const run = { seed }

const code = (names: string): number[] => names.split(' ').map((name) => OPCODE.get(name)!)

const ops = (names: string): Uint8Array => Uint8Array.from(code(names))

const push = (value: bigint): Uint8Array => {
  const digits = value.toString(16)
  const bytes = fromHex(digits.length % 2 ? `0${digits}` : digits)
  return concatBytes(Uint8Array.of(0x5f + bytes.length), bytes)
}

/** Words where something changes: signs, sizes of numbers, halves. */
const EDGES = [0n, 1n, 2n, 31n, 32n, 255n, 256n, MAX_U256, MAX_U256 - 1n, 1n << 255n].concat(
  [8n, 31n, 32n, 52n, 53n, 54n, 63n, 64n, 128n, 160n].flatMap((bits) => [
    (1n << bits) - 1n,
    1n << bits,
    (1n << bits) + 1n,
    MAX_U256 ^ (1n << bits),
  ]),
)

const anyWord = fc.oneof(
  fc.constantFrom(...EDGES),
  fc.bigInt({ min: 0n, max: 300n }),
  fc.bigInt({ min: 0n, max: 1n << 60n }),
  fc.bigInt({ min: 0n, max: MAX_U256 }),
)
const offset = fc.bigInt({ min: 0n, max: 700n })
const size = fc.bigInt({ min: 0n, max: 200n })
const slot = fc.oneof(fc.bigInt({ min: 0n, max: 4n }), fc.constantFrom(MAX_U256, 1n << 200n))

const plain = fc
  .constantFrom(
    ...code('ADD MUL SUB DIV SDIV MOD SMOD ADDMOD MULMOD EXP SIGNEXTEND'),
    ...code('LT GT SLT SGT EQ ISZERO AND OR XOR NOT BYTE SHL SHR SAR CLZ'),
    ...code('ADDRESS CALLER ORIGIN CALLVALUE CALLDATALOAD CALLDATASIZE CODESIZE RETURNDATASIZE'),
    ...code('MSIZE PC POP PUSH0'),
  )
  .map((op) => Uint8Array.of(op))
const stackOp = fc
  .oneof(fc.integer({ min: 0x80, max: 0x87 }), fc.integer({ min: 0x90, max: 0x97 }))
  .map((op) => Uint8Array.of(op))
/** An instruction after the words it takes, the last of them on top. */
const after = (name: string, ...words: fc.Arbitrary<bigint>[]): fc.Arbitrary<Uint8Array> =>
  fc.tuple(...words).map((values) => concatBytes(...values.map(push), ops(name)))

const memoryOp = fc.oneof(
  after('MLOAD', offset),
  after('MSTORE', anyWord, offset),
  after('MSTORE8', anyWord, offset),
  after('MCOPY', size, offset, offset),
  after('KECCAK256', size, offset),
  after('CALLDATACOPY', size, fc.oneof(offset, anyWord), offset),
  after('CODECOPY', size, fc.oneof(offset, anyWord), offset),
  after('RETURNDATACOPY', fc.constantFrom(0n, 0n, 0n, 1n), fc.constantFrom(0n, 0n, 0n, 1n), offset),
  after('MSTORE', offset),
)
const storageOp = fc.oneof(
  after('SLOAD', slot),
  after('SSTORE', anyWord, slot),
  after('TLOAD', slot),
  after('TSTORE', anyWord, slot),
  after('SSTORE', slot),
)
const logOp = fc.oneof(
  after('LOG0', size, offset),
  after('LOG1', anyWord, size, offset),
  after('LOG2', anyWord, anyWord, size, offset),
  after('LOG4', size, offset),
)
const ending = fc.oneof(
  after('RETURN', size, offset),
  after('REVERT', size, offset),
  fc.constantFrom(...[...code('STOP INVALID JUMP'), 0x0c]).map((op) => Uint8Array.of(op)),
  fc.uint8Array({ minLength: 1, maxLength: 3 }).filter(isPlain),
)

/** Bytes that do not call, destroy, or ask for what the two machines know differently. */
function isPlain(bytes: Uint8Array): boolean {
  const foreign = [
    0x31, 0x3a, 0x3b, 0x3c, 0x3f, 0x49, 0x4a, 0xf0, 0xf1, 0xf2, 0xf4, 0xf5, 0xfa, 0xff,
  ]
  return bytes.every(
    (byte) => !foreign.includes(byte) && !(byte >= 0x40 && byte <= 0x4b) && byte !== 0x5a,
  )
}

type Step =
  | { readonly kind: 'code'; readonly bytes: Uint8Array }
  | { readonly kind: 'jump' | 'branch' | 'loop'; readonly to: number }

const asCode = (bytes: fc.Arbitrary<Uint8Array>): fc.Arbitrary<Step> =>
  bytes.map((b) => ({ kind: 'code', bytes: b }))

const step = fc.oneof(
  { weight: 8, arbitrary: asCode(anyWord.map(push)) },
  { weight: 12, arbitrary: asCode(plain) },
  { weight: 5, arbitrary: asCode(stackOp) },
  { weight: 6, arbitrary: asCode(memoryOp) },
  { weight: 3, arbitrary: asCode(storageOp) },
  { weight: 1, arbitrary: asCode(logOp) },
  { weight: 1, arbitrary: asCode(ending) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constantFrom('jump' as const, 'branch' as const, 'branch' as const),
      to: fc.nat(9),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('loop' as const), to: fc.nat(3) }) },
)
const program = fc.array(fc.array(step, { maxLength: 14 }), { minLength: 1, maxLength: 8 })

/** Counts rounds where no other instruction does. */
const COUNTER = push((1n << 250n) + 7n)
const ROUNDS = 5n
const pushPlace = (place: number): Uint8Array => Uint8Array.of(0x61, place >> 8, place & 0xff)

/**
 * Segments one behind the other, each of which can be jumped to: forwards, or backwards as often as the counter allows.
 * A few words are on the stack from the start, and the last of all is returned.
 */
function assembled(segments: readonly (readonly Step[])[]): Uint8Array {
  const places = segments.map(() => 0)
  const build = () => {
    const out: Uint8Array[] = EDGES.slice(0, 12).map(push)
    out.push(concatBytes(push(ROUNDS), COUNTER, ops('TSTORE')))
    let length = out.reduce((sum, part) => sum + part.length, 0)
    const emit = (part: Uint8Array): void => {
      out.push(part)
      length += part.length
    }
    for (const [i, steps] of segments.entries()) {
      places[i] = length
      emit(Uint8Array.of(0x5b))
      for (const s of steps) emit(stepCode(s, i, places))
    }
    emit(concatBytes(ops('PUSH0 MSTORE'), push(96n), ops('PUSH0 RETURN')))
    return concatBytes(...out)
  }
  build()
  return build()
}

function stepCode(s: Step, segment: number, places: readonly number[]): Uint8Array {
  if (s.kind === 'code') return s.bytes
  const forward = places[segment + 1 + s.to]
  if (s.kind === 'jump')
    return forward === undefined ? ops('JUMPDEST') : concatBytes(pushPlace(forward), ops('JUMP'))
  // A place that is not there is jumped to as well, and fails.
  if (s.kind === 'branch') return concatBytes(pushPlace(forward ?? 3), ops('JUMPI'))
  const back = places[Math.max(0, segment - s.to)]!
  // Less by one unless it is 0.
  return concatBytes(
    COUNTER,
    ops('TLOAD DUP1 ISZERO ISZERO DUP2 SUB'),
    COUNTER,
    ops('TSTORE'),
    pushPlace(back),
    ops('JUMPI'),
  )
}

/** Enough for all but a loop without end, which a jump to somewhere may be. */
const GAS = 1_000_000_000

function ours(
  bytes: Uint8Array,
  data: Uint8Array,
  hotAfter: number,
): PlainOutcome & { address: Uint8Array; caller: Uint8Array } {
  const world = new EvmWorld()
  const { id, address } = world.deploy(deploying(bytes))
  const stateOf = () => world.tree.get(id)!.state.get() as EvmState
  // Whoever prepares the code first says when its blocks are compiled.
  stateOf().bytecode.prepared((code) => readProgram(code, hotAfter))
  const { exitCode, data: output, result } = world.callMetered(address, data, GAS)
  const { contractState } = stateOf()
  const hex = (n: bigint): string => n.toString(16)
  return {
    exitCode: exitCode === 35 ? 34 : exitCode,
    data: output,
    storage: new Map([...contractState.entries()].map(([k, v]) => [hex(k), hex(v)])),
    logs: result.events.map(({ entries }) => ({
      topics: entries.filter(({ key }) => key.startsWith('t')).map(({ value }) => toHex(value)),
      data: entries.filter(({ key }) => key === 'd').map(({ value }) => toHex(value))[0] ?? '',
    })),
    address,
    caller: world.sender,
  }
}

const sorted = (map: ReadonlyMap<string, string>) => [...map].sort(([a], [b]) => (a < b ? -1 : 1))

const COMPILED_AT_ONCE = 0
const NEVER_COMPILED = Infinity

for (const [how, hotAfter] of [
  ['interpreted', NEVER_COMPILED],
  ['compiled', COMPILED_AT_ONCE],
] as const)
  test(`random programs, ${how}, do what they do on Ethereum`, () => compareWithOracle(hotAfter))

async function compareWithOracle(hotAfter: number): Promise<void> {
  const oracle = await createOracle()
  const outcomes = new Map<number, number>()
  await fc.assert(
    fc.asyncProperty(program, fc.uint8Array({ maxLength: 80 }), async (segments, data) => {
      const bytes = assembled(segments)
      const mine = ours(bytes, data, hotAfter)
      const theirs = await oracle({ code: bytes, data, caller: mine.caller, address: mine.address })
      const show = toHex(bytes)
      if (mine.exitCode === ExitCode.SysOutOfGas || theirs.exitCode === OUT_OF_GAS) {
        // Filecoin has its own limits to memory; what is below them and above Ethereum's is no matter here.
        outcomes.set(38, (outcomes.get(38) ?? 0) + (mine.exitCode === 38 ? 1 : 0))
        return
      }
      assert.is(mine.exitCode, theirs.exitCode, show)
      assert.is(toHex(mine.data), toHex(theirs.data), show)
      assert.equal(sorted(mine.storage), sorted(theirs.storage), show)
      assert.equal(mine.logs, theirs.logs, show)
      outcomes.set(mine.exitCode, (outcomes.get(mine.exitCode) ?? 0) + 1)
    }),
    { ...run, numRuns: 500 },
  )
  // The programs are worth comparing: many end well, and all ways to fail are met.
  assert.ok((outcomes.get(0) ?? 0) > 80, JSON.stringify([...outcomes]))
  for (const exitCode of [33, 34, 36, 38, 39]) assert.ok(outcomes.has(exitCode), `${exitCode}`)
}

await initCrypto()
test.run()
