/**
 * Replays a recorded trace of the real actors through ours, record by record, and stops at the first difference:
 * exit codes, returns, events, nested calls, every changed actor, and the state root where one is known.
 */
import { manifestOf } from '../../actors/manifest.ts'
import { Payload } from '../../actors/payload.ts'
import { DEVNET_2K_POLICY, MAINNET_POLICY } from '../../actors/policy.ts'
import { CRON_ACTOR, SYSTEM_ACTOR } from '../../actors/singletons.ts'
import { type Address, addressFromBytes } from '../../primitives/address.ts'
import { Blockstore } from '../../primitives/blockstore.ts'
import { fromHex } from '../../primitives/bytes.ts'
import { cidFromBytes } from '../../primitives/cid.ts'
import { InvalidInput } from '../../primitives/invalid-input.ts'
import { Link } from '../../primitives/link.ts'
import { type ActorId, actorId, type ChainEpoch } from '../../primitives/units.ts'
import { systemMessage } from '../vm/executor.ts'
import type { MachineContext } from '../vm/context.ts'
import { applyImplicit, applyMessage, type ApplyResult } from '../vm/executor.ts'
import { type Actor, EMPTY_STATE, stateCodec, StateTree } from '../vm/state-tree.ts'
import { compareActor, compareHead, compareResult, type Mismatch } from './compare.ts'
import { ExternMismatch, Externs } from './externs.ts'
import type {
  ActorRecord,
  BlockRecords,
  CompactRecord,
  EndRecord,
  GenesisRecord,
  HeaderRecord,
  MessageRecord,
  TraceRecord,
} from './trace-format.ts'

/** Roots of the state tree at the ends of a trace, where they were recorded beside it. */
export interface RecordedRoots {
  readonly genesis?: { readonly stateRoot: string }
  readonly end?: { readonly stateRoot: string }
}

export interface ReplayDifference extends Mismatch {
  /** Number of the record, and what it was. */
  readonly record: number
  readonly label: string
}

export interface ReplayResult {
  readonly scenario: string
  readonly messages: number
  readonly equal: number
  readonly difference: ReplayDifference | undefined
}

const CRON_EPOCH_TICK = 2
const EPOCH_SECONDS = 30

/** Replays records in order. @throws InvalidInput when they are not a whole trace. */
export function replay(records: Iterable<TraceRecord>, roots: RecordedRoots = {}): ReplayResult {
  let replayer: Replayer | undefined
  let header: HeaderRecord | undefined
  let ended = false
  for (const record of records) {
    if (record.t === 'header') {
      header = record
      continue
    }
    if (record.t === 'genesis' && header) {
      replayer = new Replayer(header, record, roots)
      continue
    }
    if (!replayer) throw new InvalidInput('trace', 'does not start with a header and a genesis')
    if (replayer.difference) break
    if (record.t === 'end') {
      replayer.end(record)
      ended = true
    } else if (record.t === 'c') replayer.compact(record)
    else if (record.t === 'msg') replayer.message(record)
    else throw new InvalidInput('trace', `a second ${record.t}`)
  }
  if (!replayer) throw new InvalidInput('trace', 'has no genesis')
  if (!ended && !replayer.difference)
    throw new InvalidInput('trace', 'is cut short: it has no end record')
  const { messages, equal, difference } = replayer
  return { scenario: header!.scenario, messages, equal, difference }
}

class Replayer {
  messages = 0
  equal = 0
  difference: ReplayDifference | undefined
  readonly #tree: StateTree
  readonly #context: Omit<MachineContext, 'epoch' | 'timestamp'>
  readonly #genesisTime: number
  readonly #externs = new Externs()
  /** Blocks of the recorded states; ours are never read from it. */
  readonly #recorded = new Blockstore()
  readonly #roots: RecordedRoots
  /** Actors as they were after the last record. */
  readonly #before = new Map<ActorId, Actor | undefined>()

