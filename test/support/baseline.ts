/**
 * What state roots cost, by kind of message: blocks hashed and bytes encoded while recordings replay with the head of every
 * changed actor computed after every record. `bench/baseline.json` holds what was counted last; a test compares.
 * `node --import tsx test/support/baseline.ts --write` rewrites it.
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { actorDefinition } from '../../actors/registry.ts'
import { recordedRoots, traceRecords } from '../../cli/trace-file.ts'
import { replay } from '../../engine/replay/replay.ts'
import type { MessageRecord, TraceRecord } from '../../engine/replay/trace-format.ts'
import type { StateTree } from '../../engine/vm/state-tree.ts'
import { addressFromBytes } from '../../primitives/address.ts'
import { fromHex } from '../../primitives/bytes.ts'
import { costSoFar } from '../../primitives/cost.ts'
import { initCrypto } from '../../primitives/crypto/init.ts'

export const BASELINE_FILE = fileURLToPath(new URL('../../bench/baseline.json', import.meta.url))
/** Their messages are of most kinds, and they replay in a few seconds. */
const TRACES = fileURLToPath(new URL('../traces/', import.meta.url))
const FOLDERS = ['devnet-2k', 'mainnet-real']

/** Of all messages of a kind together. */
export interface KindCost {
  messages: number
  blocksHashed: number
  bytesEncoded: number
}

export type Baseline = Record<string, KindCost>

/** Counts by kind: `miner SubmitWindowedPoSt`, `cron tick`; kinds in alphabetical order. */
export function countCosts(): Baseline {
  const kinds: Baseline = {}
  for (const folder of FOLDERS)
    for (const name of readdirSync(TRACES + folder).sort())
      if (name.endsWith('.gz')) countTrace(`${TRACES}${folder}/${name}`, kinds)
  return Object.fromEntries(Object.entries(kinds).sort(([a], [b]) => (a < b ? -1 : 1)))
}

function countTrace(file: string, kinds: Baseline): void {
  let before = costSoFar()
  const watch = (tree: StateTree, record: TraceRecord): void => {
    const now = costSoFar()
    const name = kindOf(tree, record)
    if (name !== undefined) {
      const kind = (kinds[name] ??= { messages: 0, blocksHashed: 0, bytesEncoded: 0 })
      kind.messages++
      kind.blocksHashed += now.blocksHashed - before.blocksHashed
      kind.bytesEncoded += now.bytesEncoded - before.bytesEncoded
    }
    before = costSoFar()
  }
  const { difference } = replay(traceRecords(file), recordedRoots(file), { watch })
  if (difference) throw new Error(`${file} does not replay equal`)
}

function kindOf(tree: StateTree, record: TraceRecord): string | undefined {
  if (record.t === 'c') return 'cron tick'
  if (record.t !== 'msg') return undefined
  if (record.kind !== 'message') return record.kind === 'cron' ? 'cron tick' : 'block reward'
  if (record.exit !== 0) return 'failed message'
  return methodOf(tree, record)
}

function methodOf(tree: StateTree, { to, method }: MessageRecord): string {
  const id = tree.resolve(addressFromBytes(fromHex(to)))
  const actor = id === undefined ? undefined : tree.get(id)
  if (method === '0' || !actor) return 'plain send'
  return `${actor.type} ${actorDefinition(actor.type).methods[Number(method)]?.name ?? 'other'}`
}

export const readBaseline = (): Baseline =>
  JSON.parse(readFileSync(BASELINE_FILE, 'utf8')) as Baseline

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await initCrypto()
  const text = `${JSON.stringify(countCosts(), null, 2)}\n`
  if (process.argv.includes('--write')) writeFileSync(BASELINE_FILE, text)
  else console.log(text)
}
