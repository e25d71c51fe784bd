/**
 * A network to fuzz: our actors on a state tree, with a host whose proofs and signatures hold unless their first byte is
 * zero. All chance comes from one generator, so that a seed gives the same run.
 */
import { type CheckedActors, factsOfGenesis, type NetworkFacts } from '../../actors/invariants.ts'
import type { InitState } from '../../actors/init/state.ts'
import { manifestOf } from '../../actors/manifest.ts'
import type { MinerState } from '../../actors/miner/state.ts'
import type { Syscalls } from '../../actors/ports.ts'
import type { PowerState } from '../../actors/power/state.ts'
import { CRON_ACTOR, INIT_ACTOR, POWER_ACTOR, SYSTEM_ACTOR } from '../../actors/singletons.ts'
import type { NetworkParams } from '../../engine/network-params.ts'
import { actorMap } from '../../engine/replay/end-state.ts'
import type { MachineContext } from '../../engine/vm/context.ts'
import {
  applyImplicit,
  applyMessage,
  type ApplyResult,
  type ImplicitMessage,
  systemMessage,
} from '../../engine/vm/executor.ts'
import type { StateTree } from '../../engine/vm/state-tree.ts'
import { computeUnsealedSectorCid } from '../../engine/vm/unsealed-cid.ts'
import { type Address, idAddress } from '../../primitives/address.ts'
import { int64be, utf8 } from '../../primitives/bytes.ts'
import { cidOf } from '../../primitives/cid.ts'
import { type Codec, encode } from '../../primitives/codec.ts'
import { blake2b256 } from '../../primitives/crypto/hash.ts'
import { Prng } from '../../primitives/prng.ts'
import {
  type ActorId,
  actorId,
  type ChainEpoch,
  fil,
  type TokenAmount,
} from '../../primitives/units.ts'
import { fuzzGenesis } from './genesis.ts'

/** Exit codes of messages by what they tried. */
export type Outcomes = Map<string, Map<number, number>>

export interface Sent {
  readonly to: ActorId
  readonly method: number
  readonly params: Uint8Array
}

export class World {
  readonly prng: Prng
  readonly params: NetworkParams
  readonly users: readonly ActorId[]
  readonly outcomes: Outcomes = new Map()
  /** Messages sent lately, to be sent again with something changed. */
  readonly recent: Sent[] = []
  /** What actions remember of what they began. */
  readonly plans = new Map<string, unknown>()
  tree: StateTree
  /** Whether what is being done is done carelessly: see `mostly`. */
  careless = false
  epoch: ChainEpoch = 0
  facts: NetworkFacts
  #nextId: number

