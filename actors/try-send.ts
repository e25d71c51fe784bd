/** Sends whose failure the sender survives. */
import type { Address } from '../primitives/address.ts'
import type { ActorId, TokenAmount } from '../primitives/units.ts'
import { SyscallError } from './errors.ts'
import { ExitCode } from './exit-codes.ts'
import type { Payload } from './payload.ts'
import type { MethodNum, Runtime } from './runtime.ts'

/** Whether the call could be made and succeeded. Why it did not is no part of the state, and is not kept. */
export function trySend(
  rt: Runtime,
  to: Address | ActorId,
  method: MethodNum,
  params: Payload | null,
  value: TokenAmount,
): boolean {
  try {
    return rt.send(to, method, params, value).exitCode === ExitCode.Ok
  } catch (error) {
    if (error instanceof SyscallError) return false
    throw error
  }
}
