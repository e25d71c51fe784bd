/** JSON-RPC 2.0: a request or a batch of them comes in as text, what is to be sent back goes out as text. */
import { asRpcError, invalidParams, RPC_CODE, RpcError } from './errors.ts'
import { formatJson, parseJson } from './json.ts'
import { JsonPieces } from './json-pieces.ts'

/** A call by name. Parameters are absent, or an array. */
export interface RpcRequest {
  readonly method: string
  readonly params?: unknown
  /** Of the request, where it came over a connection; undefined for a notification. */
  readonly id?: unknown
}

/** Answers a call, or throws an `RpcError`. */
export type Handler = (request: RpcRequest) => Promise<unknown>

type Id = string | number | bigint | null

/**
 * Answers what came in, in pieces where it is too long for one string; undefined where nothing is to be answered, because
 * all were notifications.
 */
export async function dispatch(
  text: string,
  handle: Handler,
): Promise<string | JsonPieces | undefined> {
  let body: unknown
  try {
    body = parseJson(text)
  } catch (error) {
    const why = error instanceof Error ? error.message.split('\n')[0] : String(error)
    return formatJson(failure(null, new RpcError(RPC_CODE.parseError, `parse error: ${why}`)))
  }
  if (!Array.isArray(body)) return formatted(await answer(body, handle))
  if (body.length === 0) return formatJson(failure(null, invalidRequest('an empty batch')))
  const answers = await Promise.all(body.map((item) => answer(item, handle)))
  const due = answers.filter((item) => item !== undefined)
  if (due.length === 0) return undefined
  return due.some(isInPieces)
    ? new JsonPieces(() => JsonPieces.list(due.map(inPieces)))
    : formatJson(due)
}

const formatted = (response: object | undefined): string | JsonPieces | undefined =>
  response && (isInPieces(response) ? inPieces(response) : formatJson(response))

const isInPieces = (response: object): boolean =>
  'result' in response && response.result instanceof JsonPieces

const inPieces = (response: object): JsonPieces => JsonPieces.object({ ...response })

/** The response to one request; undefined for a notification. */
async function answer(item: unknown, handle: Handler): Promise<object | undefined> {
  let id: Id | undefined = null
  try {
    const request = checked(item)
    id = request.id
    const result = await handle(request)
    return id === undefined ? undefined : { jsonrpc: '2.0', result: result ?? null, id }
  } catch (error) {
    const malformed = error instanceof RpcError && error.code === RPC_CODE.invalidRequest
    if (id === undefined && !malformed) return undefined
    return failure(malformed ? idOf(item) : id!, asRpcError(error))
  }
}

const failure = (id: Id, { code, message, data }: RpcError): object => ({
  jsonrpc: '2.0',
  error: { code, message, ...(data === undefined ? {} : { data }) },
  id,
})

/** @throws RpcError */
function checked(item: unknown): RpcRequest & { id: Id | undefined } {
  if (typeof item !== 'object' || item === null || Array.isArray(item))
    throw invalidRequest('expected an object')
  const { jsonrpc, method, params, id } = item as Record<string, unknown>
  if (jsonrpc !== '2.0') throw invalidRequest('jsonrpc must be "2.0"')
  if (typeof method !== 'string') throw invalidRequest('method must be a string')
  if (id !== undefined && !isId(id)) throw invalidRequest('id must be a string, a number or null')
  return { method, params, id }
}

const isId = (id: unknown): id is Id =>
  id === null || typeof id === 'string' || typeof id === 'number' || typeof id === 'bigint'

/** The id of a malformed request, where it has a usable one. */
function idOf(item: unknown): Id {
  const id = typeof item === 'object' && item !== null && 'id' in item ? item.id : null
  return isId(id) ? id : null
}

const invalidRequest = (why: string): RpcError =>
  new RpcError(RPC_CODE.invalidRequest, `invalid request: ${why}`)

/** The parameters of a request as an array. @throws RpcError */
export function paramsOf({ method, params = [] }: RpcRequest): readonly unknown[] {
  if (params === null) return []
  if (Array.isArray(params)) return params
  throw invalidParams(`${method}: expected an array of parameters, got ${typeof params}`)
}
