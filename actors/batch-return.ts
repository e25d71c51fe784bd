/** Results of many things done in one call (builtin-actors `runtime/src/util/batch_return.rs`). */
import { assert } from '../primitives/assert.ts'
import { type Infer, list, tuple, uint } from '../primitives/codec.ts'
import { ExitCode } from './exit-codes.ts'

const FailCode = tuple({ idx: uint, code: uint }, 'FailCode')

/** How many succeeded, and the others by index, in ascending order. */
export const BatchReturn = tuple({ successCount: uint, failCodes: list(FailCode) }, 'BatchReturn')
export type BatchReturn = Infer<typeof BatchReturn>

/** From an exit code for each item. */
export function batchReturn(codes: readonly ExitCode[]): BatchReturn {
  const failCodes = codes.flatMap((code, idx) => (code === ExitCode.Ok ? [] : [{ idx, code }]))
  return { successCount: codes.length - failCodes.length, failCodes }
}

/** All of `count` items succeeded. */
export const allOk = (count: number): BatchReturn => ({ successCount: count, failCodes: [] })

/** The exit code of each item. */
export function batchCodes({ successCount, failCodes }: BatchReturn): ExitCode[] {
  const codes: ExitCode[] = new Array(successCount + failCodes.length).fill(ExitCode.Ok)
  for (const { idx, code } of failCodes) codes[idx] = code
  return codes
}

/** Those of the items that succeeded. @throws InvariantError unless there are as many items as results. */
export function successes<T>(batch: BatchReturn, items: readonly T[]): T[] {
  const codes = batchCodes(batch)
  assert(codes.length === items.length, `${items.length} items in a batch of ${codes.length}`)
  return items.filter((_, i) => codes[i] === ExitCode.Ok)
}

/**
 * The result of steps of which each works on the successes of the one before it.
 * @throws InvariantError unless each has as many items as the one before it has successes.
 */
export function stackBatches(first: BatchReturn, ...next: readonly BatchReturn[]): BatchReturn {
  const codes = batchCodes(first)
  for (const batch of next) {
    const survivors = codes.flatMap((code, i) => (code === ExitCode.Ok ? [i] : []))
    const later = batchCodes(batch)
    assert(later.length === survivors.length, 'a step that works on the successes before it')
    for (const [k, i] of survivors.entries()) codes[i] = later[k]!
  }
  return batchReturn(codes)
}
