/**
 * Calls from actor to actor below one message: address resolution, receivers made on the way, value, depth, gas,
 * and undoing what a failing call did (ref-fvm `call_manager`).
 */
import { invokeMethod } from '../../actors/actor.ts'
import { ActorError, asActorError, SyscallError } from '../../actors/errors.ts'
import { ErrorNumber, ExitCode } from '../../actors/exit-codes.ts'
import type { InitState } from '../../actors/init/state.ts'
import { Payload } from '../../actors/payload.ts'
import { actorDefinition } from '../../actors/registry.ts'
import type { MethodNum, Runtime, SendResult } from '../../actors/runtime.ts'
import {
  EAM_ACTOR,
  INIT_ACTOR,
  METHOD_CONSTRUCTOR,
  METHOD_SEND,
  SYSTEM_ACTOR,
} from '../../actors/singletons.ts'
import { type Address, delegatedParts, idAddress, PROTOCOL } from '../../primitives/address.ts'
import { address as addressCodec } from '../../primitives/codec.ts'
import { Link } from '../../primitives/link.ts'
import { type ActorId, actorId, type TokenAmount } from '../../primitives/units.ts'
import { computeEstimate } from './compute-estimate.ts'
import type { MachineContext } from './context.ts'
import { type GasMeter, OutOfGas } from './gas.ts'
import { Invocation } from './invocation.ts'
import { PRICES } from './price-list.ts'
import { EMPTY_STATE, type StateTree, stateCodec, withBalance } from './state-tree.ts'
import type { CallTrace, StampedEvent } from './trace.ts'

const MAX_DEPTH = 1024

/** What the message at the top says of where it came from. */
export interface Origin {
  readonly id: ActorId
  /** Sender as written in the message: f2 addresses derive from it. */
  readonly address: Address
  readonly nonce: bigint
  readonly gasPremium: TokenAmount
}

export interface Call {
  readonly from: ActorId
  readonly to: Address
  readonly method: MethodNum
  readonly params: Payload | null
  readonly value: TokenAmount
  readonly readOnly: boolean
  readonly gasLimit?: bigint | undefined
}

export class CallManager {
  readonly tree: StateTree
  readonly context: MachineContext
  readonly origin: Origin
  readonly gas: GasMeter | null
  readonly events: StampedEvent[] = []
  /** Actors created so far: part of the next f2 address. */
  created = 0
  #depth = 0
  #traces: CallTrace[] = []

  constructor(tree: StateTree, context: MachineContext, origin: Origin, gas: GasMeter | null) {
    this.tree = tree
    this.context = context
    this.origin = origin
    this.gas = gas
  }

  /** Calls recorded at the top level. */
  get traces(): readonly CallTrace[] {
    return this.#traces
  }

  get depth(): number {
    return this.#depth
  }

  /** Runs a call as a transaction. @throws SyscallError when it cannot be made, OutOfGas when the message is. */
  send(call: Call): SendResult {
    const mark = this.tree.begin()
    const gasMark = this.gas?.mark ?? 0
    const events = this.events.length
    let keep = false
    try {
      const result = this.#limited(call)
      keep = result.exitCode === ExitCode.Ok
      return result
    } finally {
      this.tree.end(mark, keep)
      if (!keep) {
        this.events.length = events
        this.gas?.rollback(gasMark)
      }
    }
  }