  constructor(header: HeaderRecord, genesis: GenesisRecord, roots: RecordedRoots) {
    const { network } = header.bundle
    this.#roots = roots
    this.#genesisTime = header.genesisTs
    this.#context = {
      networkVersion: header.networkVersion,
      chainId: BigInt(header.chainId),
      baseFee: BigInt(header.baseFee),
      circulatingSupply: BigInt(header.circSupply),
      policy: network === 'mainnet' ? MAINNET_POLICY : DEVNET_2K_POLICY,
      randomness: this.#externs.randomness,
      syscalls: this.#externs.syscalls,
      metered: false,
      traced: true,
    }
    this.#tree = new StateTree(manifestOf(network))
    this.#note(genesis.blocks)
    const store = new Blockstore()
    putBlocks(store, genesis.blocks)
    for (const record of genesis.actors) {
      const actor = readActor(record, store)
      this.#tree.set(actorId(record.id), actor)
      this.#before.set(actorId(record.id), actor)
    }
    this.#compareRoot('genesis', roots.genesis?.stateRoot, 0)
  }

  message(record: MessageRecord): void {
    this.messages++
    this.#note(record.blocks)
    this.#externs.load(record.externs ?? [])
    const label = `${record.kind} ${record.label ?? ''} at epoch ${record.epoch}`
    let result: ApplyResult
    try {
      result = this.#apply(record)
    } catch (error) {
      if (!(error instanceof ExternMismatch)) throw error
      return this.#fail(record.i, label, {
        path: 'externs',
        expected: 'as recorded',
        got: error.message,
      })
    }
    const unused = this.#externs.unused[0]
    const leftOver = unused && {
      path: 'externs',
      expected: `${unused.name} asked`,
      got: 'not asked',
    }
    const found = compareResult(record, result) ?? leftOver ?? this.#compareChanges(record)
    if (found) this.#fail(record.i, label, found)
    else this.equal++
  }

  compact(record: CompactRecord): void {
    this.messages++
    this.#externs.load([])
    const label = `cron at epoch ${record.epoch}`
    const result = applyImplicit(
      this.#tree,
      this.#at(record.epoch),
      systemMessage(CRON_ACTOR, CRON_EPOCH_TICK),
    )
    if (result.exitCode !== 0)
      return this.#fail(record.i, label, { path: 'exit', expected: '0', got: `${result.exitCode}` })
    const changed = this.#takeChanged()
    for (const [id, head] of Object.entries(record.heads)) {
      const actor = this.#tree.get(actorId(Number(id)))!
      const found = compareHead(head, actor, this.#recorded)
      if (found) return this.#fail(record.i, label, { actor: Number(id), ...found })
    }
    const extra = changed.find((id) => !(id in record.heads))
    if (extra !== undefined)
      return this.#fail(record.i, label, {
        actor: extra,
        path: 'actor',
        expected: 'unchanged',
        got: 'changed',
      })
    this.equal++
  }

  end(record: EndRecord): void {
    for (const actor of record.actors) {
      const found = compareActor(actor, this.#tree.get(actorId(actor.id)), this.#recorded)
      if (found) return this.#fail(-1, 'end', found)
    }
    const [want, have] = [record.actors.length, [...this.#tree.entries()].length]
    if (want !== have)
      return this.#fail(-1, 'end', { path: 'actors', expected: `${want}`, got: `${have}` })
    this.#compareRoot('end', this.#roots.end?.stateRoot, -1)
  }

  #apply(record: MessageRecord): ApplyResult {
    const context = this.#at(record.epoch)
    const [from, to] = [readAddress(record.from), readAddress(record.to)]
    const value = BigInt(record.value)
    const params = fromHex(record.params)
    if (record.kind === 'message') {
      const sender = this.#tree.resolve(from)
      const nonce = (sender === undefined ? undefined : this.#tree.get(sender))?.sequence ?? 0n
      const gas = { gasLimit: 0n, gasFeeCap: 0n, gasPremium: 0n }
      const method = BigInt(record.method)
      const message = { version: 0n, from, to, nonce, value, method, params, ...gas }
      return applyMessage(this.#tree, context, message, 0)
    }
    // The gas reward of a block is not paid by any message of the trace: it appears in the system actor.
    if (record.kind === 'reward') this.#tree.deposit(SYSTEM_ACTOR, value)
    const payload = params.length > 0 ? Payload.raw(params) : null
    const method = Number(record.method)
    return applyImplicit(this.#tree, context, { from, to, method, params: payload, value })
  }

  #compareChanges({ changed }: MessageRecord): Mismatch | undefined {
    for (const record of changed) {
      const found = compareActor(record, this.#tree.get(actorId(record.id)), this.#recorded)
      if (found) return found
    }
    const known = new Set(changed.map(({ id }) => id))
    const extra = this.#takeChanged().find((id) => !known.has(id))
    if (extra === undefined) return undefined
    return { actor: extra, path: 'actor', expected: 'unchanged', got: 'changed' }
  }

  /** Ids of actors that differ from what they were after the last record. */
  #takeChanged(): ActorId[] {
    const changed: ActorId[] = []
    for (const id of this.#tree.dirty) {
      const [before, now] = [this.#before.get(id), this.#tree.get(id)]
      if (differs(before, now)) changed.push(id)
      this.#before.set(id, now)
    }
    this.#tree.snapshot()
    return changed
  }

  #compareRoot(at: string, recorded: string | undefined, record: number): void {
    if (recorded === undefined || this.difference) return
    const root = this.#tree.root().hex
    if (root !== recorded)
      this.#fail(record, at, { path: 'state root', expected: recorded, got: root })
  }

  #at(epoch: ChainEpoch): MachineContext {
    return { ...this.#context, epoch, timestamp: this.#genesisTime + EPOCH_SECONDS * epoch }
  }

  #note(blocks: BlockRecords): void {
    putBlocks(this.#recorded, blocks)
  }

  #fail(record: number, label: string, found: Mismatch): void {
    this.difference = { record, label, ...found }
  }
}

function differs(a: Actor | undefined, b: Actor | undefined): boolean {
  if (a === b) return false
  if (!a || !b) return true
  if (a.balance !== b.balance || a.sequence !== b.sequence || a.type !== b.type) return true
  return a.state !== b.state && !a.state.cid().equals(b.state.cid())
}

function putBlocks(store: Blockstore, blocks: BlockRecords): void {
  for (const [cid, data] of Object.entries(blocks))
    store.put(cidFromBytes(fromHex(cid)), fromHex(data))
}

const readAddress = (hex: string): Address => addressFromBytes(fromHex(hex))

function readActor(record: ActorRecord, store: Blockstore): Actor {
  const head = cidFromBytes(fromHex(record.head))
  const empty = head.equals(EMPTY_STATE.cid())
  return {
    type: record.code,
    state: empty ? EMPTY_STATE : Link.at(stateCodec(record.code), head, store),
    sequence: BigInt(record.nonce),
    balance: BigInt(record.balance),
    delegated: record.delegated ? readAddress(record.delegated) : null,
  }
}
