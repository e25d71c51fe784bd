/**
 * JSON-RPC over HTTP: POST to `/` or `/rpc/v1`, with the headers that let a page in a browser ask; a WebSocket at the same
 * places. Whatever is wrong with a request is answered in the protocol and leaves the server serving.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { InvalidInput } from '../primitives/invalid-input.ts'
import { dispatch, type Handler } from './dispatch.ts'
import { asRpcError, RPC_CODE, RpcError } from './errors.ts'
import type { Rpc, RpcCaller } from './index.ts'
import { JsonPieces } from './json-pieces.ts'
import { MAX_BODY_BYTES, WebSockets } from './web-sockets.ts'

export interface RpcServer {
  /** Where clients find it: `http://127.0.0.1:1234/rpc/v1`. */
  readonly url: string
  close(): Promise<void>
}

export interface ServerOptions {
  /** 0 takes any free one. */
  readonly port: number
  readonly host: string
  /** Told of errors that are not the client's. */
  readonly onBug?: (error: unknown) => void
}

/** Connections that wait to be accepted; of those beyond, a client tries again only after a second. */
const BACKLOG = 4096
/** Longer than clients keep idle connections, so that they close them and not we under their next request. */
const KEEP_ALIVE_MS = 65_000
const PATHS = new Set(['/', '/rpc/v1'])
const OLD_PATH = '/rpc/v0'

const CORS = {
  'access-control-allow-origin': '*',
  'access-control-allow-methods': 'POST, OPTIONS',
  'access-control-allow-headers': '*',
  'access-control-max-age': '86400',
}

/** As `writeHead` takes them without looking into an object. */
const JSON_HEADERS = Object.entries({ ...CORS, 'content-type': 'application/json' }).flat()

/** @throws InvalidInput when the port is taken or the host is none of this machine's. */
export async function serve(rpc: Rpc, options: ServerOptions): Promise<RpcServer> {
  const server = createServer((request, response) => {
    respond(rpc, options, request, response).catch((error: unknown) => {
      if (request.complete) options.onBug?.(error) // else the client went away
      response.destroy()
    })
  })
  server.keepAliveTimeout = KEEP_ALIVE_MS
  const sockets = new WebSockets((caller) => reporting(rpc, caller, options.onBug), options.onBug)
  server.on('upgrade', (request, socket, head) => {
    if (PATHS.has(pathOf(request))) sockets.accept(request, socket, head)
    else socket.end('HTTP/1.1 404 Not Found\r\nconnection: close\r\n\r\n')
  })
  await listen(server, options)
  const { port } = server.address() as AddressInfo
  const host = options.host.includes(':') ? `[${options.host}]` : options.host
  return { url: `http://${host}:${port}/rpc/v1`, close: () => close(server, sockets) }
}

function listen(server: Server, { port, host }: ServerOptions): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE')
        reject(new InvalidInput('port', `${port} is already in use on ${host}`))
      else if (error.code === 'EACCES')
        reject(new InvalidInput('port', `${port} may not be used by this user`))
      else reject(new InvalidInput('host', `cannot listen on ${host}: ${error.message}`))
    })
    server.listen({ port, host, backlog: BACKLOG }, () => {
      server.removeAllListeners('error')
      resolve()
    })
  })
}

function close(server: Server, sockets: WebSockets): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve())
    sockets.close()
    server.closeAllConnections()
  })
}

const pathOf = ({ url }: IncomingMessage): string =>
  (url ?? '/').split('?', 1)[0]!.replace(/(.)\/$/, '$1')

async function respond(
  rpc: Rpc,
  { onBug }: ServerOptions,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const path = pathOf(request)
  if (request.method === 'OPTIONS') return send(response, 204)
  if (!PATHS.has(path) && path !== OLD_PATH)
    return send(response, 404, `there is nothing at ${path}: POST to /rpc/v1\n`)
  if (request.method !== 'POST')
    return send(response, 405, 'this is a JSON-RPC endpoint: POST to it\n', {
      allow: 'POST, OPTIONS',
    })
  const body = await bodyOf(request)
  if (body === undefined)
    return send(response, 413, `the body is longer than ${MAX_BODY_BYTES} bytes\n`, {
      connection: 'close',
    })
  let gone: AbortSignal | undefined
  const caller = { gone: () => (gone ??= goneSignal(response)), takesPieces: true }
  const handle = path === OLD_PATH ? refuseOld : reporting(rpc, caller, onBug)
  const answer = await dispatch(body, handle)
  if (answer === undefined) return send(response, 204)
  if (answer instanceof JsonPieces) return sendPieces(response, answer)
  response.writeHead(200, [...JSON_HEADERS, 'content-length', String(Buffer.byteLength(answer))])
  response.end(answer)
}

/** Made for who asks: few requests wait for anything. */
function goneSignal(response: ServerResponse): AbortSignal {
  const gone = new AbortController()
  const look = (): void => {
    if (!response.writableFinished) gone.abort()
  }
  if (response.closed) look()
  else response.once('close', look)
  return gone.signal
}

/** Requests answered by the RPC; a bug is reported here and told to the client on one line. */
const reporting =
  (rpc: Rpc, caller: RpcCaller, onBug: ServerOptions['onBug']): Handler =>
  async (request) => {
    try {
      return await rpc.request(request, caller)
    } catch (thrown) {
      const error = asRpcError(thrown)
      if (error.code === RPC_CODE.internalError) onBug?.(error.cause)
      throw error
    }
  }

const refuseOld: Handler = ({ method }) =>
  Promise.reject(
    new RpcError(
      RPC_CODE.methodNotFound,
      `method '${method}' not found: the v0 API is not served here, use /rpc/v1`,
    ),
  )

/** The body as text; undefined where it is too long, and what is left of it then flows into nothing. */
function bodyOf(request: IncomingMessage): Promise<string | undefined> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    let length = 0
    request.on('data', (chunk: Buffer) => {
      length += chunk.length
      if (length > MAX_BODY_BYTES) resolve(undefined)
      else chunks.push(chunk)
    })
    request.once('end', () => resolve(Buffer.concat(chunks).toString('utf8')))
    request.once('error', reject)
  })
}

/** Sends as fast as the client reads; whoever else asks is served meanwhile. */
async function sendPieces(response: ServerResponse, pieces: JsonPieces): Promise<void> {
  response.writeHead(200, { ...CORS, 'content-type': 'application/json' })
  for (const piece of pieces) {
    if (response.destroyed) return
    if (!response.write(piece)) await drained(response)
  }
  response.end()
}

const drained = (response: ServerResponse): Promise<void> =>
  new Promise((resolve) => {
    const done = (): void => {
      response.off('drain', done)
      response.off('close', done)
      resolve()
    }
    response.on('drain', done)
    response.on('close', done)
  })

function send(
  response: ServerResponse,
  status: number,
  body?: string,
  headers: Record<string, string> = {},
): void {
  const type =
    body === undefined
      ? {}
      : { 'content-type': 'text/plain', 'content-length': Buffer.byteLength(body) }
  response.writeHead(status, { ...CORS, ...type, ...headers })
  response.end(body)
}
