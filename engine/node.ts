/**
 * A node: the chain, the messages waiting for it, and the providers whose keys it holds. Synchronous throughout;
 * time is the epoch, and passes when somebody asks for a tipset.
 */
import { type Manifest, manifestOf } from '../actors/manifest.ts'
import type { Syscalls } from '../actors/ports.ts'
import type { MinerEndowment } from '../actors/power-against-miners.ts'
import { currentTotalPower } from '../actors/power/claims.ts'
import { SYSTEM_ACTOR } from '../actors/singletons.ts'
import { type Address, PROTOCOL } from '../primitives/address.ts'
import type { Cid } from '../primitives/cid.ts'
import { recover } from '../primitives/crypto/secp256k1.ts'
import { InvalidInput } from '../primitives/invalid-input.ts'
import { verifySignature } from '../primitives/signing.ts'
import type { ActorId, ChainEpoch, TokenAmount } from '../primitives/units.ts'
import {
  applyBlocks,
  type ExecutableBlock,
  type MessageOutcome,
  type MessageWatcher,
  passNullRounds,
} from './chain/apply-tipset.ts'
import { BLOCK_GAS_LIMIT, computeBaseFee, type FeeMessage } from './chain/base-fee.ts'
import type { BlockHeader } from './chain/block.ts'
import { type BlockMessages, ChainStore, type Execution } from './chain/chain-store.ts'
import { amended, execution, genesisExecution } from './chain/execution.ts'
import { chainLength, type Message, type SignedMessage, signedMessageCid } from './chain/message.ts'
import { chainRandomness } from './chain/randomness.ts'
import { supplyOf } from './chain/supply.ts'
import { makeTipset, minTicket, type Tipset } from './chain/tipset.ts'
import { isUnsigned } from './chain/unsigned.ts'
import { tipsetWeight } from './chain/weight.ts'
import type { ConsensusCrypto } from './consensus/crypto.ts'
import { verifyConsensusFault } from './consensus/faults.ts'
import type { Forecast, ForecastRequest } from './consensus/forecast.ts'
import { passedWins } from './consensus/passed-epochs.ts'
import { powerStateOf } from './consensus/lookback.ts'
import {
  byKind,
  type Election,
  electionCandidates,
  electWinners,
  makeBlock,
  type Parent,
  type StorageProofs,
  type Winner,
  type WorkerKeys,
} from './consensus/producer.ts'
import { MessagePool } from './mempool/pool.ts'
import { selectMessages } from './mempool/selection.ts'
import type { NetworkParams } from './network-params.ts'
import type { MachineContext } from './vm/context.ts'
import { applyImplicit, applyMessage, type ApplyResult, systemMessage } from './vm/executor.ts'
import { type Actors, StateTree } from './vm/state-tree.ts'
import { computeUnsealedSectorCid } from './vm/unsealed-cid.ts'

/** How often a state root is computed: at every tipset, or never, with a running digest in its place. */
export type RootsDial = 'every-tipset' | 'deferred'

export interface NodeOptions {
  readonly params: NetworkParams
  readonly crypto: ConsensusCrypto
  readonly keys: WorkerKeys
  readonly roots: RootsDial
  /** Money that existed at genesis outside the reward and reserve actors: vested from the start. */
  readonly genesisSupply: TokenAmount
  /** What storage is proven with. Where there are none, no proof of storage holds. */
  readonly proofs?: StorageProofs | undefined
  /** Epochs of history that are kept; all of it when undefined. At least two finalities. */
  readonly keep?: number
}

export interface CallOptions {
  /** Whose state it runs on; the head's by default. */
  readonly tipset?: Tipset
  readonly traced?: boolean
  /** Bytes the message would take on chain. */
  readonly length?: number
  /** Waiting messages that come before it. */
  readonly prior?: readonly SignedMessage[]
  /** Epoch it runs in; the one after the tipset's by default. */
  readonly epoch?: ChainEpoch
  /** Whole gas; a block's by default. */
  readonly gasLimit?: number
  /** Whether any actor may send it, as if it had a key. */
  readonly anySender?: boolean
  /** Changes the state before anything runs. */
  readonly prepare?: ((tree: StateTree) => void) | undefined
  /** What is to be different in the machine's surroundings. */
  readonly surroundings?: Partial<MachineContext> | undefined
  /** What answers in place of the node's own. */
  readonly syscalls?: Partial<Syscalls>
  /** Looks at the state before and after it. */
  readonly watcher?: { before(tree: StateTree): void; after(tree: StateTree): void }
}

