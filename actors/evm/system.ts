/**
 * What a contract's frame has of the machine below: its own state, which is written back before every call and read again
 * after one that succeeded, and calls (builtin-actors `actors/evm/src/interpreter/system.rs`).
 */
import { utf8 } from '../../primitives/bytes.ts'
import { keccak256 } from '../../primitives/crypto/hash.ts'
import { Kamt } from '../../primitives/kamt.ts'
import { DomainSeparationTag, drawRandomness } from '../../primitives/randomness.ts'
import { u256 } from '../../primitives/u256.ts'
import type { ActorId } from '../../primitives/units.ts'
import { calleeFailed } from '../errors.ts'
import { type CallOutcome, type OutgoingCall, outcomeOf } from '../pending-call.ts'
import {
  ActorError,
  ExitCode,
  type Payload,
  require,
  type Runtime,
  type SendResult,
  SyscallError,
} from '../runtime.ts'
import { Bytecode, EMPTY_HASH } from './bytecode.ts'
import { Slots } from './slots.ts'
import {
  currentLifespan,
  type EvmState,
  isDead,
  type MessageLifespan,
  sameLifespan,
  type TransientData,
} from './state.ts'

/** Longest runtime code (EIP-170). */
const MAX_CODE_SIZE = 24_576
/** First byte of code that is refused (EIP-3541). */
const RESERVED_FIRST_BYTE = 0xef
const FIRST_NONCE = 1n
const PREVRANDAO_ENTROPY = utf8('prevrandao')

/** Estimates of what the released actor pays for blocks it writes: docs/decisions/gas-estimate.md. */
const GAS = { state: 2_500_000, writtenWord: 260_000, code: 520_000, codeByte: 3385 } as const

const EMPTY_STORAGE = Kamt.empty(u256)
const NO_CODE = Bytecode.of(new Uint8Array())

export class System {
  readonly rt: Runtime<EvmState>
  /** No state may change: a static call, or a contract that is no more. */
  readonly readOnly: boolean
  readonly storage = new Slots(EMPTY_STORAGE)
  readonly transient = new Slots(EMPTY_STORAGE)
  readonly #lifespan: MessageLifespan
  #bytecode: Bytecode | undefined
  #bytecodeHash: Uint8Array = EMPTY_HASH
  #transientData: TransientData | null = null
  #nonce = FIRST_NONCE
  #tombstone: MessageLifespan | null = null
  /** The state as it was last read or written; undefined while this frame has written none. */
  #saved: EvmState | undefined
  /** Whether something else than storage differs from it. */
  #dirty = false
  /** Whether the actor is being made. */
  readonly #isNew: boolean
  #randomness: Uint8Array | undefined

  private constructor(rt: Runtime<EvmState>, readOnly: boolean, isNew = false) {
    this.rt = rt
    this.readOnly = readOnly
    this.#isNew = isNew
    this.#lifespan = currentLifespan(rt)
  }

  /** A contract being made. */
  static create(rt: Runtime<EvmState>): System {
    return new System(rt, rt.readOnly, true)
  }

  /** A contract made again. @throws ActorError `Forbidden` unless it is dead. */
  static resurrect(rt: Runtime<EvmState>): System {
    require(isDead(rt, rt.state()), ExitCode.Forbidden, 'can only resurrect a dead contract')
    return new System(rt, rt.readOnly)
  }

  /** A contract as it is; a dead one is empty. */
  static load(rt: Runtime<EvmState>): System {
    const state = rt.state()
    if (isDead(rt, state)) return new System(rt, true)
    const system = new System(rt, rt.readOnly)
    system.#load(state)
    return system
  }

  /** Undefined while the contract is being made, and once it is dead. */
  get bytecode(): Bytecode | undefined {
    return this.#bytecode
  }

  /** @throws ActorError `IllegalArgument` for code that no contract may have. */
  setBytecode(code: Uint8Array): void {
    require(code.length <=
      MAX_CODE_SIZE, ExitCode.IllegalArgument, `EVM byte code length (${code.length}) is exceeding the maximum allowed`)
    require(code[0] !==
      RESERVED_FIRST_BYTE, ExitCode.IllegalArgument, 'contract code starting with the 0xEF byte is disallowed')
    this.rt.chargeGas('evm code', GAS.code + GAS.codeByte * code.length)
    this.#bytecode = code.length === 0 ? NO_CODE : Bytecode.of(code)
    this.#bytecodeHash = code.length === 0 ? EMPTY_HASH : keccak256(code)
    this.#dirty = true
  }

