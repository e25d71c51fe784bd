/**
 * Calls from actor to actor below one message: address resolution, receivers made on the way, value, depth, gas,
 * and undoing what a failing call did (ref-fvm `call_manager`).
 */
import { invokeMethod, type Returned, startMethod } from '../../actors/actor.ts'
import { ActorError, ActorTrap, SyscallError } from '../../actors/errors.ts'
import { ErrorNumber, ExitCode } from '../../actors/exit-codes.ts'
import type { InitState } from '../../actors/init/state.ts'
import type { ActorType } from '../../actors/manifest.ts'
import { Payload } from '../../actors/payload.ts'
import { PendingCall } from '../../actors/pending-call.ts'
import { actorDefinition } from '../../actors/registry.ts'
import type { Runtime, SendResult } from '../../actors/runtime.ts'
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
import { CONSOLE } from './console.ts'
import { computeEstimate } from './compute-estimate.ts'
import type { MachineContext } from './context.ts'
import { type Call, type Frame, type Outcome, outcomeOfError, Thrown } from './frame.ts'
import { type GasMeter, OutOfGas } from './gas.ts'
import { Invocation } from './invocation.ts'
import { PRICES } from './price-list.ts'
import { type Actor, EMPTY_STATE, type StateTree, stateCodec, withBalance } from './state-tree.ts'
import type { CallTrace, StampedEvent } from './trace.ts'

const MAX_DEPTH = 1024
/** Of these calls, those that actors make by themselves; see docs/decisions/evm.md. */
const MAX_RECURSION = 200
/** Memory of one call and of all together, what each begins with, and the pages it is bought in (ref-fvm `NetworkConfig`). */
const MAX_INSTANCE_MEMORY = 512 << 20
const MAX_MESSAGE_MEMORY = 2 ** 31
const FRAME_MEMORY = 17 * 65_536
const MEMORY_PAGE = 65_536

/** What the message at the top says of where it came from. */
export interface Origin {
  readonly id: ActorId
  /** Sender as written in the message: f2 addresses derive from it. */
  readonly address: Address
  readonly nonce: bigint
  readonly gasPremium: TokenAmount
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
  /** Bytes of memory that the calls now open have taken. */
  #memory = 0
  #traces: CallTrace[] = []
  /** Record of the innermost call. */
  #node: CallTrace | undefined
  /** How many calls of `send` are open: those that are on the JavaScript stack. */
  #recursion = 0
  /** Frames that wait for a call, the innermost last. */
  readonly #waiting: Frame[] = []

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

  /**
   * Runs a call as a transaction. Calls that contracts wait for are made from here, however deep they are; an actor that
   * calls by itself comes in anew.
   *
   * @throws SyscallError when it cannot be made, OutOfGas when the message is.
   */
  send(call: Call): SendResult {
    if (this.#recursion === MAX_RECURSION)
      throw new SyscallError(ErrorNumber.LimitExceeded, 'too many actors that call by themselves')
    this.#recursion++
    const outcome = this.#drive(call)
    this.#recursion--
    if (outcome instanceof SyscallError) throw outcome
    if (outcome instanceof Thrown) throw outcome.error
    return outcome
  }

  #drive(call: Call): Outcome {
    const base = this.#waiting.length
    let outcome = this.#open(call)
    for (;;) {
      if (outcome === undefined) outcome = this.#openNext(this.#waiting[this.#waiting.length - 1]!)
      else if (this.#waiting.length === base) return outcome
      else outcome = this.#run(this.#waiting.pop()!, outcome)
    }
  }

  /** Takes in an event of the innermost call. */
  emit(event: StampedEvent): void {
    this.events.push(event)
    this.#node?.events?.push(event)
  }

  /** Takes more memory for the innermost call. Without gas there are no limits, as in recordings. @throws ActorTrap */
  growMemory(from: number, to: number): void {
    const { gas } = this
    if (!gas) return
    const bytes = to - from
    gas.charge(PRICES.memoryGrowPerPage * Math.ceil(bytes / MEMORY_PAGE))
    const isTooMuch =
      to + FRAME_MEMORY > MAX_INSTANCE_MEMORY || this.#memory + bytes > MAX_MESSAGE_MEMORY
    if (isTooMuch) throw new ActorTrap(`no memory for ${bytes} bytes`)
    this.#memory += bytes
  }

  /** Makes the call that a frame waits for. */
  #openNext({ invocation, pending }: Frame): Outcome | undefined {
    let call: Call
    try {
      call = invocation!.callOf(pending!.call)
    } catch (error) {
      return outcomeOfError(error, false)
    }
    return this.#open(call)
  }

  /** Begins a call: how it went, or undefined while it waits for another. */
  #open(call: Call): Outcome | undefined {
    if (this.#depth >= MAX_DEPTH)
      return new SyscallError(ErrorNumber.LimitExceeded, 'too many nested calls')
    const { gas } = this
    const [memoryMark, callerTraces, callerNode] = [this.#memory, this.#traces, this.#node]
    const node = this.context.traced ? this.#record(call) : undefined
    const frame: Frame = {
      call,
      node,
      treeMark: this.tree.begin(),
      gasMark: gas?.mark ?? 0,
      eventsMark: this.events.length,
      memoryMark,
      callerTraces,
      callerNode,
      invocation: undefined,
      pending: undefined,
    }
    if (gas && call.gasLimit !== undefined) gas.pushLimit(Number(call.gasLimit))
    if (gas && node) {
      node.gas = Math.floor(gas.available / 1000)
      node.gasUsed = gas.used
    }
    this.#depth++
    this.#memory += FRAME_MEMORY
    return this.#run(frame)
  }

  #record({ from, to, method, params, value, readOnly, gasLimit }: Call): CallTrace {
    const node: CallTrace = { from, to, method, params, value, readOnly, calls: [], events: [] }
    if (gasLimit !== undefined) node.gasLimit = gasLimit
    this.#traces.push(node)
    this.#traces = node.calls
    this.#node = node
    return node
  }