  #limited(call: Call): SendResult {
    const { gas } = this
    if (!gas) return this.#recorded(call)
    if (call.gasLimit !== undefined) gas.pushLimit(Number(call.gasLimit))
    let result: SendResult | undefined
    let failure: unknown
    try {
      result = this.#recorded(call)
    } catch (error) {
      failure = error
    }
    if (call.gasLimit !== undefined) gas.popLimit()
    if (result) return result
    if (failure instanceof OutOfGas && gas.available > 0)
      return { exitCode: ExitCode.SysOutOfGas, ret: null }
    throw failure
  }

  #recorded(call: Call): SendResult {
    if (!this.context.traced) return this.#framed(call, undefined)
    const { from, to, method, params, value, readOnly, gasLimit } = call
    const node: CallTrace = { from, to, method, params, value, readOnly, calls: [] }
    if (gasLimit !== undefined) node.gasLimit = gasLimit
    const outer = this.#traces
    outer.push(node)
    this.#traces = node.calls
    try {
      const result = this.#framed(call, node)
      node.exitCode = result.exitCode
      node.ret = result.ret
      return result
    } catch (error) {
      if (error instanceof SyscallError) node.errorNumber = error.errorNumber
      if (error instanceof OutOfGas) node.exitCode = ExitCode.SysOutOfGas
      throw error
    } finally {
      this.#traces = outer
    }
  }

  #framed(call: Call, node: CallTrace | undefined): SendResult {
    if (this.#depth >= MAX_DEPTH)
      throw new SyscallError(ErrorNumber.LimitExceeded, 'too many nested calls')
    this.#depth++
    try {
      const to = this.tree.resolve(call.to) ?? this.#makeReceiver(call, node)
      if (node) node.toId = to
      return this.#call(call, to)
    } finally {
      this.#depth--
    }
  }

  /** An account or placeholder for an address nobody has yet. */
  #makeReceiver(call: Call, node: CallTrace | undefined): ActorId {
    const { to, readOnly } = call
    const { protocol } = to
    const isKey = protocol === PROTOCOL.secp256k1 || protocol === PROTOCOL.bls
    const isEth =
      protocol === PROTOCOL.delegated && delegatedParts(to).namespace === BigInt(EAM_ACTOR)
    if (!isKey && !isEth) throw new SyscallError(ErrorNumber.NotFound, `no actor ${to}`)
    if (readOnly) throw new SyscallError(ErrorNumber.ReadOnly, `cannot make ${to}`)
    this.gas?.charge(PRICES.createActor + PRICES.assignAddress)
    const id = this.#assignId(to)
    this.gas?.onUpdate(id)
    const type = isKey ? 'account' : 'placeholder'
    const delegated = isKey ? null : to
    this.tree.set(id, { type, state: EMPTY_STATE, sequence: 0n, balance: 0n, delegated })
    if (node) node.autoCreated = type
    if (isKey) this.#construct(id, to)
    return id
  }

  #assignId(to: Address): ActorId {
    const state = this.tree.get(INIT_ACTOR)!.state.get() as InitState
    const id = actorId(state.nextId)
    const next = { ...state, addressMap: state.addressMap.set(to, id), nextId: state.nextId + 1 }
    this.tree.update(INIT_ACTOR, { state: Link.to(stateCodec('init'), next) })
    return id
  }

  #construct(id: ActorId, to: Address): void {
    const made = this.#call(
      {
        from: SYSTEM_ACTOR,
        to: idAddress(id),
        method: METHOD_CONSTRUCTOR,
        params: Payload.of(addressCodec, to),
        value: 0n,
        readOnly: false,
      },
      id,
    )
    if (made.exitCode !== ExitCode.Ok)
      throw new SyscallError(
        ErrorNumber.IllegalArgument,
        `account for ${to} exited ${made.exitCode}`,
      )
  }

  #call(call: Call, to: ActorId): SendResult {
    this.gas?.onRead(to)
    if (!this.tree.get(to)) throw new SyscallError(ErrorNumber.NotFound, `no actor ${to}`)
    if (call.value !== 0n) {
      this.gas?.charge(PRICES.valueTransfer)
      this.transfer(call.from, to, call.value)
    }
    if (Number(call.method) === METHOD_SEND) return { exitCode: ExitCode.Ok, ret: null }
    this.gas?.charge(PRICES.methodInvocation)
    const result = this.#invoke(call, to)
    if (this.gas && this.#depth === 1 && result.ret)
      this.gas.charge(PRICES.onChainReturnPerByte * result.ret.bytes.length)
    return result
  }

  #invoke(call: Call, to: ActorId): SendResult {
    const { type } = this.tree.get(to)!
    if (this.#depth === 1) this.gas?.charge(computeEstimate(type, call.method))
    const invocation = new Invocation(this, call, to)
    try {
      const ret = invokeMethod(actorDefinition(type), invocation as Runtime, call.params)
      invocation.checkCallerValidated()
      return { exitCode: ExitCode.Ok, ret }
    } catch (thrown) {
      const error = thrown instanceof SyscallError ? asActorError(thrown) : thrown
      if (!(error instanceof ActorError)) throw error
      const illegal = error.exitCode < ExitCode.IllegalArgument
      return { exitCode: illegal ? ExitCode.SysIllegalExitCode : error.exitCode, ret: error.data }
    }
  }

  /** Moves attoFIL. @throws SyscallError `InsufficientFunds`, or `NotFound` for either side. */
  transfer(from: ActorId, to: ActorId, value: TokenAmount): void {
    this.gas?.onRead(from)
    const source = this.tree.get(from)
    if (!source || source.balance < value)
      throw new SyscallError(ErrorNumber.InsufficientFunds, `actor ${from} cannot pay ${value}`)
    if (from === to) return
    this.gas?.onRead(to)
    const target = this.tree.get(to)
    if (!target) throw new SyscallError(ErrorNumber.NotFound, `no actor ${to}`)
    this.gas?.onUpdate(from)
    this.gas?.onUpdate(to)
    this.tree.set(from, withBalance(source, source.balance - value))
    this.tree.set(to, withBalance(target, target.balance + value))
  }
}
