// timeout: 500
/** Recordings of the real actors replay to the same outcome, and a recording that was tampered with does not. */
import { readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { benchReplay, formatRate } from '../cli/replay-bench.ts'
import { replayFile } from '../cli/replay.ts'
import { recordedRoots, traceRecords } from '../cli/trace-file.ts'
import { UsageError } from '../cli/usage-error.ts'
import { replay } from '../engine/replay/replay.ts'
import type { MessageRecord, TraceRecord } from '../engine/replay/trace-format.ts'
import { initCrypto } from '../primitives/crypto/init.ts'

test.before(() => initCrypto())

const folder = fileURLToPath(new URL('./traces/', import.meta.url))
const traces = readdirSync(folder, { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.gz'))
  .sort()

for (const name of traces)
  test(`${name} replays equal`, () => {
    const result = replayFile(folder + name)
    assert.is(result.difference, undefined, JSON.stringify(result.difference))
    assert.ok(result.messages > 50)
    assert.is(result.equal, result.messages)
  })

const SAMPLE = `${folder}mainnet/a-create-miner.jsonl.gz`

/** Replays the sample with one of its messages changed. */
function tampered(label: string, change: (record: MessageRecord) => MessageRecord) {
  let done = false
  const records = [...traceRecords(SAMPLE)].map((record): TraceRecord => {
    if (done || record.t !== 'msg' || record.label !== label) return record
    done = true
    return change(record)
  })
  assert.ok(done, `no message ${label}`)
  return replay(records).difference
}

const anyLabel = (test: (record: MessageRecord) => boolean): string =>
  ([...traceRecords(SAMPLE)].find((r) => r.t === 'msg' && test(r)) as MessageRecord).label!

test('a changed exit code, return, event, call or actor is found where it is', () => {
  const created = anyLabel((r) => r.method === '2' && r.exit === 0 && (r.calls?.length ?? 0) > 0)
  assert.is(tampered(created, (r) => ({ ...r, exit: 99 }))?.path, 'exit')
  assert.is(tampered(created, (r) => ({ ...r, ret: '00' }))?.path, 'return')
  const events = [{ emitter: 1, entries: [] }]
  assert.is(tampered(created, (r) => ({ ...r, events }))?.path, 'events')
  assert.match(tampered(created, (r) => ({ ...r, calls: r.calls!.slice(1) }))!.path, /^calls\[/)
  const richer = tampered(created, (r) => ({
    ...r,
    changed: r.changed.map((actor, i) => (i === 0 ? { ...actor, balance: '1' } : actor)),
  }))
  assert.is(richer?.path, 'balance')
  const quiet = tampered(created, (r) => ({ ...r, changed: [] }))
  assert.is(quiet?.got, 'changed')
})

test('a state that differs is reported by the path inside it, both sides decoded', () => {
  const records = [...traceRecords(SAMPLE)]
  const changes = (r: TraceRecord, id: number) =>
    r.t === 'msg' ? r.changed.find((actor) => actor.id === id) : undefined
  const [first, second] = records.filter((r) => changes(r, 1)) as MessageRecord[]
  const wrongHead = changes(second!, 1)!.head
  const swapped = records.map((record): TraceRecord => {
    if (record !== first) return record
    const changed = first!.changed.map((a) => (a.id === 1 ? { ...a, head: wrongHead } : a))
    return { ...first!, changed, blocks: { ...first!.blocks, ...second!.blocks } }
  })
  const found = replay(swapped).difference
  assert.is(found?.actor, 1)
  assert.match(found!.path, /^state\./)
  assert.is.not(found!.expected, found!.got)
})

test('a wrong state root at the end is found', () => {
  const roots = recordedRoots(SAMPLE)
  assert.is(replay(traceRecords(SAMPLE), roots).difference, undefined)
  const wrong = { ...roots, end: { stateRoot: roots.genesis!.stateRoot } }
  assert.is(replay(traceRecords(SAMPLE), wrong).difference?.path, 'state root')
})

test('with states compared at the end only, outcomes are compared record by record all the same', () => {
  const records = [...traceRecords(SAMPLE)]
  const late = { heads: 'at-end' } as const
  const whole = replay(records, recordedRoots(SAMPLE), late)
  assert.is(whole.difference, undefined)
  assert.is(whole.equal, whole.messages)
  assert.is(
    whole.ticks,
    records.filter((r) => r.t === 'c' || (r.t === 'msg' && r.kind === 'cron')).length,
  )
  const changed = (change: Partial<MessageRecord>) =>
    records.map((r) => (r.t === 'msg' && r.exit === 0 ? { ...r, ...change } : r))
  assert.is(replay(changed({ exit: 1 }), {}, late).difference?.path, 'exit')
  assert.is(replay(changed({ ret: '00' }), {}, late).difference?.path, 'return')
  assert.is(
    replay(changed({ events: [{ emitter: 1, entries: [] }] }), {}, late).difference?.path,
    'events',
  )
  assert.is(replay(changed({ changed: [] }), {}, late).difference, undefined)
  const poorer = records.map((r) => (r.t === 'end' ? { ...r, actors: r.actors.slice(1) } : r))
  assert.is(replay(poorer, {}, late).difference?.path, 'actors')
})

test('rates count every record of every file, and name files that differ', () => {
  const { roots, deferred, failed } = benchReplay([SAMPLE, SAMPLE], 1)
  const { messages, ticks } = replayFile(SAMPLE)
  for (const rate of [roots, deferred]) {
    assert.equal([rate.messages, rate.ticks], [2 * messages, 2 * ticks])
    assert.ok(rate.seconds > 0)
  }
  assert.equal(failed, [])
  assert.match(formatRate('x', { messages: 30, ticks: 10, seconds: 2 }), /^x {2}15 a second: 20 /)
})

test('a truncated, foreign or missing trace is a one-line error', () => {
  const records = [...traceRecords(SAMPLE)]
  assert.throws(() => replay(records.slice(0, 10)), /cut short/)
  assert.throws(() => replay(records.slice(2)), /does not start with a header/)
  assert.throws(
    () => replayFile(`${folder}nothing.gz`),
    (e: unknown) => e instanceof UsageError,
  )
  const self = fileURLToPath(import.meta.url)
  assert.throws(() => replayFile(self), /line 1: not JSON/)
})

test.run()
