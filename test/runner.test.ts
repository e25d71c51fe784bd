// Goal: `npm test` cannot be green by accident. Method: the runner is started on small folders of test
// files, one good and each other broken in one way, and its exit code and last line are compared.
import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { test } from 'uvu'
import * as assert from 'uvu/assert'

const PROJECT = fileURLToPath(new URL('..', import.meta.url))
const UVU = `import { test } from 'uvu'\nimport * as assert from 'uvu/assert'\n`
const GOOD = `${UVU}test('holds', () => assert.is(1, 1))\ntest('too', () => {})\ntest.run()\n`

type Ended = { code: number | null; last: string; output: string }

test('passes where every test holds', () => {
  const { code, last } = run({ 'a.test.ts': GOOD, 'deep/b.test.ts': GOOD, 'support.ts': 'throw 1' })
  assert.is(last, '4 passed, 0 failed')
  assert.is(code, 0)
})

const broken: Record<string, { file: string; last: string; says: RegExp }> = {
  'a failing assertion': {
    file: `${UVU}test('holds', () => {})\ntest('lies', () => assert.is(1, 2))\ntest.run()\n`,
    last: '3 passed, 1 failed',
    says: /"lies"/,
  },
  'a file without tests': {
    file: `${UVU}test.run()\n`,
    last: '2 passed, 1 failed',
    says: /no test ran/,
  },
  'a file that forgets to run': {
    file: `${UVU}test('never', () => assert.is(1, 2))\n`,
    last: '2 passed, 1 failed',
    says: /no test ran/,
  },
  'a test that never settles': {
    file: `${UVU}test('waits', () => new Promise(() => {}))\ntest.run()\n`,
    last: '2 passed, 1 failed',
    says: /Exiting early/,
  },
  'an empty file': { file: '', last: '2 passed, 1 failed', says: /no test ran/ },
  'a crash while loading': {
    file: `${UVU}throw new Error('boom on load')\n`,
    last: '2 passed, 1 failed',
    says: /boom on load/,
  },
  'a crash after the tests': {
    file: `${GOOD}setTimeout(() => { throw new Error('late boom') }, 300)\n`,
    last: '4 passed, 1 failed',
    says: /late boom/,
  },
  'an early exit with code 0': {
    file: `${UVU}test('leaves', () => process.exit(0))\ntest.run()\n`,
    last: '2 passed, 1 failed',
    says: /FAIL test\/broken/,
  },
  'a hook that throws before the tests': {
    file: `${UVU}test.before(() => { throw 1 })\ntest('never', () => {})\ntest.run()\n`,
    last: '2 passed, 1 failed',
    says: /FAIL test\/broken/,
  },
  'a skipped test': {
    file: `${UVU}test('holds', () => {})\ntest['skip']('lies', () => {})\ntest.run()\n`,
    last: '3 passed, 1 failed',
    says: /Skipped: +1/,
  },
}

for (const [name, { file, last, says }] of Object.entries(broken))
  test(`fails for ${name}, and still runs the others`, () => {
    const ended = run({ 'broken.test.ts': file, 'good.test.ts': GOOD })
    assert.is(ended.last, last, ended.output)
    assert.match(ended.output, says)
    assert.is(ended.code, 1)
  })

test('ends a file that hangs, and what it started, at the time it declares', () => {
  const grandchild = `spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'inherit' })`
  const hang = `// timeout: 2\nimport { spawn } from 'node:child_process'\n${grandchild}\n`
  const ended = run({ 'hang.test.ts': hang, 'good.test.ts': GOOD })
  assert.is(ended.last, '2 passed, 1 failed')
  assert.match(ended.output, /still running after 2 s/)
  assert.is(ended.code, 1)
})

test('ends a busy loop at the time given for all', () => {
  const ended = run({ 'busy.test.ts': 'for (;;);\n' }, '--timeout', '2')
  assert.is(ended.last, '0 passed, 1 failed')
  assert.match(ended.output, /still running after 2 s/)
  assert.is(ended.code, 1)
})

test('fails where no file is found or a filter matches none', () => {
  const cases = [
    [run({ 'support.ts': '' }), '0 passed, 1 failed'],
    [run({ 'a.test.ts': GOOD }, 'nowhere'), '0 passed, 1 failed'],
    [run({ 'a.test.ts': GOOD }, 'test/a', 'nowhere'), '2 passed, 1 failed'],
  ] as const
  for (const [ended, last] of cases) {
    assert.is(ended.last, last)
    assert.match(ended.output, /no test file matches/)
    assert.is(ended.code, 1)
  }
})

test('runs the tests of examples', () => {
  const bad = `${UVU}test('lies', () => assert.is(1, 2))\ntest.run()\n`
  const ended = run({ 'a.test.ts': GOOD, '../examples/b/test/c.test.ts': bad })
  assert.is(ended.last, '2 passed, 1 failed')
  assert.match(ended.output, /FAIL examples\/b\/test\/c\.test\.ts/)
})

test('runs only the files that a filter names', () => {
  const files = { 'a.test.ts': GOOD, 'b.test.ts': 'throw 1' }
  assert.is(run(files, './test/a.test.ts').last, '2 passed, 0 failed')
})

test('counts the type check as one test', () => {
  const tsconfig = `{ "compilerOptions": { "noEmit": true, "strict": true }, "include": ["test"] }`
  const typed = { 'a.test.ts': GOOD, '../tsconfig.json': tsconfig }
  const good = runWith(['--timeout', '60'], typed)
  assert.is(good.last, '3 passed, 0 failed', good.output)
  const bad = runWith([], { ...typed, 'wrong.ts': `export const n: number = 'text'\n` })
  assert.is(bad.last, '2 passed, 1 failed')
  assert.match(bad.output, /TS2322/)
  assert.is(bad.code, 1)
})

function run(files: Record<string, string>, ...args: string[]): Ended {
  return runWith(['--no-types', ...args], files)
}

function runWith(args: string[], files: Record<string, string>): Ended {
  const root = mkdtempSync(join(tmpdir(), 'runner-'))
  try {
    symlinkSync(join(PROJECT, 'node_modules'), join(root, 'node_modules'))
    writeFileSync(join(root, 'package.json'), '{ "type": "module" }')
    for (const [name, text] of Object.entries(files)) {
      const path = join(root, 'test', name)
      mkdirSync(dirname(path), { recursive: true })
      writeFileSync(path, text)
    }
    const script = join(PROJECT, 'test', 'run.mjs')
    const ended = spawnSync(process.execPath, [script, '--root', root, ...args], {
      encoding: 'utf8',
    })
    const output = ended.stdout + ended.stderr
    return { code: ended.status, last: ended.stdout.trimEnd().split('\n').at(-1) ?? '', output }
  } finally {
    rmSync(root, { recursive: true, force: true })
  }
}

test.run()
