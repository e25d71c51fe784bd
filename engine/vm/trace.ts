/** The tree of calls below a message, written down while it runs. */
import type { ErrorNumber, ExitCode } from '../../actors/exit-codes.ts'
import type { Payload } from '../../actors/payload.ts'
import type { EventEntry, MethodNum } from '../../actors/runtime.ts'
import type { Address } from '../../primitives/address.ts'
import type { ActorId, TokenAmount } from '../../primitives/units.ts'
import type { Actor } from './state-tree.ts'

export interface CallTrace {
  readonly from: ActorId
  readonly to: Address
  toId?: ActorId
  /** The callee as it was then, before it got the value; undefined where it was never reached. */
  invoked?: Actor
  /** Whole gas that it had, and used; undefined where gas is not metered. */
  gas?: number
  gasUsed?: number
  readonly method: MethodNum
  readonly value: TokenAmount
  readonly params: Payload | null
  readonly readOnly: boolean
  gasLimit?: bigint
  /** Set once the callee has ended. */
  exitCode?: ExitCode
  ret?: Payload | null
  /** Set instead where the call could not be made. */
  errorNumber?: ErrorNumber
  /** Why it failed, in words. */
  error?: string
  autoCreated?: 'account' | 'placeholder'
  readonly calls: CallTrace[]
  /** What it emitted itself, whether that was undone or not. */
  readonly events?: StampedEvent[]
}

/** An event with the actor that emitted it. */
export interface StampedEvent {
  readonly emitter: ActorId
  readonly entries: readonly EventEntry[]
}