  get nonce(): bigint {
    return this.#nonce
  }

  incrementNonce(): void {
    this.#nonce++
    this.#dirty = true
  }

  /** From the next message on the contract is dead. */
  markSelfDestructed(): void {
    this.#tombstone = this.#lifespan
    this.#dirty = true
  }

  /** PREVRANDAO: drawn once a frame. */
  randomness(): Uint8Array {
    const { rt } = this
    return (this.#randomness ??= drawRandomness(
      rt.beaconDigest(rt.epoch),
      DomainSeparationTag.EvmPrevRandao,
      rt.epoch,
      PREVRANDAO_ENTROPY,
    ))
  }

  /** A call that must succeed and cannot come back to this contract. @throws ActorError when it cannot be made. */
  ask(to: ActorId, method: number): SendResult {
    const outcome = outcomeOf(
      this.rt,
      this.outgoing({ to, method, params: null, value: 0n, options: { readOnly: true } }),
    )
    this.answered(outcome)
    if (outcome instanceof SyscallError) throw notSent(outcome)
    return outcome
  }

  /** Writes the state back before a call. */
  outgoing(call: OutgoingCall): OutgoingCall {
    this.flush()
    return call
  }

  /** Reads the state again after a call that succeeded. */
  answered(outcome: CallOutcome): void {
    if (outcome instanceof SyscallError || outcome.exitCode !== ExitCode.Ok) return
    if (this.readOnly) return
    const state = this.rt.state()
    if (state !== this.#saved) this.#load(state)
  }

  /** Writes what changed. @throws ActorError `Forbidden` where nothing may. */
  flush(): void {
    const { rt, storage, transient } = this
    const words = storage.written + transient.written
    if (this.#saved && !this.#dirty && words === 0) return
    require(!this.readOnly, ExitCode.Forbidden, 'contract invocation is read only')
    if (!this.#bytecode) this.setBytecode(NO_CODE.code)
    rt.chargeGas('evm state', GAS.state + GAS.writtenWord * words)
    const state: EvmState = {
      bytecode: this.#bytecode!,
      bytecodeHash: this.#bytecodeHash,
      contractState: storage.flushed(),
      transientData: this.#flushedTransient(),
      nonce: this.#nonce,
      tombstone: this.#tombstone,
    }
    if (this.#isNew && !this.#saved) rt.create(state)
    else rt.transaction((draft) => void Object.assign(draft, state))
    this.#saved = rt.state()
    this.#dirty = false
  }

  #flushedTransient(): TransientData | null {
    const map = this.transient.flushed()
    const before = this.#transientData
    if (map.isEmpty) this.#transientData = null
    else if (before?.transientDataState !== map)
      this.#transientData = { transientDataState: map, lifespan: this.#lifespan }
    return this.#transientData
  }

  #load(state: EvmState): void {
    const { transientData } = state
    const isOurs = transientData !== null && sameLifespan(transientData.lifespan, this.#lifespan)
    this.#transientData = isOurs ? transientData : null
    this.transient.load(isOurs ? transientData.transientDataState : EMPTY_STORAGE)
    this.storage.load(state.contractState)
    this.#bytecode = state.bytecode
    this.#bytecodeHash = state.bytecodeHash
    this.#nonce = state.nonce
    this.#tombstone = state.tombstone
    this.#saved = state
    this.#dirty = false
  }
}

/** Return data of a call that must succeed (builtin-actors `System::send`). @throws ActorError where it did not. */
export function mustSucceed(outcome: CallOutcome): Payload | null {
  if (outcome instanceof SyscallError) throw notSent(outcome)
  if (outcome.exitCode !== ExitCode.Ok) throw calleeFailed(outcome.exitCode, outcome.ret)
  return outcome.ret
}

const notSent = (error: SyscallError): ActorError =>
  new ActorError(ExitCode.Unspecified, `send syscall failed: ${error.message}`)
