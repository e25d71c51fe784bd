/**
 * What goes back to a client instead of a result: a code, one line that names what was wrong, and sometimes data.
 * Codes below zero are JSON-RPC's own; small ones are Lotus' (`api/api_errors.go`).
 */
import type { ChainEpoch } from '../primitives/units.ts'
import { InvalidInput } from '../primitives/invalid-input.ts'
import { InvalidMessage } from '../engine/mempool/invalid-message.ts'

export const RPC_CODE = {
  parseError: -32700,
  invalidRequest: -32600,
  methodNotFound: -32601,
  invalidParams: -32602,
  internalError: -32603,
  /** More than a node answers at once (EIP-1474). */
  limitExceeded: -32005,
  /** Everything else that Lotus refuses. */
  refused: 1,
  outOfGas: 2,
  executionReverted: 3,
  f3Disabled: 4,
  actorNotFound: 11,
  nullRound: 12,
} as const

export class RpcError extends Error {
  override name = 'RpcError'
  readonly code: number
  readonly data: unknown

  constructor(code: number, message: string, data?: unknown, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause })
    this.code = code
    this.data = data
  }
}

/** The request is understood and refused. */
export const refused = (message: string): RpcError => new RpcError(RPC_CODE.refused, message)

export const invalidParams = (message: string): RpcError =>
  new RpcError(RPC_CODE.invalidParams, message)

/** @param what - the address that is not there, where the question did not name just one. */
export const actorNotFound = (what?: string): RpcError =>
  new RpcError(
    RPC_CODE.actorNotFound,
    what === undefined ? 'actor not found' : `actor not found: ${what}`,
  )

export const nullRound = (epoch: ChainEpoch): RpcError =>
  new RpcError(RPC_CODE.nullRound, `requested epoch was a null round (${epoch})`, epoch)

/** The error as a client sees it. What nobody foresaw is a bug of ours: the client gets one line, `cause` the rest. */
export function asRpcError(error: unknown): RpcError {
  if (error instanceof RpcError) return error
  if (error instanceof InvalidMessage) return refused(error.message)
  if (error instanceof InvalidInput) return invalidParams(error.message)
  const reason = error instanceof Error ? `${error.name}: ${error.message}` : String(error)
  const [line] = reason.split('\n')
  return new RpcError(RPC_CODE.internalError, `internal error: ${line}`, undefined, error)
}
