/** What both kinds of accounts do with a method they do not have. */
import type { Payload } from '../payload.ts'
import { ExitCode, type MethodNum, require, type Runtime } from '../runtime.ts'
import { FIRST_EXPORTED_METHOD } from '../singletons.ts'

/** Exported numbers succeed and do nothing, so that a caller need not know whether it talks to an account. */
export function acceptExported(rt: Runtime, method: MethodNum): Payload | null {
  rt.acceptAnyCaller()
  require(method >= FIRST_EXPORTED_METHOD, ExitCode.UnhandledMessage, `invalid method: ${method}`)
  return null
}