/** What may be set against the protocol. A value, replaced and never changed. */
export interface NodeOverrides {
  /** attoFIL per gas in the next tipset; afterwards it moves by the rules again. */
  readonly nextBaseFee?: TokenAmount | undefined
  /** The only miner that makes blocks. */
  readonly producer?: ActorId | undefined
  /** attoFIL that were made out of nothing. They do not count as circulating. */
  readonly minted: TokenAmount
  /** What miners were given without sectors to show for it. */
  readonly endowed: ReadonlyMap<ActorId, MinerEndowment>
}

/** A moment of a node to come back to. */
export interface NodeMoment {
  readonly done: Execution
  readonly restorePool: () => void
  readonly overrides: NodeOverrides
}

export interface MineOptions {
  /** Whether providers are paid for the null rounds before as if there were blocks in them. */
  readonly earning?: boolean
  /** Whether one winner's block will do, which costs less. */
  readonly alone?: boolean
}

export type TipsetListener = (tipset: Tipset) => void
export type MessageListener = (signed: SignedMessage) => void

export class Node {
  readonly params: NetworkParams
  readonly crypto: ConsensusCrypto
  readonly manifest: Manifest
  readonly store: ChainStore
  readonly pool: MessagePool
  readonly #options: NodeOptions
  /** What this node's elections are held and judged with. */
  readonly election: Election
  /** Genesis, to begin again. */
  readonly origin: NodeMoment
  /** Given the calldata of what contracts print. */
  print: MachineContext['print']
  overrides: NodeOverrides = { minted: 0n, endowed: new Map() }
  readonly #listeners = new Set<TipsetListener>()
  readonly #messageListeners = new Set<MessageListener>()
  /** State after the head, with its cache of live actors. */
  #tree: StateTree

  constructor(options: NodeOptions, genesisTree: StateTree) {
    const { params, crypto, keys, roots, proofs } = options
    this.#options = options
    this.params = params
    this.crypto = crypto
    this.manifest = manifestOf(params.bundle)
    this.store = new ChainStore(genesisExecution(params, genesisTree, roots))
    this.pool = new MessagePool(params.chainId)
    this.#tree = genesisTree
    this.election = { params, crypto, store: this.store, keys, proofs }
    this.origin = this.save()
  }

  get head(): Tipset {
    return this.store.head
  }

  get roots(): RootsDial {
    return this.#options.roots
  }

  /** State after the head. Not to be written to: use `fork` for that. */
  get state(): StateTree {
    return this.#tree
  }

