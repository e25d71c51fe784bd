/** One trace being replayed: a state tree, the recording's answers to what actors ask, and comparing after each record. */
import { manifestOf } from '../../actors/manifest.ts'
import { Payload } from '../../actors/payload.ts'
import { DEVNET_2K_POLICY, MAINNET_POLICY } from '../../actors/policy.ts'
import { CRON_ACTOR, SYSTEM_ACTOR } from '../../actors/singletons.ts'
import { type Address, addressFromBytes } from '../../primitives/address.ts'
import { fromHex } from '../../primitives/bytes.ts'
import type { BlockSource } from '../../primitives/cbor.ts'
import { cidFromBytes } from '../../primitives/cid.ts'
import { Link } from '../../primitives/link.ts'
import { type ActorId, actorId, type ChainEpoch } from '../../primitives/units.ts'
import type { MachineContext } from '../vm/context.ts'
import { applyImplicit, applyMessage, type ApplyResult, systemMessage } from '../vm/executor.ts'
import { type Actor, EMPTY_STATE, stateCodec, StateTree } from '../vm/state-tree.ts'
import {
  compareActor,
  compareHead,
  compareOutcome,
  compareTrace,
  type Mismatch,
  mismatchOf,
} from './compare.ts'
import { ExternMismatch, Externs } from './externs.ts'
import { RecordedBlocks } from './recorded-blocks.ts'
import type { RecordedRoots, ReplayDifference, ReplayOptions } from './replay.ts'
import type {
  ActorRecord,
  CompactRecord,
  EndRecord,
  GenesisRecord,
  HeaderRecord,
  MessageRecord,
} from './trace-format.ts'

const EPOCH_SECONDS = 30
const CRON_EPOCH_TICK = 2
const CRON_TICK = systemMessage(CRON_ACTOR, CRON_EPOCH_TICK)

export class Replayer {
  messages = 0
  ticks = 0
  equal = 0
  difference: ReplayDifference | undefined
  readonly tree: StateTree
  readonly #options: ReplayOptions
  readonly #everyHead: boolean
  readonly #genesisTime: number
  readonly #externs = new Externs()
  readonly #recorded = new RecordedBlocks()
  readonly #roots: RecordedRoots
  /** Actors as they were after the last record. */
  readonly #before = new Map<ActorId, Actor | undefined>()
  readonly #context: { -readonly [K in keyof MachineContext]: MachineContext[K] }

