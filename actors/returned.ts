/** What a call that must succeed gave back. */
import type { Codec } from '../primitives/codec.ts'
import { ActorError, ExitCode, type SendResult, sent } from './runtime.ts'

/**
 * The value a callee returned.
 * @throws ActorError as the callee failed; `AssertionFailed` when it gave nothing, `Serialization` when something else.
 * @see builtin-actors `deserialize_block`
 */
export function returned<T>(result: SendResult, codec: Codec<T>): T {
  const payload = sent(result)
  if (payload === null) throw new ActorError(ExitCode.AssertionFailed, 'return expected')
  return payload.as(codec)
}
