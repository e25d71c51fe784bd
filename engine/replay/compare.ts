/** What a replayed message did against what was recorded, down to the first difference. */
import type { Payload } from '../../actors/payload.ts'
import { fromHex, isHexOf, toHex } from '../../primitives/bytes.ts'
import type { BlockSource } from '../../primitives/cbor.ts'
import { type Address, PROTOCOL } from '../../primitives/address.ts'
import { cidFromBytes, CODEC } from '../../primitives/cid.ts'
import { type Difference, difference, show } from '../../primitives/codec.ts'
import { Link } from '../../primitives/link.ts'
import { decodeUvarint } from '../../primitives/varint.ts'
import type { ApplyResult } from '../vm/executor.ts'
import { type Actor, EMPTY_STATE, stateCodec } from '../vm/state-tree.ts'
import type { CallTrace, StampedEvent } from '../vm/trace.ts'
import type { ActorRecord, CallRecord, EventRecord, MessageRecord } from './trace-format.ts'

/** A difference and, where it is in a state, the actor. */
export interface Mismatch extends Difference {
  readonly actor?: number
}

const NO_CALLS: readonly CallRecord[] = []
const DEFAULT_SEND_GAS = (63n * 10_000_000_000n) / 64n

const NO_BYTES = new Uint8Array()

export const mismatchOf = (path: string, expected: string, got: string): Mismatch => ({
  path,
  expected,
  got,
})

/** First difference in exit code, return data and events. */
export function compareOutcome(record: MessageRecord, result: ApplyResult): Mismatch | undefined {
  return (
    scalar('exit', record.exit, result.exitCode) ??
    payload('return', record.ret, result.ret) ??
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
  if (expected.length === got.length && expected.every((event, i) => isEvent(event, got[i]!)))
    return undefined
  return scalar('events', eventsJson(expected), eventsJson(got.map(eventRecord)))
}

function isEvent({ emitter, entries }: EventRecord, got: StampedEvent): boolean {
  return (
    emitter === got.emitter &&
    entries.length === got.entries.length &&
    entries.every(([flags, key, codec, value], i) => {
      const entry = got.entries[i]!
      return (
        flags === entry.flags &&
        key === entry.key &&
        codec === entry.codec &&
        isHexOf(value, entry.value)
      )
    })
  )
}

function scalar(path: string, expected: unknown, got: unknown): Mismatch | undefined {
  if (expected === got) return undefined
  return { path, expected: show(expected), got: show(got) }
}

function bytes(path: string, expected: string, got: Uint8Array): Mismatch | undefined {
  return isHexOf(expected, got) ? undefined : { path, expected: show(expected), got: toHex(got) }
}

const payload = (path: string, expected: string, got: Payload | null | undefined) =>
  bytes(path, expected, got ? got.bytes : NO_BYTES)

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
    const found = compareCall(call, mine)
    if (found) return { ...found, path: `${path}[${i}].${found.path}` }
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

function compareCall(expected: CallRecord, got: CallTrace): Mismatch | undefined {
  const params = got.params
  const ipldCodec = params?.ipldCodec ?? CODEC.cbor
  const plain = ipldCodec === CODEC.cbor || ipldCodec === CODEC.dagCbor
  const gas =
    got.gasLimit === undefined || got.gasLimit === DEFAULT_SEND_GAS ? undefined : got.gasLimit
  return (
    scalar('from', expected.from, got.from) ??
    bytes('to', expected.to, got.to.bytes) ??
    scalar('method', String(expected.method), String(got.method)) ??
    scalar('value', expected.value, got.value.toString()) ??
    payload('params', expected.params, params) ??
    scalar('pcodec', expected.pcodec, plain ? undefined : ipldCodec) ??
    scalar('ro', expected.ro ?? false, got.readOnly) ??
    scalar('gas', expected.gas, gas?.toString()) ??
    scalar('toId', expected.toId, got.toId ?? hugeId(got.to)) ??
    scalar('autoCreated', expected.autoCreated, got.autoCreated) ??
    compareCalls(expected.sub ?? NO_CALLS, got.calls, 'calls') ??
    scalar('errno', expected.errno, got.errorNumber) ??
    scalar('exit', expected.exit, got.exitCode) ??
    payload('ret', expected.ret ?? '', got.ret)
  )
}

/** A number that no actor of ours can have, as the recording writes it. */
function hugeId(to: Address): string | undefined {
  if (to.protocol !== PROTOCOL.id || to.id !== undefined) return undefined
  return String(decodeUvarint(to.bytes, 1)[0])
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
  if (isHexOf(head, got.bytes)) return undefined
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
