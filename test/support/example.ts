/** Runs an example as its README says: its packages installed, this project built, and a devnet behind it where it wants one. */
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))

export interface Ended {
  readonly status: number | null
  readonly output: string
}

/** Runs `npm test` of `examples/<name>` against a devnet in a process of its own, at `PITHEAD_URL`. */
export async function testOverRpc(name: string): Promise<Ended> {
  const folder = prepared(name)
  const devnet = spawn(process.execPath, [`${ROOT}cli/pithead.mjs`, 'devnet', '--port', '0'])
  try {
    const url = await urlOf(devnet.stdout)
    return await npmTest(folder, { PITHEAD_URL: url })
  } finally {
    devnet.kill()
    await once(devnet, 'exit')
  }
}

/** Runs `npm test` of `examples/<name>`, which finds this project as the package `pithead`. */
export async function testInProcess(name: string): Promise<Ended> {
  const folder = prepared(name)
  const link = join(folder, 'node_modules', 'pithead')
  if (!existsSync(link)) symlinkSync(ROOT, link, 'dir')
  return npmTest(folder, {})
}

/** @throws Error when packages cannot be installed or the project cannot be built. */
function prepared(name: string): string {
  const folder = join(ROOT, 'examples', name)
  const install = `import { ensureInstalled } from './cli/install.mjs'; ensureInstalled(process.argv[1])`
  node(['--input-type=module', '-e', install, folder])
  node(['cli/build.mjs'])
  return folder
}

function node(args: readonly string[]): void {
  const { status, stderr } = spawnSync(process.execPath, args, { cwd: ROOT, encoding: 'utf8' })
  if (status !== 0) throw new Error(`node ${args.join(' ')}\n${stderr}`)
}

async function urlOf(stdout: NodeJS.ReadableStream): Promise<string> {
  let text = ''
  for await (const chunk of stdout) {
    text += String(chunk)
    const [, url] = /^ *(http:\S+)\n *ready$/m.exec(text) ?? []
    if (url !== undefined) return url
  }
  throw new Error(`the devnet ended\n${text}`)
}

async function npmTest(folder: string, env: Record<string, string>): Promise<Ended> {
  const child = spawn('npm', ['test'], {
    cwd: folder,
    env: { ...process.env, ...env, CI: '1', NO_COLOR: '1' },
    shell: process.platform === 'win32',
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => (output += text))
  await once(child, 'close')
  return { status: child.exitCode, output }
}
