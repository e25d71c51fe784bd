/** JSON-RPC over WebSocket: requests as over HTTP, and notifications of what a client subscribed to. */
import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import type { WebSocket, WebSocketServer } from 'ws'
import { Connection } from './connection.ts'
import { dispatch, type Handler } from './dispatch.ts'
import type { JsonPieces } from './json-pieces.ts'
import type { RpcCaller } from './index.ts'

/** Of one request, over either transport. */
export const MAX_BODY_BYTES = 16 * 1024 * 1024
/** What may wait for a client that does not read. */
const MAX_BUFFERED_BYTES = 64 * 1024 * 1024

export class WebSockets {
  readonly #handlerOf: (caller: RpcCaller) => Handler
  readonly #onBug: ((error: unknown) => void) | undefined
  #server: Promise<WebSocketServer> | undefined
  readonly #open = new Set<WebSocket>()

  constructor(handlerOf: (caller: RpcCaller) => Handler, onBug?: (error: unknown) => void) {
    this.#handlerOf = handlerOf
    this.#onBug = onBug
  }

  /** Takes over a request that asks for a WebSocket. */
  accept(request: IncomingMessage, stream: Duplex, head: Buffer): void {
    stream.on('error', () => stream.destroy())
    this.#server ??= makeServer()
    this.#server
      .then((server) =>
        server.handleUpgrade(request, stream, head, (socket) => this.#serve(socket)),
      )
      .catch((error: unknown) => {
        this.#onBug?.(error)
        stream.destroy()
      })
  }

  #serve(socket: WebSocket): void {
    this.#open.add(socket)
    const gone = new AbortController()
    const send = (text: string) => {
      if (socket.bufferedAmount > MAX_BUFFERED_BYTES) socket.terminate()
      else socket.send(text)
    }
    const connection = new Connection(send)
    const handle = this.#handlerOf({ connection, gone: () => gone.signal })
    socket.on('message', (data: Buffer) => {
      dispatch(data.toString('utf8'), handle).then(
        (answer) => answer !== undefined && send(wholeOf(answer)),
        (error: unknown) => this.#onBug?.(error),
      )
    })
    socket.on('error', () => socket.terminate())
    socket.on('close', () => {
      this.#open.delete(socket)
      connection.close()
      gone.abort()
    })
  }

  close(): void {
    for (const socket of this.#open) socket.terminate()
  }
}

/** A message of a WebSocket is one text. */
const wholeOf = (answer: string | JsonPieces): string =>
  typeof answer === 'string' ? answer : [...answer].join('')

/** The library is loaded when somebody asks for it. */
async function makeServer(): Promise<WebSocketServer> {
  const { WebSocketServer } = await import('ws')
  return new WebSocketServer({ noServer: true, maxPayload: MAX_BODY_BYTES, clientTracking: false })
}