  /** Begins or, with an answer, goes on with a call, to its end or to the next one it waits for. */
  #run(frame: Frame, answer?: Outcome): Outcome | undefined {
    let outcome: Outcome
    try {
      const returned = answer === undefined ? this.#begin(frame) : goOn(frame, answer)
      if (returned instanceof PendingCall) {
        frame.pending = returned
        this.#waiting.push(frame)
        return undefined
      }
      frame.invocation?.checkCallerValidated()
      outcome = { exitCode: ExitCode.Ok, ret: returned }
    } catch (error) {
      if (frame.node && error instanceof Error) frame.node.error = error.message
      outcome = outcomeOfError(error, frame.invocation !== undefined)
    }
    return this.#close(frame, this.#paid(frame, outcome))
  }

  /** Charges what a message returns to the chain. */
  #paid({ invocation }: Frame, outcome: Outcome): Outcome {
    if (!this.gas || this.#depth > 1 || !invocation || !('ret' in outcome) || !outcome.ret)
      return outcome
    try {
      this.gas.charge(PRICES.onChainReturnPerByte * outcome.ret.bytes.length)
      return outcome
    } catch (error) {
      return new Thrown(error)
    }
  }

  /** Keeps or undoes what a call did. Out of gas is its exit code where the caller has some left. */
  #close(frame: Frame, outcome: Outcome): Outcome {
    const { call, node } = frame
    const { gas } = this
    const keep = 'ret' in outcome && outcome.exitCode === ExitCode.Ok
    this.tree.end(frame.treeMark, keep)
    if (!keep) {
      this.events.length = frame.eventsMark
      gas?.rollback(frame.gasMark)
    }
    if (gas && call.gasLimit !== undefined) gas.popLimit()
    this.#depth--
    this.#memory = frame.memoryMark
    this.#traces = frame.callerTraces
    this.#node = frame.callerNode
    const outOfGas = outcome instanceof Thrown && outcome.error instanceof OutOfGas
    const result =
      outOfGas && (!gas || gas.available > 0)
        ? { exitCode: ExitCode.SysOutOfGas, ret: null }
        : outcome
    if (node) note(node, result, gas)
    return result
  }

  #begin(frame: Frame): Returned | PendingCall<Returned> {
    const { call, node } = frame
    const { print } = this.context
    if (print && call.params && call.to.equals(CONSOLE)) print(call.params.bytes)
    const known = this.tree.resolve(call.to)
    if (node && known !== undefined) node.toId = known
    if (!this.gas && hasTooLittleGas(call)) throw new OutOfGas('less than an invocation costs')
    const to = known ?? this.#makeReceiver(call, node)
    if (node) noteCallee(node, to, this.tree.get(to))
    const type = this.#deliver(call, to)
    if (type === undefined) return null
    frame.invocation = new Invocation(this, call, to)
    return startMethod(actorDefinition(type), frame.invocation as Runtime, call.params)
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
    const call: Call = {
      from: SYSTEM_ACTOR,
      to: idAddress(id),
      method: METHOD_CONSTRUCTOR,
      params: Payload.of(addressCodec, to),
      value: 0n,
      readOnly: false,
    }
    this.#deliver(call, id)
    const invocation = new Invocation(this, call, id)
    try {
      invokeMethod(actorDefinition('account'), invocation as Runtime, call.params)
    } catch (error) {
      if (!(error instanceof ActorError)) throw error
      throw new SyscallError(ErrorNumber.IllegalArgument, `no account for ${to}: ${error.message}`)
    }
  }

  /** Moves the value and charges for the call. @returns whose code is to run, if any. */
  #deliver(call: Call, to: ActorId): ActorType | undefined {
    const { gas } = this
    gas?.onRead(to)
    const actor = this.tree.get(to)
    if (!actor) throw new SyscallError(ErrorNumber.NotFound, `no actor ${to}`)
    if (call.value !== 0n) {
      gas?.charge(PRICES.valueTransfer)
      this.transfer(call.from, to, call.value)
    }
    if (Number(call.method) === METHOD_SEND) return undefined
    gas?.charge(PRICES.methodInvocation)
    if (this.#depth === 1) gas?.charge(computeEstimate(actor.type, call.method))
    return actor.type
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

/** Goes on with what a call waited for. */
function goOn({ pending }: Frame, answer: Outcome): Returned | PendingCall<Returned> {
  if (answer instanceof Thrown) throw answer.error
  return pending!.resume(answer)
}

function noteCallee(node: CallTrace, id: ActorId, actor: Actor | undefined): void {
  node.toId = id
  if (actor) node.invoked = actor
}

function note(node: CallTrace, outcome: Outcome, gas: GasMeter | null): void {
  if (gas && node.gasUsed !== undefined) node.gasUsed = gas.used - node.gasUsed
  if (outcome instanceof SyscallError) node.errorNumber = outcome.errorNumber
  else if (outcome instanceof Thrown) {
    if (outcome.error instanceof OutOfGas) node.exitCode = ExitCode.SysOutOfGas
  } else {
    node.exitCode = outcome.exitCode
    node.ret = outcome.ret
  }
}

/** Where gas is not metered, only a limit that would not even begin the call is one. */
function hasTooLittleGas({ gasLimit, method }: Call): boolean {
  if (gasLimit === undefined || Number(method) === METHOD_SEND) return false
  return 1000n * gasLimit < BigInt(PRICES.methodInvocation)
}