  constructor(seed: string, params: NetworkParams) {
    this.prng = new Prng(`fuzz ${seed}`)
    this.params = params
    const genesis = fuzzGenesis(this.prng.fork('genesis'), params, (supply) => this.#at(supply))
    this.tree = genesis.tree
    this.users = genesis.users
    const known = { policy: params.policy, manifest: manifestOf(params.bundle) }
    this.facts = { ...known, ...factsOfGenesis(this.actors(), known) }
    this.#nextId = this.state<InitState>(INIT_ACTOR).nextId
  }

  get policy() {
    return this.params.policy
  }

  actors(): CheckedActors {
    return actorMap(this.tree.snapshot())
  }

  /** State of an actor that exists. */
  state<S>(id: ActorId): S {
    return this.tree.get(id)!.state.get() as S
  }

  miners(): ActorId[] {
    const ids = this.plans.get('miners') as ActorId[] | undefined
    return ids ?? []
  }

  miner(id: ActorId): MinerState {
    return this.state<MinerState>(id)
  }

  balance(id: ActorId): TokenAmount {
    return this.tree.get(id)?.balance ?? 0n
  }

  /** A user's message. Its exit code is counted under `what`. */
  send<P>(
    what: string,
    from: ActorId,
    to: ActorId | Address,
    method: number,
    params: readonly [Codec<P>, P] | null = null,
    value: TokenAmount = 0n,
  ): ApplyResult {
    const bytes = params ? encode(params[0], params[1]) : new Uint8Array()
    return this.sendBytes(what, from, to, BigInt(method), bytes, value)
  }

  sendBytes(
    what: string,
    from: ActorId,
    to: ActorId | Address,
    method: bigint,
    params: Uint8Array,
    value: TokenAmount,
  ): ApplyResult {
    const sender = this.tree.get(from)
    const message = {
      version: 0n,
      from: idAddress(from),
      to: typeof to === 'number' ? idAddress(to) : to,
      nonce: sender?.sequence ?? 0n,
      value,
      method,
      params,
      gasLimit: 0n,
      gasFeeCap: 0n,
      gasPremium: 0n,
    }
    if (typeof to === 'number') this.#remember({ to, method: Number(method), params })
    return this.#count(what, applyMessage(this.tree, this.#at(), message, 0))
  }

  /** A message of the system, with attoFIL out of nowhere, as gas rewards come. */
  implicit(what: string, message: ImplicitMessage, minted: TokenAmount = 0n): ApplyResult {
    this.tree.deposit(SYSTEM_ACTOR, minted)
    this.facts = { ...this.facts, supply: this.facts.supply! + minted }
    return this.#count(what, applyImplicit(this.tree, this.#at(), message))
  }

  /** The end of an epoch. */
  cron(): ApplyResult {
    return applyImplicit(this.tree, this.#at(), systemMessage(CRON_ACTOR, 2))
  }

  #count(what: string, result: ApplyResult): ApplyResult {
    const codes = this.outcomes.get(what) ?? new Map<number, number>()
    this.outcomes.set(what, codes.set(result.exitCode, (codes.get(result.exitCode) ?? 0) + 1))
    if (BROKEN_EXITS.includes(result.exitCode))
      throw new Error(`${what} exited ${result.exitCode}, which no actor may cause`)
    this.#noteMiners()
    return result
  }

  /** The deposit of a new miner is not in the total pledge, whoever made it. */
  #noteMiners(): void {
    const { nextId } = this.state<InitState>(INIT_ACTOR)
    for (let id = this.#nextId; id < nextId; id++) {
      const actor = this.tree.get(actorId(id))
      if (actor?.type !== 'storageminer') continue
      const { lockedFunds } = actor.state.get() as MinerState
      this.facts = { ...this.facts, uncountedPledge: this.facts.uncountedPledge! - lockedFunds }
      this.plans.set('miners', [...this.miners(), actorId(id)])
    }
    this.#nextId = nextId
  }

  #remember(sent: Sent): void {
    if (this.recent.length < MEMORY) this.recent.push(sent)
    else this.recent[this.prng.below(MEMORY)] = sent
  }

  #at(circulatingSupply = CIRCULATING_SUPPLY): MachineContext {
    const { networkVersion, chainId, policy, genesisTime, blockDelay } = this.params
    return {
      epoch: this.epoch,
      timestamp: genesisTime + blockDelay * this.epoch,
      networkVersion,
      chainId,
      baseFee: 100n,
      circulatingSupply,
      policy,
      randomness: RANDOMNESS,
      syscalls: SYSCALLS,
      metered: false,
      traced: false,
    }
  }

  get power(): PowerState {
    return this.state<PowerState>(POWER_ACTOR)
  }
}

const MEMORY = 64
const CIRCULATING_SUPPLY = fil('780000000')
/** Exit codes that only the system may give, and never for what an actor does. */
const BROKEN_EXITS: readonly number[] = [1, 2, 4, 7, 9, 10, 11]

const digest = (what: string, epoch: ChainEpoch): Uint8Array =>
  blake2b256(utf8(what), int64be(epoch))

export const RANDOMNESS = {
  ticketDigest: (epoch: ChainEpoch) => digest('ticket', epoch),
  beaconDigest: (epoch: ChainEpoch) => digest('beacon', epoch),
  tipsetCid: (epoch: ChainEpoch) => cidOf(int64be(epoch)),
}

const holds = (proof: Uint8Array | undefined): boolean => (proof?.[0] ?? 0) !== 0

const SYSCALLS: Syscalls = {
  verifySignature: (_type, signature) => holds(signature),
  recoverSecpPublicKey: () => null,
  verifyPost: ({ proofs }) => holds(proofs[0]?.proofBytes),
  batchVerifySeals: (seals) => seals.map(({ proof }) => holds(proof)),
  verifyAggregateSeals: ({ proof }) => holds(proof),
  verifyReplicaUpdate: ({ proof }) => holds(proof),
  // Headers stand for themselves: the guilty miner's id, and how many epochs ago it was.
  verifyConsensusFault(header1, header2) {
    if (!holds(header1)) return null
    const number = (bytes: Uint8Array): number => Number(new TextDecoder().decode(bytes))
    const [target, epoch] = [number(header1), number(header2)]
    if (!Number.isSafeInteger(target) || !Number.isSafeInteger(epoch)) return null
    return { target: actorId(Math.abs(target)), epoch, type: 'double-fork' }
  },
  computeUnsealedSectorCid,
}
