/**
 * A runtime for the tests of one actor: it plays the world around it from what a test says, and writes down what the
 * actor does to that world. Calls it makes are answered from `replies`, in order, and with success when there are none.
 */
import { type ActorDefinition, invokeMethod } from '../../actors/actor.ts'
import { type ActorType, type Manifest, manifestOf } from '../../actors/manifest.ts'
import { ActorError, asActorError } from '../../actors/errors.ts'
import { Payload } from '../../actors/payload.ts'
import { MAINNET_POLICY, type Policy } from '../../actors/policy.ts'
import type { Syscalls } from '../../actors/ports.ts'
import {
  type Draft,
  ErrorNumber,
  type EventEntry,
  ExitCode,
  type MethodNum,
  notFuture,
  require,
  type Runtime,
  type SendOptions,
  type SendResult,
  SyscallError,
} from '../../actors/runtime.ts'
import { SYSTEM_ACTOR } from '../../actors/singletons.ts'
import { actorAddress, type Address, delegatedParts } from '../../primitives/address.ts'
import { assert, defined } from '../../primitives/assert.ts'
import { int64be, utf8 } from '../../primitives/bytes.ts'
import { type Cid, cidOf } from '../../primitives/cid.ts'
import { blake2b256 } from '../../primitives/crypto/hash.ts'
import { type ActorId, actorId, type ChainEpoch, type TokenAmount } from '../../primitives/units.ts'

/** An actor that the one under test can see. */
export interface FakeActor {
  readonly type?: ActorType
  readonly balance?: TokenAmount
  readonly delegated?: Address
  /** Addresses that resolve to it, besides its ID address. */
  readonly addresses?: readonly Address[]
}

export interface FakeReply {
  readonly exitCode?: ExitCode
  readonly ret?: Payload | null
  /** The call cannot be made. */
  readonly error?: ErrorNumber
  /** What else the callee does to the world. */
  readonly effect?: () => void
}

export interface Sent {
  readonly to: Address | ActorId
  readonly method: MethodNum
  readonly params: Payload | null
  readonly value: TokenAmount
  readonly options: SendOptions
}

export interface FakeOptions {
  caller?: ActorId
  callerType?: ActorType
  receiver?: ActorId
  origin?: ActorId
  nonce?: bigint
  method?: MethodNum
  readOnly?: boolean
  epoch?: ChainEpoch
  /** Of the receiver, `value` included. */
  balance?: TokenAmount
  value?: TokenAmount
  gasPremium?: TokenAmount
  circulatingSupply?: TokenAmount
  policy?: Policy
  actors?: ReadonlyMap<number, FakeActor>
  replies?: readonly FakeReply[]
  /** Answers sends instead of `replies`. */
  answer?: (sent: Sent) => FakeReply
  syscalls?: Partial<Syscalls>
}

export class FakeRuntime<S> implements Runtime<S> {
  caller: ActorId
  receiver: ActorId
  origin: ActorId
  nonce: bigint
  gasPremium: TokenAmount
  value: TokenAmount
  method: MethodNum
  readOnly: boolean
  epoch: ChainEpoch
  readonly timestamp = 1_598_306_400
  readonly networkVersion = 28
  readonly chainId = 314n
  readonly baseFee = 100n
  circulatingSupply: TokenAmount
  policy: Policy
  readonly manifest: Manifest = manifestOf('mainnet')
  readonly syscalls: Syscalls

  readonly actors: Map<number, FakeActor>
  replies: FakeReply[]
  readonly #answer: ((sent: Sent) => FakeReply) | undefined
  /** Calls made, those that failed too. */
  readonly sent: Sent[] = []
  readonly events: (readonly EventEntry[])[] = []
  readonly created: { type: ActorType; id: ActorId; delegated: Address | null }[] = []
  deleted = false

  #state: S | undefined
  #balance: TokenAmount
  #inTransaction = false
  #validations = 0

  constructor(state?: S, options: FakeOptions = {}) {
    this.#state = state
    this.caller = options.caller ?? SYSTEM_ACTOR
    this.receiver = options.receiver ?? actorId(1000)
    this.origin = options.origin ?? this.caller
    this.nonce = options.nonce ?? 0n
    this.method = options.method ?? 0
    this.readOnly = options.readOnly ?? false
    this.epoch = options.epoch ?? 0
    this.value = options.value ?? 0n
    this.gasPremium = options.gasPremium ?? 0n
    this.circulatingSupply = options.circulatingSupply ?? 0n
    this.policy = options.policy ?? MAINNET_POLICY
    this.actors = new Map(options.actors ?? [])
    if (options.callerType) this.actors.set(this.caller, { type: options.callerType })
    this.replies = [...(options.replies ?? [])]
    this.#answer = options.answer
    this.#balance = options.balance ?? this.value
    this.syscalls = options.syscalls as Syscalls
  }

