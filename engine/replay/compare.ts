/** What a replayed message did against what was recorded, down to the first difference. */
import type { Payload } from '../../actors/payload.ts'
import { fromHex, toHex } from '../../primitives/bytes.ts'
import type { BlockSource } from '../../primitives/cbor.ts'
import { cidFromBytes, CODEC } from '../../primitives/cid.ts'
import { type Difference, difference, show } from '../../primitives/codec.ts'
import { Link } from '../../primitives/link.ts'
import type { ApplyResult } from '../vm/executor.ts'
import { type Actor, EMPTY_STATE, stateCodec } from '../vm/state-tree.ts'
import type { CallTrace, StampedEvent } from '../vm/trace.ts'
import type { ActorRecord, CallRecord, EventRecord, MessageRecord } from './trace-format.ts'

/** A difference and, where it is in a state, the actor. */
export interface Mismatch extends Difference {
  readonly actor?: number
}

const DEFAULT_SEND_GAS = (63n * 10_000_000_000n) / 64n

const hexOf = (payload: Payload | null | undefined): string => (payload ? toHex(payload.bytes) : '')

export const mismatchOf = (path: string, expected: string, got: string): Mismatch => ({
  path,
  expected,
  got,
})

/** First difference in exit code, return data and events. */
export function compareOutcome(record: MessageRecord, result: ApplyResult): Mismatch | undefined {
  return (
    scalar('exit', record.exit, result.exitCode) ??
    scalar('return', record.ret, hexOf(result.ret)) ??
    compareEvents(record.events ?? [], result.events)
  )
}

/** First difference in the receiver that the message made, and in nested calls. */
export function compareTrace(record: MessageRecord, { call }: ApplyResult): Mismatch | undefined {
  return (
    scalar('autoCreated', record.autoCreated ?? '', call?.autoCreated ?? '') ??
    compareCalls(record.calls ?? [], call?.calls ?? [], 'calls')
  )
}

function compareEvents(
  expected: readonly EventRecord[],
  got: readonly StampedEvent[],
): Mismatch | undefined {
  if (expected.length === 0 && got.length === 0) return undefined
  return scalar('events', eventsJson(expected), eventsJson(got.map(eventRecord)))
}

function scalar(path: string, expected: unknown, got: unknown): Mismatch | undefined {
  if (expected === got) return undefined
  return { path, expected: show(expected), got: show(got) }
}

const eventsJson = (events: readonly EventRecord[]): string => JSON.stringify(events)

const eventRecord = ({ emitter, entries }: StampedEvent): EventRecord => ({
  emitter,
  entries: entries.map(({ flags, key, codec, value }) => [flags, key, codec, toHex(value)]),
})

function compareCalls(
  expected: readonly CallRecord[],
  got: readonly CallTrace[],
  path: string,
): Mismatch | undefined {
  for (const [i, call] of expected.entries()) {
    const mine = got[i]
    if (!mine) return { path: `${path}[${i}]`, expected: brief(call), got: 'no call' }
    const found = compareCall(call, mine, `${path}[${i}]`)
    if (found) return found
  }
  const extra = got[expected.length]
  if (!extra) return undefined
  const { from, to, method } = extra
  return {
    path: `${path}[${expected.length}]`,
    expected: 'no call',
    got: `${from} calls ${to} method ${method}`,
  }
}

const brief = ({ from, toId, to, method }: CallRecord): string =>
  `${from} calls ${toId ?? to} method ${method}`

function compareCall(expected: CallRecord, got: CallTrace, path: string): Mismatch | undefined {
  const field = (name: string, want: unknown, have: unknown) =>
    scalar(`${path}.${name}`, want, have)
  const params = got.params
  const ipldCodec = params?.ipldCodec ?? CODEC.cbor
  const plain = ipldCodec === CODEC.cbor || ipldCodec === CODEC.dagCbor
  const gas =
    got.gasLimit === undefined || got.gasLimit === DEFAULT_SEND_GAS ? undefined : got.gasLimit
  return (
    field('from', expected.from, got.from) ??
    field('to', expected.to, toHex(got.to.bytes)) ??
    field('method', String(expected.method), String(got.method)) ??
    field('value', expected.value, got.value.toString()) ??
    field('params', expected.params, hexOf(params)) ??
    field('pcodec', expected.pcodec, plain ? undefined : ipldCodec) ??
    field('ro', expected.ro ?? false, got.readOnly) ??
    field('gas', expected.gas, gas?.toString()) ??
    field('toId', expected.toId, got.toId) ??
    field('autoCreated', expected.autoCreated, got.autoCreated) ??
    compareCalls(expected.sub ?? [], got.calls, `${path}.calls`) ??
    field('errno', expected.errno, got.errorNumber) ??
    field('exit', expected.exit, got.exitCode) ??
    field('ret', expected.ret ?? '', hexOf(got.ret))
  )
}

/** First difference between a recorded actor and ours, inside its state where that is it. */
export function compareActor(
  record: ActorRecord,
  actor: Actor | undefined,
  source: BlockSource,
): Mismatch | undefined {
  const { id } = record
  const at = (found: Mismatch | undefined): Mismatch | undefined => found && { actor: id, ...found }
  if (record.deleted || !actor) {
    const [expected, got] = [record.deleted ? 'deleted' : record.code, actor?.type ?? 'deleted']
    return at(scalar('actor', expected, got))
  }
  return at(
    scalar('code', record.code, actor.type) ??
      compareHead(record.head, actor, source) ??
      scalar('balance', record.balance, actor.balance.toString()) ??
      scalar('nonce', record.nonce, Number(actor.sequence)) ??
      scalar(
        'delegated',
        record.delegated ?? '',
        actor.delegated ? toHex(actor.delegated.bytes) : '',
      ),
  )
}

/** Compares heads; where they differ, both states are decoded and walked. */
export function compareHead(head: string, actor: Actor, source: BlockSource): Mismatch | undefined {
  const got = actor.state.cid()
  if (got.hex === head) return undefined
  const fallback = { path: 'head', expected: head, got: got.hex }
  if (actor.state === EMPTY_STATE || head === EMPTY_STATE.cid().hex) return fallback
  const codec = stateCodec(actor.type)
  try {
    const expected = Link.at(codec, cidFromBytes(fromHex(head)), source).get()
    return difference(codec, expected, actor.state.get(), 'state') ?? fallback
  } catch (error) {
    return {
      ...fallback,
      expected: `${head} (${error instanceof Error ? error.message : String(error)})`,
    }
  }
}
