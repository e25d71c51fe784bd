/**
 * Recorded traces of the real actors, as read from gzip JSON lines: a header, the state at genesis, then messages with
 * everything they did. Integers that may exceed 2⁵³ are decimal strings, bytes and CIDs are hexadecimal.
 */
import { type ActorType, ACTOR_TYPES, type Bundle } from '../../actors/manifest.ts'
import { InvalidInput } from '../../primitives/invalid-input.ts'

export interface ActorRecord {
  readonly id: number
  readonly code: ActorType
  readonly balance: string
  readonly nonce: number
  readonly head: string
  readonly delegated?: string
  readonly deleted?: true
}

export type BlockRecords = Readonly<Record<string, string>>

export interface HeaderRecord {
  readonly t: 'header'
  readonly scenario: string
  readonly bundle: { readonly version: string; readonly network: Bundle }
  readonly networkVersion: number
  readonly chainId: string
  readonly baseFee: string
  readonly circSupply: string
  readonly genesisTs: number
}

export interface GenesisRecord {
  readonly t: 'genesis'
  readonly epoch: number
  readonly actors: readonly ActorRecord[]
  readonly blocks: BlockRecords
}

export interface CallRecord {
  readonly from: number
  readonly to: string
  /** A string where no actor can have the number. */
  readonly toId?: number | string
  readonly method: number | string
  readonly value: string
  readonly params: string
  readonly exit?: number
  readonly ret?: string
  readonly errno?: number
  readonly ro?: boolean
  readonly gas?: string
  readonly pcodec?: number
  readonly autoCreated?: string
  readonly sub?: readonly CallRecord[]
}

export interface ExternRecord {
  readonly name: string
  readonly actor: number
  readonly in: unknown
  readonly out: unknown
}

/** `[flags, key, codec, value]`, the value in hexadecimal. */
export type EventEntryRecord = readonly [number, string, number, string]

export interface EventRecord {
  readonly emitter: number
  readonly entries: readonly EventEntryRecord[]
}

export interface MessageRecord {
  readonly t: 'msg'
  readonly i: number
  readonly kind: 'message' | 'cron' | 'reward'
  readonly epoch: number
  readonly label?: string
  readonly from: string
  readonly to: string
  readonly value: string
  readonly method: string
  readonly params: string
  readonly exit: number
  readonly ret: string
  readonly msg?: string
  readonly autoCreated?: string
  readonly events?: readonly EventRecord[]
  readonly externs?: readonly ExternRecord[]
  readonly calls?: readonly CallRecord[]
  readonly changed: readonly ActorRecord[]
  readonly blocks: BlockRecords
}

/** A cron tick that changed only the heads of reward, power and market. */
export interface CompactRecord {
  readonly t: 'c'
  readonly i: number
  readonly epoch: number
  readonly heads: Readonly<Record<string, string>>
}

export interface EndRecord {
  readonly t: 'end'
  readonly epoch: number
  readonly actors: readonly ActorRecord[]
}

export type TraceRecord = HeaderRecord | GenesisRecord | MessageRecord | CompactRecord | EndRecord

type Check = 'string' | 'number' | 'object'
const FIELDS: Record<TraceRecord['t'], Readonly<Record<string, Check>>> = {
  header: {
    scenario: 'string',
    bundle: 'object',
    networkVersion: 'number',
    chainId: 'string',
    baseFee: 'string',
    circSupply: 'string',
    genesisTs: 'number',
  },
  genesis: { epoch: 'number', actors: 'object', blocks: 'object' },
  msg: {
    i: 'number',
    kind: 'string',
    epoch: 'number',
    from: 'string',
    to: 'string',
    value: 'string',
    method: 'string',
    params: 'string',
    exit: 'number',
    ret: 'string',
    changed: 'object',
    blocks: 'object',
  },
  c: { i: 'number', epoch: 'number', heads: 'object' },
  end: { epoch: 'number', actors: 'object' },
}

/** Reads one line of a trace. @throws InvalidInput naming the line and the field that is wrong. */
export function parseTraceLine(text: string, line: number): TraceRecord {
  const fail = (why: string): never => {
    throw new InvalidInput(`line ${line}`, why)
  }
  let record: Record<string, unknown>
  try {
    record = JSON.parse(text) as Record<string, unknown>
  } catch {
    return fail('not JSON')
  }
  const fields = FIELDS[record?.['t'] as TraceRecord['t']]
  if (!fields) return fail(`not a trace record: t is ${JSON.stringify(record?.['t'])}`)
  for (const [name, type] of Object.entries(fields))
    if (typeof record[name] !== type || record[name] === null)
      return fail(`${name}: expected ${type === 'object' ? 'an object' : `a ${type}`}`)
  const trace = record as unknown as TraceRecord
  if (trace.t === 'header') checkHeader(trace, fail)
  for (const actor of 'actors' in trace ? trace.actors : 'changed' in trace ? trace.changed : [])
    if (!actor.deleted && !ACTOR_TYPES.includes(actor.code))
      return fail(`actor ${actor.id}: unknown code ${JSON.stringify(actor.code)}`)
  return trace
}

function checkHeader({ bundle, networkVersion }: HeaderRecord, fail: (why: string) => never): void {
  if (bundle.network !== 'mainnet' && bundle.network !== 'devnet')
    fail(`bundle.network: expected mainnet or devnet, got ${JSON.stringify(bundle.network)}`)
  if (networkVersion !== 28) fail(`networkVersion: only 28 can be replayed, got ${networkVersion}`)
}
