// The project's copy of the vectors holds, and the vector runner itself cannot pass by accident.
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { initCrypto } from '../primitives/crypto/init.ts'
import { checkFile, loadHandlers, vectorFiles, VECTORS, type FileResult } from './vectors/check.ts'
import { FieldError, openCase, parseExactJson, type Handler } from './vectors/handler.ts'

await initCrypto()
const handlers = await loadHandlers()

for (const path of vectorFiles())
  test(`${path.slice(VECTORS.length)} holds`, () => {
    const { passed, failures } = checkFile(path, handlers)
    const shown = failures.slice(0, 3).map(({ id, message }) => `${id}: ${message}`)
    assert.is(
      failures.length,
      0,
      `${failures.length} of ${passed + failures.length}\n${shown.join('\n')}`,
    )
  })

test('every handler has a file', () => {
  const files = new Set(
    vectorFiles().map((path) => path.slice(VECTORS.length).replace('.json', '')),
  )
  assert.equal(
    Object.keys(handlers).filter((name) => !files.has(name)),
    [],
  )
})

const double: Handler = (c) => assert.is(c.num('x') * 2, c.num('y'))
const twoCases = '{ "cases": [{ "id": "a", "x": 2, "y": 4 }, { "id": "b", "x": 2, "y": 5 }] }'

test('counts cases that hold and names those that do not', () => {
  const { passed, failures } = check('double', twoCases, double)
  assert.is(passed, 1)
  assert.equal(
    failures.map(({ id }) => id),
    ['b'],
  )
  assert.match(failures[0]!.message, /got 4, expected 5/)
})

test('a file that proves nothing is a failure', () => {
  const cases: [text: string, handler: Handler, says: RegExp][] = [
    ['{ "cases": [] }', double, /no cases/],
    ['{ "cases": [', double, /SyntaxError/],
    ['[]', double, /not \{cases/],
    ['{ "cases": [{ "x": 1 }] }', double, /case 0 has no id/],
    ['{ "cases": [{ "id": "a", "x": 1 }] }', double, /a: field "y" is missing; there is id, x/],
    ['{ "cases": [{ "id": "a", "x": "1.5", "y": 3 }] }', double, /a: x: expected an integer/],
    ['{ "cases": [{ "id": "a", "x": 1 }] }', () => {}, /the handler read no field/],
    ['{ "cases": [{ "id": "a", "x": 1 }] }', async (c) => void c.raw('x'), /async/],
  ]
  for (const [text, handler, says] of cases) {
    const { passed, failures } = check('double', text, handler)
    assert.is(passed, 0)
    assert.is(failures.length, 1)
    assert.match(failures[0]!.message, says)
  }
})

test('the command fails for an unknown name, an empty file and an empty folder', () => {
  const cases: [files: Record<string, string>, says: RegExp][] = [
    [{ 'no_such_topic.json': twoCases }, /no_such_topic: 0 passed, 1 failed\n.*no handler/],
    [{ 'quantize.json': '{ "cases": [] }' }, /quantize: 0 passed, 1 failed/],
    [{ 'toString.json': twoCases }, /toString: 0 passed, 1 failed/],
    [{}, /no \*\.json/],
  ]
  for (const [files, says] of cases)
    inFolder(files, (folder) => {
      const run = fileURLToPath(new URL('vectors/run.ts', import.meta.url))
      const args = ['--import', import.meta.resolve('tsx'), run, folder]
      const { status, stdout } = spawnSync(process.execPath, args, { encoding: 'utf8' })
      assert.is(status, 1)
      assert.match(stdout, says)
      assert.is(stdout.trimEnd().split('\n').at(-1), '0 passed, 1 failed')
    })
})

test('accessors give what the file says, to the last digit', () => {
  const text = `{ "n": -7, "s": "0x0aFF", "big": 8761748149847665123, "neg": -18446744073709551616,
    "quoted": "a 12345678901234567890 \\" 1", "list": [9007199254740993, "1"], "b": "+/8=", "deep": { "o": [{ "t": true }] },
    "f": 0.12345678901234567890 }`
  const c = openCase('id', parseExactJson(text) as Record<string, unknown>)
  assert.is(c.num('n'), -7)
  assert.equal([...c.hex('s')], [10, 255])
  assert.is(c.big('big'), 8761748149847665123n)
  assert.is(c.big('neg'), -(2n ** 64n))
  assert.is(c.str('quoted'), 'a 12345678901234567890 " 1')
  assert.equal(c.bigs('list'), [9007199254740993n, 1n])
  assert.equal([...c.base64('b')], [251, 255])
  assert.is(c.sub('deep').subs('o')[0]!.bool('t'), true)
  assert.is(typeof c.raw('f'), 'number')
  assert.is(c.optBig('none'), undefined)
  assert.is(c.optBig('n'), -7n)
})

test('accessors refuse a value of another form, and say where it is', () => {
  const c = openCase('id', {
    s: 'x',
    n: 1.5,
    big: '9007199254740993',
    o: { l: ['1', 2] },
    nil: null,
  })
  const refused: [read: () => unknown, says: RegExp][] = [
    [() => c.str('n'), /id: n: expected a string, got 1.5/],
    [() => c.num('n'), /expected an integer/],
    [() => c.num('big'), /below 2\^53/],
    [() => c.big('s'), /expected an integer, got "x"/],
    [() => c.hex('s'), /bytes as hex/],
    [() => c.bool('s'), /true or false/],
    [() => c.sub('s'), /an object/],
    [() => c.list('o'), /a list/],
    [() => c.sub('o').strs('l'), /id: o: l\[1\]: expected a string, got 2/],
    [() => c.raw('nil'), /"nil" is missing/],
    [() => c.optStr('n'), /expected a string/],
  ]
  for (const [read, says] of refused)
    assert.throws(read, (error: unknown) => error instanceof FieldError && says.test(error.message))
})

function check(name: string, text: string, handler: Handler): FileResult {
  const run = (folder: string) => checkFile(join(folder, `${name}.json`), { [name]: handler })
  return inFolder({ [`${name}.json`]: text }, run)
}

function inFolder<T>(files: Record<string, string>, run: (folder: string) => T): T {
  const folder = mkdtempSync(join(tmpdir(), 'vectors-'))
  try {
    for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text)
    return run(folder)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

test.run()