  constructor(
    header: HeaderRecord,
    genesis: GenesisRecord,
    roots: RecordedRoots,
    options: ReplayOptions,
  ) {
    const { network } = header.bundle
    this.#roots = roots
    this.#options = options
    this.#everyHead = options.heads !== 'at-end'
    this.#genesisTime = header.genesisTs
    this.#context = {
      epoch: genesis.epoch,
      timestamp: header.genesisTs,
      networkVersion: header.networkVersion,
      chainId: BigInt(header.chainId),
      baseFee: BigInt(header.baseFee),
      circulatingSupply: BigInt(header.circSupply),
      policy: network === 'mainnet' ? MAINNET_POLICY : DEVNET_2K_POLICY,
      randomness: this.#externs.randomness,
      syscalls: this.#externs.syscalls,
      metered: false,
      traced: this.#everyHead || options.observe !== undefined,
    }
    this.tree = new StateTree(manifestOf(network))
    this.#recorded.add(genesis.blocks)
    const store = new RecordedBlocks()
    store.add(genesis.blocks)
    for (const record of genesis.actors) {
      const actor = readActor(record, store)
      this.tree.set(actorId(record.id), actor)
      this.#before.set(actorId(record.id), actor)
    }
    this.#compareRoot('genesis', roots.genesis?.stateRoot, 0)
  }

  message(record: MessageRecord): void {
    this.messages++
    if (record.kind === 'cron') this.ticks++
    this.#recorded.add(record.blocks)
    this.#externs.load(record.externs ?? [])
    let result: ApplyResult
    try {
      result = this.#apply(record)
    } catch (error) {
      if (!(error instanceof ExternMismatch)) throw error
      return this.#failMessage(record, mismatchOf('externs', 'as recorded', error.message))
    }
    const unused = this.#externs.unused
    const found =
      compareOutcome(record, result) ??
      (unused ? mismatchOf('externs', `${unused.name} asked`, 'not asked') : undefined) ??
      (this.#everyHead ? (compareTrace(record, result) ?? this.#compareChanges(record)) : undefined)
    if (found) return this.#failMessage(record, found)
    this.#count(result)
  }

  compact(record: CompactRecord): void {
    this.messages++
    this.ticks++
    this.#externs.load([])
    const result = applyImplicit(this.tree, this.#at(record.epoch), CRON_TICK)
    const found =
      result.exitCode !== 0
        ? mismatchOf('exit', '0', `${result.exitCode}`)
        : this.#everyHead
          ? this.#compareHeads(record)
          : undefined
    if (found) return this.#fail(record.i, `cron at epoch ${record.epoch}`, found)
    this.#count(result)
  }

  end(record: EndRecord): void {
    for (const actor of record.actors) {
      const found = compareActor(actor, this.tree.get(actorId(actor.id)), this.#recorded)
      if (found) return this.#fail(-1, 'end', found)
    }
    const [want, have] = [record.actors.length, [...this.tree.entries()].length]
    if (want !== have) return this.#fail(-1, 'end', mismatchOf('actors', `${want}`, `${have}`))
    this.#compareRoot('end', this.#roots.end?.stateRoot, -1)
  }

  #apply(record: MessageRecord): ApplyResult {
    const context = this.#at(record.epoch)
    const [from, to] = [readAddress(record.from), readAddress(record.to)]
    const value = BigInt(record.value)
    const params = fromHex(record.params)
    if (record.kind === 'message') {
      const sender = this.tree.resolve(from)
      const nonce = (sender === undefined ? undefined : this.tree.get(sender))?.sequence ?? 0n
      const method = BigInt(record.method)
      const message = { version: 0n, from, to, nonce, value, method, params, ...NO_GAS }
      return applyMessage(this.tree, context, message, 0)
    }
    // The gas reward of a block is not paid by any message of the trace: it appears in the system actor.
    if (record.kind === 'reward') this.tree.deposit(SYSTEM_ACTOR, value)
    const payload = params.length > 0 ? Payload.raw(params) : null
    const method = Number(record.method)
    return applyImplicit(this.tree, context, { from, to, method, params: payload, value })
  }

  #compareChanges({ changed }: MessageRecord): Mismatch | undefined {
    for (const record of changed) {
      const found = compareActor(record, this.tree.get(actorId(record.id)), this.#recorded)
      if (found) return found
    }
    return this.#compareUnchanged((id) => changed.some((record) => record.id === id))
  }

  #compareHeads({ heads }: CompactRecord): Mismatch | undefined {
    for (const id in heads) {
      const actor = this.tree.get(actorId(Number(id)))!
      const found = compareHead(heads[id]!, actor, this.#recorded)
      if (found) return { actor: Number(id), ...found }
    }
    return this.#compareUnchanged((id) => id in heads)
  }

  /** Nothing but what was recorded differs from what it was after the last record. */
  #compareUnchanged(isRecorded: (id: ActorId) => boolean): Mismatch | undefined {
    let extra: ActorId | undefined
    for (const id of this.tree.dirty) {
      const now = this.tree.get(id)
      if (extra === undefined && !isRecorded(id) && differs(this.#before.get(id), now)) extra = id
      this.#before.set(id, now)
    }
    this.tree.snapshot()
    return extra === undefined
      ? undefined
      : { actor: extra, ...mismatchOf('actor', 'unchanged', 'changed') }
  }

  #compareRoot(at: string, recorded: string | undefined, record: number): void {
    if (recorded === undefined || this.difference) return
    const root = this.tree.root().hex
    if (root !== recorded) this.#fail(record, at, mismatchOf('state root', recorded, root))
  }

  /** The context of a record; one object for all, since none outlives its record. */
  #at(epoch: ChainEpoch): MachineContext {
    this.#context.epoch = epoch
    this.#context.timestamp = this.#genesisTime + EPOCH_SECONDS * epoch
    return this.#context
  }

  #count({ call }: ApplyResult): void {
    this.equal++
    if (call) this.#options.observe?.(call, (id) => this.tree.get(actorId(id))?.type)
  }

  #failMessage({ i, kind, label, epoch }: MessageRecord, found: Mismatch): void {
    this.#fail(i, `${kind} ${label ?? ''} at epoch ${epoch}`, found)
  }

  #fail(record: number, label: string, found: Mismatch): void {
    this.difference = { record, label, ...found }
  }
}

const NO_GAS = { gasLimit: 0n, gasFeeCap: 0n, gasPremium: 0n }

function differs(a: Actor | undefined, b: Actor | undefined): boolean {
  if (a === b) return false
  if (!a || !b) return true
  if (a.balance !== b.balance || a.sequence !== b.sequence || a.type !== b.type) return true
  return a.state !== b.state && !a.state.cid().equals(b.state.cid())
}

const readAddress = (hex: string): Address => addressFromBytes(fromHex(hex))

function readActor(record: ActorRecord, store: BlockSource): Actor {
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
