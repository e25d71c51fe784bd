// Goal: the command starts from any clone, and only then installs or builds. Method: a small project with
// the real start files and a main.ts that prints its arguments; npm is a script that notes its call.
import { spawnSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { symlinkSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { test } from 'uvu'
import * as assert from 'uvu/assert'

const PROJECT = fileURLToPath(new URL('../..', import.meta.url))
const MAIN = `import { word } from '../engine/word.ts'
export async function main(argv: string[]): Promise<void> {
  console.log(word, argv.join(' '))
}
`
const lock = (version: string) =>
  JSON.stringify({
    packages: {
      '': { name: 'x' },
      'node_modules/a': { version },
      'node_modules/other-platform': { version: '1.0.0', optional: true },
    },
  })
/** Stands for npm: notes its arguments and installs version 2 of the package. */
const NPM = `import fs from 'node:fs'
fs.writeFileSync('npm-called', process.argv.slice(2).join(' '))
if (fs.existsSync('npm-fails')) { console.error('npm says why'); process.exit(7) }
fs.mkdirSync('node_modules', { recursive: true })
fs.writeFileSync('node_modules/.package-lock.json', ${JSON.stringify(lock('2.0.0'))})
`

test('builds once, and again after an edit, a new file or a removed one', () => {
  inProject((project) => {
    assert.equal(project.start('a', 'b'), { status: 0, stdout: 'one a b\n', built: true })
    assert.equal(project.start(), { status: 0, stdout: 'one \n', built: false })
    project.write('engine/word.ts', `export const word = 'two'\n`)
    assert.equal(project.start('c'), { status: 0, stdout: 'two c\n', built: true })
    project.write('engine/other.ts', 'export const x = 1\n')
    assert.is(project.start().built, true)
    project.remove('engine/other.ts')
    assert.is(project.start().built, true)
    assert.is(project.has('dist/engine/other.js'), false)
    assert.is(project.start().built, false)
  })
})

test('ships files that are not compiled', () => {
  inProject((project) => {
    project.write('wasm/kernel.wasm', 'bytes')
    project.start()
    assert.is(project.has('dist/wasm/kernel.wasm'), true)
    assert.is(project.has('dist/engine/word.ts'), false)
  })
})

test('a build that fails prints the compiler and leaves the last build', () => {
  inProject((project) => {
    project.start()
    project.write('engine/word.ts', `export const word: number = 'text'\n`)
    const failed = project.run()
    assert.is(failed.status, 1)
    assert.is(failed.stdout, '')
    assert.match(failed.stderr, /engine\/word\.ts\(1,14\): error TS2322/)
    assert.not.match(failed.stderr, /at .*\.mjs/)
    assert.is(project.has('dist/cli/main.js'), true)
    assert.equal(project.run().status, 1)
  })
})

test('installed from npm it only starts', () => {
  inProject((project) => {
    project.start()
    for (const path of ['tsconfig.json', 'tsconfig.build.json', 'engine', 'package-lock.json'])
      project.remove(path)
    assert.equal(project.start('d'), { status: 0, stdout: 'one d\n', built: false })
    assert.is(project.has('npm-called'), false)
  })
})

test('installs when the lock asks for another version, and once', () => {
  inProject((project) => {
    project.write('package-lock.json', lock('2.0.0'), 10)
    assert.is(project.start().status, 0)
    assert.match(project.read('npm-called'), /^ci --include=dev/)
    project.remove('npm-called')
    assert.is(project.start().status, 0)
    assert.is(project.has('npm-called'), false)
  })
})

test('does not install for a lock that was only touched', () => {
  inProject((project) => {
    project.write('package-lock.json', lock('1.0.0'), 10)
    assert.is(project.start().status, 0)
    assert.is(project.has('npm-called'), false)
  })
})

test('installs where nothing is installed, and says when that fails', () => {
  inProject((project) => {
    project.remove('node_modules/.package-lock.json')
    project.write('npm-fails', '')
    const { status, stdout, stderr } = project.run()
    assert.is(status, 1)
    assert.is(stdout, '')
    assert.match(stderr, /npm says why\npithead: npm ci failed \(exit 7\)/)
    project.remove('npm-fails')
    assert.is(project.start().status, 0)
  })
})

type Project = ReturnType<typeof openProject>

function inProject(body: (project: Project) => void): void {
  const root = mkdtempSync(join(tmpdir(), 'start-'))
  try {
    const project = openProject(root)
    for (const file of ['tsconfig.json', 'tsconfig.build.json', 'package.json'])
      cpSync(join(PROJECT, file), join(root, file))
    for (const file of ['pithead.mjs', 'build.mjs', 'install.mjs'])
      cpSync(join(PROJECT, 'cli', file), join(root, 'cli', file))
    for (const name of 'typescript @typescript @types undici-types esbuild @esbuild'.split(' ')) {
      mkdirSync(join(root, 'node_modules'), { recursive: true })
      symlinkSync(join(PROJECT, 'node_modules', name), join(root, 'node_modules', name))
    }
    project.write('cli/main.ts', MAIN)
    project.write('engine/word.ts', `export const word = 'one'\n`)
    project.write('package-lock.json', lock('1.0.0'))
    project.write('node_modules/.package-lock.json', lock('1.0.0'))
    project.write('npm-cli.js', NPM)
    body(project)
  } finally {
    rmSync(root, { recursive: true, force: true })
  }
}

function openProject(root: string) {
  const run = (...args: string[]) =>
    spawnSync(process.execPath, [join(root, 'cli', 'pithead.mjs'), ...args], {
      encoding: 'utf8',
      env: { ...process.env, npm_execpath: join(root, 'npm-cli.js') },
    })
  return {
    run,
    start(...args: string[]) {
      const { status, stdout, stderr } = run(...args)
      return { status, stdout, built: stderr.includes('pithead: building') }
    },
    /** `age` sets the time of change to seconds from now. */
    write(path: string, text: string, age = 0): void {
      mkdirSync(dirname(join(root, path)), { recursive: true })
      writeFileSync(join(root, path), text)
      const when = Date.now() / 1000 + age
      if (age !== 0) utimesSync(join(root, path), when, when)
    },
    remove: (path: string) => rmSync(join(root, path), { recursive: true }),
    has: (path: string) => existsSync(join(root, path)),
    read: (path: string) => readFileSync(join(root, path), 'utf8'),
  }
}

test.run()
