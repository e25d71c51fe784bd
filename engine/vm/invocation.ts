/**
 * One run of one actor's method: the runtime it sees, over the call manager and the state tree
 * (ref-fvm `kernel`, builtin-actors `runtime/src/runtime/fvm.rs`).
 */
import { abort, ActorError, require, SyscallError } from '../../actors/errors.ts'
import { ErrorNumber, ExitCode } from '../../actors/exit-codes.ts'
import type { ActorType, Manifest } from '../../actors/manifest.ts'
import type { Payload } from '../../actors/payload.ts'
import type { OutgoingCall } from '../../actors/pending-call.ts'
import type { Policy } from '../../actors/policy.ts'
import type { Syscalls } from '../../actors/ports.ts'
import type {
  Draft,
  EventEntry,
  MethodNum,
  Runtime,
  SendOptions,
  SendResult,
} from '../../actors/runtime.ts'
import { INIT_ACTOR } from '../../actors/singletons.ts'
import { type Address, actorAddress, delegatedParts, idAddress } from '../../primitives/address.ts'
import { concatBytes, uint64be } from '../../primitives/bytes.ts'
import type { Cid } from '../../primitives/cid.ts'
import { address as addressCodec, encode } from '../../primitives/codec.ts'
import type { ActorId, ChainEpoch, TokenAmount } from '../../primitives/units.ts'
import type { CallManager } from './call-manager.ts'
import type { Call } from './frame.ts'
import { meteredSyscalls } from './metered-syscalls.ts'
import { PRICES, UNLIMITED } from './price-list.ts'
import { type Actor, type ActorPlace, EMPTY_STATE, stateFields, withState } from './state-tree.ts'

/** Gas a call may still use, as actors are told, where gas is not metered. */
const UNMETERED_GAS = 10_000_000_000n

const MAX_UINT128 = (1n << 128n) - 1n
const NO_OPTIONS: SendOptions = Object.freeze({})
const MAX_EVENT_ENTRIES = 255
const MAX_EVENT_KEY_LENGTH = 31
const MAX_EVENT_VALUE_LENGTH = 8192

export class Invocation implements Runtime {
  readonly receiver: ActorId
  readonly observe: Runtime['observe']
  readonly #manager: CallManager
  readonly #call: Call
  readonly #own: ActorPlace
  #callerValidated = false
  #inTransaction = false

  constructor(manager: CallManager, call: Call, receiver: ActorId) {
    this.#manager = manager
    this.#call = call
    this.receiver = receiver
    this.#own = manager.tree.place(receiver)
    const { observer } = manager.context
    const { depth } = manager
    this.observe = observer && ((step) => observer(step, depth))
  }

  get caller(): ActorId {
    return this.#call.from
  }
  get value(): TokenAmount {
    return this.#call.value
  }
  get method(): MethodNum {
    return this.#call.method
  }
  get readOnly(): boolean {
    return this.#call.readOnly
  }
  get origin(): ActorId {
    return this.#manager.origin.id
  }
  get nonce(): bigint {
    return this.#manager.origin.nonce
  }
  get gasPremium(): TokenAmount {
    return this.#manager.origin.gasPremium
  }
  get epoch(): ChainEpoch {
    return this.#manager.context.epoch
  }
  get timestamp(): number {
    return this.#manager.context.timestamp
  }
  get givenBlock(): Runtime['givenBlock'] {
    return this.#manager.context.givenBlock
  }
  get networkVersion(): number {
    return this.#manager.context.networkVersion
  }
  get chainId(): bigint {
    return this.#manager.context.chainId
  }
  get baseFee(): TokenAmount {
    return this.#manager.context.baseFee
  }
  get circulatingSupply(): TokenAmount {
    return this.#manager.context.circulatingSupply
  }
  get policy(): Policy {
    return this.#manager.context.policy
  }
  get manifest(): Manifest {
    return this.#manager.tree.manifest
  }
  get syscalls(): Syscalls {
    const { context, gas } = this.#manager
    return gas ? meteredSyscalls(context.syscalls, gas) : context.syscalls
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
    const namespace = delegated && delegatedParts(delegated).namespace
    this.#validate(namespaces.some((id) => BigInt(id) === namespace))
  }