  /**
   * Calls a method: parameters may be a payload, or a value of the type the method declares. Unlike the machine, it does
   * not undo what a failing method did, so that a test can see it.
   */
  call<R = unknown>(definition: ActorDefinition<S>, method: MethodNum, params?: unknown): R {
    this.method = method
    this.#validations = 0
    const found = definition.methods[Number(method)]
    const codec = found?.params
    const payload =
      params === undefined || params instanceof Payload
        ? (params ?? null)
        : Payload.of(defined(codec, `parameters of method ${method}`), params)
    const result = invokeMethod(definition, this, payload)
    assert(this.#validations === 1, `method ${method} accepted no caller`)
    return (result && found?.returns ? result.as(found.returns) : result) as R
  }

  acceptAnyCaller(): void {
    this.#validate(true)
  }
  acceptCaller(...ids: readonly ActorId[]): void {
    this.#validate(ids.includes(this.caller))
  }
  acceptCallerType(...types: readonly ActorType[]): void {
    const type = this.typeOf(this.caller)
    this.#validate(type !== undefined && types.includes(type))
  }
  acceptCallerNamespace(...namespaces: readonly ActorId[]): void {
    const delegated = this.delegatedAddressOf(this.caller)
    this.#validate(
      delegated !== undefined &&
        namespaces.some((id) => BigInt(id) === delegatedParts(delegated).namespace),
    )
  }

  #validate(accepted: boolean): void {
    assert(this.#validations === 0, 'a method accepts its caller once')
    require(accepted, ExitCode.Forbidden, `caller ${this.caller} is not accepted`)
    this.#validations++
  }

  balance(): TokenAmount {
    return this.#balance
  }
  balanceOf(id: ActorId): TokenAmount | undefined {
    return id === this.receiver ? this.#balance : this.actors.get(id)?.balance
  }
  resolve(address: Address): ActorId | undefined {
    if (address.protocol === 0) return address.id
    for (const [id, { addresses, delegated }] of this.actors)
      if ([...(addresses ?? []), ...(delegated ? [delegated] : [])].some((a) => a.equals(address)))
        return actorId(id)
    return undefined
  }
  /** Singletons and the caller are accounts unless the test says otherwise. */
  typeOf(id: ActorId): ActorType | undefined {
    const known = this.actors.get(id)
    if (known) return known.type ?? 'account'
    return id < 100 || id === this.caller ? 'account' : undefined
  }
  delegatedAddressOf(id: ActorId): Address | undefined {
    return this.actors.get(id)?.delegated
  }

  state(): S {
    require(this.#state !== undefined, ExitCode.IllegalState, 'no state')
    return Object.freeze(this.#state) as S
  }
  create(state: S): void {
    require(this.#state === undefined, ExitCode.IllegalState, 'state exists')
    this.#state = state
  }
  transaction<R>(body: (state: Draft<S>) => R): R {
    const draft = { ...this.state() }
    this.#inTransaction = true
    try {
      const result = body(draft as Draft<S>)
      require(!this.readOnly, ExitCode.ReadOnly, 'read-only')
      this.#state = draft
      return result
    } finally {
      this.#inTransaction = false
    }
  }

  send(
    to: Address | ActorId,
    method: MethodNum,
    params: Payload | null,
    value: TokenAmount,
    options: SendOptions = {},
  ): SendResult {
    if (this.#inTransaction) throw new SyscallError(ErrorNumber.IllegalOperation, 'in transaction')
    const sent = { to, method, params, value, options }
    this.sent.push(sent)
    const reply = (this.#answer ? this.#answer(sent) : this.replies.shift()) ?? {}
    if (reply.error !== undefined) throw new SyscallError(reply.error, 'as the test says')
    if (value > this.#balance) throw new SyscallError(ErrorNumber.InsufficientFunds, 'not enough')
    const exitCode = reply.exitCode ?? ExitCode.Ok
    if (exitCode === ExitCode.Ok) {
      this.#balance -= value
      reply.effect?.()
    }
    return { exitCode, ret: reply.ret ?? null }
  }

  /** What was sent, without parameters: receiver's number, method and value. */
  get transfers(): [to: number | string, method: MethodNum, value: TokenAmount][] {
    return this.sent.map(({ to, method, value }) => [
      typeof to === 'number' ? to : (to.id ?? to.toString()),
      method,
      value,
    ])
  }

  newActorAddress(): Address {
    return actorAddress(utf8(`actor ${this.created.length}`))
  }
  createActor(type: ActorType, id: ActorId, delegated: Address | null): void {
    assert(!this.#inTransaction, 'create in a transaction')
    this.created.push({ type, id, delegated })
    this.actors.set(id, { type, balance: 0n, ...(delegated ? { delegated } : {}) })
  }
  deleteActor(): void {
    require(this.#balance === 0n, ExitCode.IllegalArgument, 'holds funds')
    this.deleted = true
  }

  ticketDigest(epoch: ChainEpoch): Uint8Array {
    notFuture(epoch, this.epoch)
    return blake2b256(utf8('ticket'), int64be(epoch))
  }
  beaconDigest(epoch: ChainEpoch): Uint8Array {
    notFuture(epoch, this.epoch)
    return blake2b256(utf8('beacon'), int64be(epoch))
  }
  tipsetCid(epoch: ChainEpoch): Cid {
    notFuture(epoch, this.epoch)
    return cidOf(int64be(epoch))
  }
  emit(entries: readonly EventEntry[]): void {
    this.events.push(entries)
  }
  chargeGas(): void {}
  gasAvailable(): bigint {
    return 10_000_000_000n
  }
  growMemory(): void {}
}

/** Whether a call is refused with this exit code: the second argument of `assert.throws`. */
export function exitsWith(exitCode: ExitCode): (error: unknown) => boolean {
  return (error) => {
    const actual = error instanceof SyscallError ? asActorError(error) : error
    if (!(actual instanceof ActorError)) throw error
    if (actual.exitCode === exitCode) return true
    throw new Error(`expected exit code ${exitCode}, got ${actual.exitCode}: ${actual.message}`)
  }
}