  /**
   * Writes to the state after the head, as no message could: the head then did this too. Where `write` throws, nothing is
   * changed.
   */
  edit<T>(write: (tree: StateTree) => T): T {
    const tree = this.#tree
    const mark = tree.begin()
    let kept = false
    let result: T
    try {
      result = write(tree)
      kept = true
    } finally {
      tree.end(mark, kept)
    }
    this.store.amend(amended(this.store.execution(this.head), tree, this.#options.roots))
    this.pool.reconcile(tree)
    return result
  }

  /** The machine's surroundings of what comes right after the head. */
  nextContext(): MachineContext {
    const at = this.surroundings(this.head, this.store.execution(this.head).state)
    return at(this.head.height + 1)
  }

  /** Gas that a block may hold and a message ask for. @throws InvalidInput above what the protocol allows. */
  setBlockGasLimit(limit: number): void {
    if (limit < 1 || limit > BLOCK_GAS_LIMIT)
      throw new InvalidInput('gasLimit', `expected 1 to ${BLOCK_GAS_LIMIT}, got ${limit}`)
    this.pool.gasLimit = limit
  }

  save(): NodeMoment {
    const { pool, store, head, overrides } = this
    return { done: store.execution(head), restorePool: pool.save(), overrides }
  }

  /** Whether a moment can be gone back to: its tipset is still on the chain. */
  holds({ done: { tipset } }: NodeMoment): boolean {
    return this.store.at(tipset.height)?.key === tipset.key
  }

  /** Goes back by a number of tipsets, at most to genesis. What waits stays, as far as it can still follow. */
  rollback(tipsets: number): void {
    let to = this.head
    for (let i = 0; i < tipsets; i++) to = this.store.parent(to) ?? to
    this.store.rollback(to)
    this.#tree = new StateTree(this.manifest, this.store.execution(to).state)
    this.pool.reconcile(this.#tree)
  }

  restore({ done, restorePool, overrides }: NodeMoment): void {
    this.store.rollback(done.tipset)
    this.store.amend(done)
    this.#tree = new StateTree(this.manifest, done.state)
    restorePool()
    this.overrides = overrides
  }

  /** A tree of its own over the state after a tipset. */
  fork(tipset: Tipset = this.head): StateTree {
    return new StateTree(this.manifest, this.store.execution(tipset).state)
  }

  /**
   * Queues a signed message.
   * @param verified - whether the signature is known to be good: the sender was recovered from it.
   * @throws InvalidMessage
   */
  push(signed: SignedMessage, verified = false): Cid {
    const cid = this.pool.add(signed, this.#tree, verified)
    for (const listener of this.#messageListeners) listener(signed)
    return cid
  }

  /** Calls `listener` after each new head, until the returned function is called. */
  subscribe(listener: TipsetListener): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** Calls `listener` after each message that begins to wait, until the returned function is called. */
  subscribeMessages(listener: MessageListener): () => void {
    this.#messageListeners.add(listener)
    return () => this.#messageListeners.delete(listener)
  }

  /**
   * Makes the next tipset: the first epoch, after `skip` null rounds, that somebody wins.
   * @throws Error when no provider whose key is here has power and the sectors it stands for.
   */
  mine(skip = 0, { earning = false, alone = false }: MineOptions = {}): Tipset {
    const first = this.head.height + 1 + skip
    for (let tries = 0; tries < MAX_NULL_ROUNDS; tries++) {
      const made = this.mineAt(first + tries, earning ? first : 0, alone)
      if (made) return made
    }
    throw new Error(
      `nobody won a block in ${MAX_NULL_ROUNDS} epochs: no provider here has power and can prove its sectors`,
    )
  }

  /**
   * Holds the election of one epoch; undefined when nobody wins it.
   * @param earnedTo - null rounds before this epoch are paid.
   * @param alone - as of `MineOptions`.
   */
  mineAt(epoch: ChainEpoch, earnedTo: ChainEpoch = 0, alone = false): Tipset | undefined {
    const { producer } = this.overrides
    const anyone = alone && producer === undefined
    const winners = electWinners(this.election, this.head, epoch, anyone).filter(
      ({ miner }) => producer === undefined || miner === producer,
    )
    if (winners.length === 0) return undefined
    const { blocks, messages } = this.#makeBlocks(epoch, winners)
    return this.accept(blocks, messages, earnedTo)
  }

  #makeBlocks(epoch: ChainEpoch, winners: readonly Winner[]) {
    const parent = this.parentOf(this.head)
    const { pool } = this
    const picked = selectMessages(pool.pending(), winners.length, parent.baseFee, pool.gasLimit)
    const chosen = picked.map(byKind)
    const blocks = winners.map((winner, i) =>
      makeBlock(this.election, parent, epoch, winner, chosen[i]!),
    )
    return { blocks, messages: chosen }
  }

  /** What a block on `tipset` takes from it. */
  parentOf(tipset: Tipset): Parent {
    const done = this.store.execution(tipset)
    const power = currentTotalPower(powerStateOf(done.state)).qa
    const first = tipset.blocks[0]!
    const wins = tipset.blocks.reduce((n, { electionProof }) => n + electionProof!.winCount, 0)
    return {
      execution: done,
      weight: tipsetWeight(first.parentWeight, power, wins),
      baseFee: this.baseFeeAfter(tipset),
    }
  }

  /** Where forecasts of this node's elections begin. */
  forecastStart(): Forecast['next'] {
    return { from: this.head.height + 1, parentTicket: minTicket(this.head).vrfProof }
  }

  /** What another thread needs to hold `epochs` elections, as power stands now. */
  forecastRequest({ from, parentTicket }: Forecast['next'], epochs: number): ForecastRequest {
    const { candidates, totalPower } = electionCandidates(this.election, this.head, from)
    return { crypto: this.crypto.options, from, epochs, parentTicket, candidates, totalPower }
  }

  /** Base fee for messages in a child of `tipset`, attoFIL per gas. */
  baseFeeAfter(tipset: Tipset): TokenAmount {
    const { nextBaseFee } = this.overrides
    if (nextBaseFee !== undefined && tipset.key === this.head.key) return nextBaseFee
    const blocks = tipset.cids.map((cid) => {
      const { bls, secp } = this.store.messagesOf(cid)
      return [...bls, ...secp].map(feeMessage)
    })
    return computeBaseFee(this.params.networkVersion, tipset.blocks[0]!.parentBaseFee, blocks)
  }

  /** Executes blocks on the head, and makes them the head. Blocks come in ticket order. `earnedTo` as of `mineAt`. */
  accept(
    blocks: readonly BlockHeader[],
    messages: readonly BlockMessages[],
    earnedTo: ChainEpoch = 0,
  ): Tipset {
    return this.adopt(this.#execute(makeTipset(blocks), messages, earnedTo), messages)
  }

  /** Makes an executed child of the head the head; `tree` is the state after it. */
  adopt(done: Execution, messages: readonly BlockMessages[], tree = this.#tree): Tipset {
    const { tipset } = done
    this.#tree = tree
    this.store.put(done, messages)
    this.store.setHead(tipset)
    this.overrides = { ...this.overrides, nextBaseFee: undefined }
    this.pool.reconcile(this.#tree)
    const { keep } = this.#options
    if (keep !== undefined) this.store.prune(tipset.height - keep)
    for (const listener of this.#listeners) listener(tipset)
    return tipset
  }

  #execute(tipset: Tipset, messages: readonly BlockMessages[], earnedTo: ChainEpoch): Execution {
    const parent = this.head
    const before = this.store.execution(parent)
    const tree = this.#tree
    const at = this.surroundings(tipset, before.state)
    const { height } = tipset
    const wins = passedWins(this.election, tree, parent, Math.min(earnedTo, height) - 1)
    passNullRounds(tree, parent.height, height, at, wins)
    const context = at(height)
    const hasMessages = messages.some(({ bls, secp }) => bls.length + secp.length > 0)
    const start = hasMessages ? { state: tree.snapshot(), context } : undefined
    const outcomes = applyBlocks(tree, executableBlocks(tipset, messages), context)
    return execution(tipset, outcomes, tree, before, this.#options.roots, start)
  }

  /**
   * Runs the messages of a kept tipset again, with all calls written down.
   * @param observer - told of the instructions of contracts.
   */
  retrace(
    tipset: Tipset,
    watcher?: MessageWatcher,
    observer?: MachineContext['observer'],
  ): readonly MessageOutcome[] {
    const { start } = this.store.execution(tipset)
    if (!start) return []
    const messages = tipset.cids.map((cid) => this.store.messagesOf(cid))
    const tree = new StateTree(this.manifest, start.state)
    const context = { ...start.context, traced: true, observer, print: undefined }
    return applyBlocks(tree, executableBlocks(tipset, messages), context, watcher)
  }

  /** The machine's surroundings while `tipset` executes on `before`. */
  surroundings(tipset: Tipset, before: Actors): (epoch: ChainEpoch) => MachineContext {
    const { params } = this
    const { filCirculating } = this.supply(before, tipset.height)
    // A tipset that is being made stands on the head; any other is on the chain itself.
    const base = tipset.height > this.head.height ? this.head : tipset
    // With all its keys, so that a copy for each of many null rounds is a plain one.
    const shared: MachineContext = {
      epoch: tipset.height,
      timestamp: 0,
      networkVersion: params.networkVersion,
      chainId: params.chainId,
      baseFee: tipset.blocks[0]!.parentBaseFee,
      circulatingSupply: filCirculating,
      policy: params.policy,
      randomness: chainRandomness(this.store, this.crypto, tipset),
      syscalls: { ...SYSCALLS, ...this.#options.proofs?.verifier },
      metered: true,
      traced: false,
      print: this.print,
    }
    return (epoch) => ({
      ...shared,
      syscalls: { ...shared.syscalls, verifyConsensusFault: this.#consensusFaults(base, epoch) },
      epoch,
      timestamp: params.genesisTime + params.blockDelay * epoch,
    })
  }

  #consensusFaults(base: Tipset, epoch: ChainEpoch): Syscalls['verifyConsensusFault'] {
    const context = { election: this.election, base, epoch }
    return (header1, header2, extra) => verifyConsensusFault(context, header1, header2, extra)
  }

  /** Circulating supply in a state, by its parts. */
  supply(state: Actors, epoch: ChainEpoch) {
    return supplyOf(state, epoch, this.params, this.#options.genesisSupply)
  }

  /**
   * What a message would do after a tipset; nothing is kept. Nonce and gas need not be right: the sender's own nonce is
   * taken, and gas is free. A delegated sender that does not exist yet is made first.
   */
  call(message: Message, options: CallOptions = {}): ApplyResult {
    const { tipset = this.head, traced = false, length = CALL_LENGTH, prior = [] } = options
    const { epoch = tipset.height + 1, gasLimit = BLOCK_GAS_LIMIT, anySender = false } = options
    const tree = this.fork(tipset)
    const at = this.surroundings(tipset, this.store.execution(tipset).state)
    const own = at(epoch)
    const syscalls = { ...own.syscalls, ...options.syscalls }
    const context = { ...own, ...options.surroundings, syscalls, traced }
    options.prepare?.(tree)
    const charged = { ...context, baseFee: this.baseFeeAfter(tipset) }
    for (const signed of prior)
      applyMessage(tree, charged, signed.message, chainLength(signed), isUnsigned(signed))
    const free = { ...context, baseFee: options.surroundings?.baseFee ?? 0n }
    const sender = tree.resolve(message.from) ?? makeSender(tree, free, message.from)
    const nonce = (sender === undefined ? undefined : tree.get(sender))?.sequence ?? 0n
    const gasless = { gasLimit: BigInt(gasLimit), gasFeeCap: 0n, gasPremium: 0n, nonce }
    options.watcher?.before(tree)
    const result = applyMessage(tree, free, { ...message, ...gasless }, length, anySender)
    options.watcher?.after(tree)
    return result
  }

  /** Nonce for the next message of an address; parameters as of `MessagePool.nextNonce`. @throws InvalidMessage */
  nextNonce(address: Address, anySender = false): bigint {
    return this.pool.nextNonce(address, this.#tree, anySender)
  }
}

/** An election is won with probability 1 - e⁻⁵ where all power is here: this many losses are a missing key. */
const MAX_NULL_ROUNDS = 1000

/** Bytes on chain assumed for a message that has no signature yet. */
const CALL_LENGTH = 256

const executableBlocks = (
  { blocks }: Tipset,
  messages: readonly BlockMessages[],
): ExecutableBlock[] =>
  blocks.map(({ miner, electionProof }, i) => ({
    miner,
    winCount: electionProof!.winCount,
    messages: [...messages[i]!.bls, ...messages[i]!.secp],
  }))

/** A first transfer of nothing makes the placeholder of an f410 address, which may then send. */
function makeSender(tree: StateTree, context: MachineContext, from: Address): ActorId | undefined {
  if (from.protocol !== PROTOCOL.delegated) return undefined
  const unmetered = { ...context, metered: false, traced: false }
  applyImplicit(tree, unmetered, { ...systemMessage(SYSTEM_ACTOR, 0), to: from })
  return tree.resolve(from)
}

/** What actors ask of the world. Where nobody verifies proofs, none holds. */
export const SYSCALLS: Syscalls = {
  verifySignature: (type, data, signer, plaintext) =>
    verifySignature({ type, data }, signer, plaintext),
  recoverSecpPublicKey: (hash, signature) => recover(hash, signature) ?? null,
  verifyPost: () => false,
  batchVerifySeals: (seals) => seals.map(() => false),
  verifyAggregateSeals: () => false,
  verifyReplicaUpdate: () => false,
  verifyConsensusFault: () => null,
  computeUnsealedSectorCid,
}

const feeMessage = (signed: SignedMessage): FeeMessage => {
  const { from, nonce, gasLimit, gasFeeCap, gasPremium } = signed.message
  return {
    cid: signedMessageCid(signed).key,
    from: from.key,
    nonce,
    gasLimit: Number(gasLimit),
    gasFeeCap,
    gasPremium,
  }
}
