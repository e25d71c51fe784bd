/** A devnet in a process of its own, ours or another's, and a client that asks it one thing after the other. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { Agent, request } from 'node:http'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

/** A program, and its arguments for a port. */
export interface DevnetCommand {
  readonly program: string
  readonly args: (port: number) => string[]
  /** Where it is started. */
  readonly cwd?: string
}

export interface RunningDevnet {
  /** Milliseconds from starting the process to its first answer. */
  readonly startMs: number
  readonly ask: (method: string, ...params: unknown[]) => Promise<unknown>
  /** Resident memory, MB. */
  readonly rssMb: () => number
  readonly stop: () => Promise<void>
}

const START_LIMIT_MS = 60_000
const RETRY_MS = 2
const MAX_SOCKETS = 256

/** Starts it and waits for its first answer. */
export async function startDevnet({ program, args, cwd }: DevnetCommand): Promise<RunningDevnet> {
  const port = await freePort()
  const client = clientOf(port)
  const started = performance.now()
  const child = spawn(program, args(port), { stdio: 'ignore', cwd })
  while (!(await client.ask('eth_chainId').catch(() => undefined))) {
    if (child.exitCode !== null) throw new Error(`${program} ended with ${child.exitCode}`)
    if (performance.now() - started > START_LIMIT_MS) throw new Error(`${program} does not answer`)
    await new Promise((done) => setTimeout(done, RETRY_MS))
  }
  const startMs = performance.now() - started
  return {
    startMs,
    ask: client.ask,
    rssMb: () => rssMb(child.pid!),
    stop: () => {
      client.close()
      return stop(child)
    },
  }
}

async function stop(child: ChildProcess): Promise<void> {
  const exit = once(child, 'exit')
  child.kill('SIGTERM')
  await exit
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}

/** JSON-RPC over connections that are kept: one as long as one thing is asked after the other. */
function clientOf(port: number) {
  const agent = new Agent({ keepAlive: true, maxSockets: MAX_SOCKETS })
  const headers = { 'content-type': 'application/json' }
  const post = (body: string): Promise<string> =>
    new Promise((resolve, reject) => {
      const options = { host: '127.0.0.1', port, method: 'POST', agent, headers }
      const sent = request(options, (response) => {
        let text = ''
        response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk))
        response.on('end', () => resolve(text)).on('error', reject)
      })
      sent.on('error', reject).end(body)
    })
  const ask = async (method: string, ...params: unknown[]): Promise<unknown> => {
    const text = await post(JSON.stringify({ jsonrpc: '2.0', method, params, id: 1 }))
    const { result, error } = JSON.parse(text) as { result?: unknown; error?: { message: string } }
    if (error) throw new Error(`${method}: ${error.message}`)
    return result
  }
  return { ask, close: () => agent.destroy() }
}

function rssMb(pid: number): number {
  if (process.platform === 'linux') {
    const [, kib] = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? []
    return Number(kib) / 1024
  }
  return Number(execFileSync('ps', ['-o', 'rss=', '-p', String(pid)], { encoding: 'utf8' })) / 1024
}