  #validate(accepted: boolean): void {
    require(!this
      .#callerValidated, ExitCode.AssertionFailed, 'method must validate caller identity exactly once')
    if (!accepted) abort(ExitCode.Forbidden, `caller ${this.caller} is not one of supported`)
    this.#callerValidated = true
  }

  /** Ends a method that accepted no caller. @throws ActorError `AssertionFailed` */
  checkCallerValidated(): void {
    require(this.#callerValidated, ExitCode.AssertionFailed, 'failed to validate caller')
  }

  balance(): TokenAmount {
    return this.#actor(this.receiver)?.balance ?? 0n
  }

  balanceOf(id: ActorId): TokenAmount | undefined {
    return this.#actor(id)?.balance
  }

  resolve(address: Address): ActorId | undefined {
    return this.#manager.tree.resolve(address)
  }

  typeOf(id: ActorId): ActorType | undefined {
    return this.#actor(id)?.type
  }

  delegatedAddressOf(id: ActorId): Address | undefined {
    return this.#actor(id)?.delegated ?? undefined
  }

  #actor(id: ActorId): Actor | undefined {
    this.#manager.gas?.onRead(id)
    return id === this.receiver ? this.#own.actor : this.#manager.tree.get(id)
  }

  #self(): Actor {
    const self = this.#actor(this.receiver)
    require(self !== undefined, ExitCode.IllegalState, 'actor has been deleted')
    return self
  }

  state(): unknown {
    return this.#self().state.get()
  }

  create(state: unknown): void {
    const self = this.#self()
    require(self.state ===
      EMPTY_STATE, ExitCode.IllegalState, 'failed to create state; the actor has one')
    this.#setState(self, state)
  }

  transaction<R>(body: (state: Draft<unknown>) => R): R {
    const link = this.#self().state
    const { copy, same } = stateFields(link)
    const before = link.get()
    const state = copy(before)
    this.#inTransaction = true
    let result: R
    try {
      result = body(state as Draft<unknown>)
    } finally {
      this.#inTransaction = false
    }
    if (this.readOnly || !same(before, state)) this.#setState(this.#self(), state)
    return result
  }

  #setState(self: Actor, state: unknown): void {
    require(!this.readOnly, ExitCode.ReadOnly, 'state cannot change in a read-only call')
    this.#manager.gas?.onUpdate(this.receiver)
    this.#manager.tree.set(this.receiver, withState(self, state))
  }

  send(
    to: Address | ActorId,
    method: MethodNum,
    params: Payload | null,
    value: TokenAmount,
    options: SendOptions = NO_OPTIONS,
  ): SendResult {
    return this.#manager.send(this.#callTo(to, method, params, value, options))
  }

  /** A call as the machine makes it. @throws SyscallError when this method may not. */
  callOf({ to, method, params, value, options }: OutgoingCall): Call {
    return this.#callTo(to, method, params, value, options)
  }

  #callTo(
    to: Address | ActorId,
    method: MethodNum,
    params: Payload | null,
    value: TokenAmount,
    options: SendOptions,
  ): Call {
    if (this.#inTransaction)
      throw new SyscallError(ErrorNumber.IllegalOperation, 'send inside a transaction')
    // More than the system call has bits for; it is not even made.
    if (value > MAX_UINT128)
      throw new SyscallError(ErrorNumber.InsufficientFunds, `no actor can pay ${value}`)
    const readOnly = this.readOnly || options.readOnly === true
    if (readOnly && value !== 0n)
      throw new SyscallError(ErrorNumber.ReadOnly, 'value in a read-only call')
    if (value < 0n)
      throw new SyscallError(ErrorNumber.IllegalArgument, 'cannot send a negative amount')
    return {
      from: this.receiver,
      to: typeof to === 'number' ? idAddress(to) : to,
      method,
      params,
      value,
      readOnly,
      gasLimit: options.gasLimit,
    }
  }

  newActorAddress(): Address {
    const { origin, created } = this.#manager
    const preimage = concatBytes(
      encode(addressCodec, origin.address),
      uint64be(origin.nonce),
      uint64be(created),
    )
    return actorAddress(preimage)
  }

  createActor(type: ActorType, id: ActorId, delegated: Address | null): void {
    this.#outsideTransaction('create_actor')
    if (this.receiver !== INIT_ACTOR || type === 'placeholder')
      throw new ActorError(ExitCode.Forbidden, `actor ${this.receiver} cannot create a ${type}`)
    require(!this.readOnly, ExitCode.AssertionFailed, 'create in a read-only call')
    const { tree, gas } = this.#manager
    const existing = this.#actor(id)
    if (existing) {
      const reusable =
        existing.type === 'placeholder' && delegated && existing.delegated?.equals(delegated)
      require(Boolean(reusable), ExitCode.Forbidden, 'actor already exists')
      gas?.onUpdate(id)
      tree.set(id, { ...existing, type })
    } else {
      gas?.charge(PRICES.createActor)
      gas?.onUpdate(id)
      tree.set(id, { type, state: EMPTY_STATE, sequence: 0n, balance: 0n, delegated })
    }
    this.#manager.created++
  }

  deleteActor(): void {
    this.#outsideTransaction('delete_actor')
    require(!this.readOnly, ExitCode.IllegalArgument, 'delete in a read-only call')
    require(this.balance() === 0n, ExitCode.IllegalArgument, 'actor to be deleted holds funds')
    this.#manager.gas?.onUpdate(this.receiver)
    this.#manager.tree.set(this.receiver, undefined)
  }

  #outsideTransaction(what: string): void {
    require(!this
      .#inTransaction, ExitCode.AssertionFailed, `${what} is not allowed during transaction`)
  }

  ticketDigest(epoch: ChainEpoch): Uint8Array {
    this.#lookBack(epoch)
    return this.#manager.context.randomness.ticketDigest(epoch)
  }

  beaconDigest(epoch: ChainEpoch): Uint8Array {
    this.#lookBack(epoch)
    return this.#manager.context.randomness.beaconDigest(epoch)
  }

  tipsetCid(epoch: ChainEpoch): Cid {
    this.#lookBack(epoch)
    return this.#manager.context.randomness.tipsetCid(epoch)
  }

  #lookBack(epoch: ChainEpoch): void {
    const lookback = this.epoch - epoch
    // The price of a look into the future is more than there is.
    if (lookback < 0) this.#manager.gas?.charge(UNLIMITED)
    if (lookback < 0) abort(ExitCode.IllegalArgument, `invalid lookback epoch ${epoch}`)
    this.#manager.gas?.charge(PRICES.randomnessFlat + PRICES.randomnessPerEpoch * lookback)
  }

  emit(entries: readonly EventEntry[]): void {
    require(!this.readOnly, ExitCode.AssertionFailed, 'event in a read-only call')
    const keys = entries.reduce((sum, { key }) => sum + key.length, 0)
    const values = entries.reduce((sum, { value }) => sum + value.length, 0)
    require(entries.length <= MAX_EVENT_ENTRIES &&
      values <= MAX_EVENT_VALUE_LENGTH &&
      entries.every(
        ({ key }) => key.length <= MAX_EVENT_KEY_LENGTH,
      ), ExitCode.AssertionFailed, 'failed to emit event: too large')
    const { gas } = this.#manager
    const size = 12 + 9 * entries.length + keys + values
    gas?.charge(
      PRICES.eventFlat +
        PRICES.eventPerEntry * entries.length +
        PRICES.eventPerKeyByte * keys +
        PRICES.eventPerByte * size,
    )
    this.#manager.emit({ emitter: this.receiver, entries })
  }

  chargeGas(_name: string, gas: number): void {
    this.#manager.gas?.charge(gas * 1000)
  }

  gasAvailable(): bigint {
    const { gas } = this.#manager
    return gas ? BigInt(Math.floor(gas.available / 1000)) : UNMETERED_GAS
  }

  growMemory(from: number, to: number): void {
    this.#manager.growMemory(from, to)
  }
}
