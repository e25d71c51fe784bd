/** Reading and writing states of actors, for cheats. */
import { ExitCode } from '../../actors/exit-codes.ts'
import { defined } from '../../primitives/assert.ts'
import { InvalidInput } from '../../primitives/invalid-input.ts'
import type { ActorId } from '../../primitives/units.ts'
import type { MachineContext } from '../vm/context.ts'
import { applyImplicit, type ApplyResult, type ImplicitMessage } from '../vm/executor.ts'
import { type StateTree, withState } from '../vm/state-tree.ts'

export const stateOf = <S>(tree: Pick<StateTree, 'get'>, id: ActorId): S =>
  defined(tree.get(id), `actor ${id}`).state.get() as S

export function changeState<S>(tree: StateTree, id: ActorId, change: (state: S) => S): void {
  const actor = defined(tree.get(id), `actor ${id}`)
  tree.set(id, withState(actor, change(actor.state.get() as S)))
}

/** Runs a message of any actor without a nonce or gas. @throws InvalidInput with the reason, where it fails. */
export function applyAs(
  tree: StateTree,
  context: MachineContext,
  message: ImplicitMessage,
): ApplyResult {
  const result = applyImplicit(tree, { ...context, traced: true }, message)
  if (result.exitCode === ExitCode.Ok) return result
  const why = result.call?.error ?? `exit code ${result.exitCode}`
  throw new InvalidInput(`method ${message.method}`, why)
}
