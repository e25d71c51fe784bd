// Goal: the house rules hold for every file of the project. Method: each rule runs over all files that
// git knows or would add; then each rule is shown a file that breaks it, and must say so.
import { execFileSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { join, relative, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { functionsOf } from './support/tidy/functions.ts'
import { determinism, RULES, type Rule, type SourceFile } from './support/tidy/rules.ts'
import { codeTokens, scan } from './support/tidy/scan.ts'

type Exception = { rule: Rule; path: string | RegExp; reason: string }

/** Every place where a rule does not hold, and why it need not. */
const EXCEPTIONS: Exception[] = [
  {
    rule: determinism,
    path: 'primitives/crypto/init.ts',
    reason: 'awaits WASM, once, before a run',
  },
  {
    rule: determinism,
    path: /(^|[-/])pool\.ts$/,
    reason: 'talks to Piscina, at an edge before a step',
  },
  { rule: determinism, path: /\/worker\.ts$/, reason: 'is loaded by Piscina' },
  { rule: determinism, path: 'primitives/on-thread.ts', reason: 'wraps what Piscina loads' },
]

const PROJECT = fileURLToPath(new URL('..', import.meta.url))
const FILES = projectFiles(PROJECT)

for (const [name, rule] of Object.entries(RULES))
  test(name, () => {
    const complaints = FILES.filter((file) => !isExcepted(rule, file.path)).flatMap(rule)
    assert.is(complaints.join('\n'), '')
  })

test('finds the files of the project', () => {
  const paths = FILES.map(({ path }) => path)
  for (const path of ['package.json', 'test/tidy.test.ts', 'cli/pithead.mjs', '.ci/run'])
    assert.ok(paths.includes(path), path)
})

test('an excepted file is there', () => {
  for (const { path } of EXCEPTIONS)
    if (typeof path === 'string') assert.ok(existsSync(join(PROJECT, path)), path)
})

// Words that stand for what they must not be found as are put together here.
const ANY = ['an', 'y'].join('')
const LATER = ['TO', 'DO'].join('')
const SILENCE = ['@ts', 'ignore'].join('-')
const HOME = ['', 'home', 'me'].join('/')
const LONG_BODY = '  step()\n'.repeat(59)

const violations: Record<keyof typeof RULES, [path: string, text: string][]> = {
  'rooms import only the rooms below them': [
    ['actors/a.ts', `import { x } from '../engine/x.ts'`],
    ['actors/miner/a.ts', `import type { X } from '../../proofs-mock/x.ts'`],
    ['primitives/a.ts', `export * from '../actors/x.ts'`],
    ['engine/a.ts', `export const x = import('../rpc/x.ts')`],
    ['scenarios/a.ts', `import '../cli/x.ts'`],
    ['rpc/a.ts', `import {\n  x,\n} from '../test/x.ts'`],
    ['wasm/a.ts', `import { x } from '../primitives/x.ts'`],
  ],
  'imports end in .ts': [
    ['engine/a.ts', `import { x } from './x'`],
    ['cli/a.ts', `import { x } from '../engine/x.js'`],
    ['test/a.ts', `export { x } from '.'`],
  ],
  'the core has no clock, chance, waiting or I/O': [
    ['engine/a.ts', 'const now = Date.now()'],
    ['engine/a.ts', 'const now = new Date(0)'],
    ['actors/a.ts', 'const x = Math.random()'],
    ['scenarios/a.ts', 'const t = performance.now()'],
    ['primitives/a.ts', 'const t = process.hrtime.bigint()'],
    ['primitives/a.ts', `const t = process.env['SEED']`],
    ['proofs-mock/a.ts', 'setTimeout(() => {}, 1)'],
    ['proofs-mock/a.ts', 'globalThis.setTimeout(() => {}, 1)'],
    ['engine/a.ts', 'export async function f() {}'],
    ['engine/a.ts', 'const x = `${await y}`'],
    ['engine/a.ts', 'function f(): Promise<void> {}'],
    ['engine/a.ts', `import { readFileSync } from 'node:fs'`],
    ['engine/a.ts', `import { readFile } from 'fs/promises'`],
  ],
  'functions have at most 60 lines': [
    ['engine/a.ts', `function f() {\n${LONG_BODY}}\n`],
    ['cli/a.mjs', `const f = () => {\n${LONG_BODY}}\n`],
    ['test/a.test.ts', `test('x', () => {\n${LONG_BODY}})\n`],
  ],
  'files have at most 600 lines': [['engine/a.ts', 'step()\n'.repeat(601)]],
  'nothing silences the compiler or a test, or is left for later': [
    ['engine/a.ts', `const x = y as ${ANY}`],
    ['engine/a.ts', `function f(x: ${ANY}) {}`],
    ['engine/a.ts', `const x = new Map<${ANY}, string>()`],
    ['rpc/a.ts', `// ${SILENCE}\nf(1)`],
    ['rpc/a.ts', `/** ${LATER}: more */`],
    ['test/a.test.ts', `test.only('x', () => {})`],
    ['test/a.test.ts', `test.skip('x', () => {})`],
  ],
  'no machine path is in a file': [
    ['docs/a.md', `Run it in \`${HOME}/x\`.`],
    ['engine/a.ts', `const x = '${['', 'work', ''].join('/')}'`],
    ['.ci/run', `cd ${['', 'root', 'x'].join('/')}`],
  ],
  'the lock names no registry host': [
    ['package-lock.json', '{ "a": {\n      "resolved": "https://registry.example/a.tgz" } }'],
  ],
  'top-level folders are rooms': [
    ['src/a.ts', ''],
    ['lib/b/c.md', ''],
  ],
}

for (const [name, rule] of Object.entries(RULES))
  test(`a violation is caught: ${name}`, () => {
    assert.ok(violations[name]?.length, 'no violation is shown to this rule')
    for (const [path, text] of violations[name]!) {
      const complaints = rule({ path, text })
      assert.is(complaints.length, 1, `${path}: ${text}\n${complaints.join('\n')}`)
      assert.ok(complaints[0]!.startsWith(path))
    }
  })

test('what only looks like a violation is let through', () => {
  const innocent: [path: string, text: string][] = [
    ['actors/a.ts', `import { x } from '../primitives/x.ts'\nimport { y } from './y.ts'`],
    ['test/a.ts', `import { x } from '../engine/x.ts'`],
    ['cli/a.ts', 'export async function main() { await f(Date.now()) }'],
    [
      'engine/a.ts',
      `// async, await: Date.now() \nconst x = 'Math.random()' + \`new Date(\${1})\``,
    ],
    ['engine/a.ts', `const x = { async: 1 }.async + clock.performance.now + Date.UTC(2020, 1)`],
    ['engine/a.ts', `function f() {\n${LONG_BODY.slice(9)}}\n`],
    ['engine/a.ts', `const as = company('as ${ANY}') // as ${ANY} reader knows`],
    ['engine/a.ts', `only.only(x); list.skip(3)`],
    ['docs/a.md', 'https://a.example/home/x and docs/work/x'],
    ['.github/x.yml', ''],
    ['README.md', ''],
  ]
  for (const [path, text] of innocent)
    for (const rule of Object.values(RULES)) assert.equal(rule({ path, text }), [])
})

const TRICKY: [what: string, text: string, code: string][] = [
  ['strings', `a = 'x // y' + "it's \\" /*"; b`, `a = 'x // y' + "it's \\" /*" ; b`],
  ['comments', 'a // b `c`\n/* d\n * e */ f', 'a f'],
  [
    'a nested template',
    'a`b ${c({ d: `e ${f} }` })} g` + h',
    'a `b ${ c ( { d : `e ${ f } }` } ) } g` + h',
  ],
  ['a dollar in a template', '`a $ \\` \\${b} $`', '`a $ \\` \\${b} $`'],
  ['division', 'a / b / c', 'a / b / c'],
  ['division after brackets', '(a) / b[1] / 2 / c', '( a ) / b [ 1 ] / 2 / c'],
  ['division after !', 'a! / b[0]! / 2', 'a ! / b [ 0 ] ! / 2'],
  ['division after ++', 'a++ / 2 / b', 'a ++ / 2 / b'],
  ['division after an object', 'x = { a } / 2 / b', 'x = { a } / 2 / b'],
  ['division after a template', '`${a}` / b / c', '`${ a }` / b / c'],
  ['a regex', `x = /a"b/.test(c)`, `x = /a"b/ . test ( c )`],
  ['a regex with a class', 'f(/[/`"]\\/{/gu)', 'f ( /[/`"]\\/{/gu )'],
  ['a regex after a word', 'return /`/ in x', 'return /`/ in x'],
  ['a regex after !', '!/`/.test(a)', '! /`/ . test ( a )'],
  ['a regex after a condition', 'if (a) /`/.exec(b)', 'if ( a ) /`/ . exec ( b )'],
  ['a regex after a block', '{ a }\n/`/.exec(b)', '{ a } /`/ . exec ( b )'],
  ['a member named like a word', 'a.return / b / c', 'a . return / b / c'],
  ['private names', 'this.#a?.b', 'this . #a ? . b'],
]

for (const [what, text, code] of TRICKY)
  test(`the scanner reads ${what}`, () => {
    assert.is(
      codeTokens(text)
        .map((token) => token.text)
        .join(' '),
      code,
    )
    const back = scan(text).reduce((at, { start, end, text: t }) => {
      assert.is(text.slice(start, end), t)
      assert.is(text.slice(at, start).trim(), '')
      return end
    }, 0)
    assert.is(text.slice(back).trim(), '')
  })

test('the scanner counts lines', () => {
  const tokens = scan('a\n/*\n\n*/ b `\n${c}\n` d\n\ne')
  const lines = tokens
    .filter(({ kind }) => kind === 'word')
    .map(({ text, line }) => `${text}${line}`)
  assert.is(lines.join(' '), 'a1 b4 c5 d6 e8')
})

const FUNCTIONS: [text: string, spans: string][] = [
  ['function f() {\n}', 'f 1-2'],
  ['export function f<T>(\n  a: T,\n): T {\n}', 'f 1-4'],
  ['const f = (\n  a: A,\n): Map<A, B> => {\n}', 'f 1-4'],
  ['const f = (a: number) => {\n}\nconst g = async () => {\n}', 'f 1-2, g 3-4'],
  ['const f = (a: number): { b: 1 } => {\n}', 'f 1-2'],
  ['const f = () => ({\n  a: 1,\n})\nconst g = 2', 'f 1-3'],
  [
    'const f = (a: number) =>\n  a > 1\n    ? { b: 1 }\n    : c(\n        2,\n      )\ng()',
    'f 1-6',
  ],
  ['const f = (a) => `${a.map((b) => b)}\n`\ng()\n\n', 'f 1-2, anonymous 1-1'],
  ['f(a => {\n}, b => 2)', 'anonymous 1-2, anonymous 2-2'],
  ['const f = (a) => (b) => {\n}', 'f 1-2, anonymous 1-2'],
  [
    'class A extends mixin(B) {\n  constructor() {\n  }\n  get x(): { y: 1 } {\n  }\n}',
    'constructor 2-3, x 4-5',
  ],
  ['class A {\n  #m<T>(a: T): asserts a is T {\n  }\n}', '#m 2-3'],
  ['const a = {\n  m() {\n  },\n  n: () => {\n  },\n}', 'm 2-3, n 4-5'],
  ['function f(): () => void {\n}', 'f 1-2, anonymous 1-1'],
  ['function f(a: string): a is "x" | `y` {\n}', 'f 1-2'],
  ['function f(): Map<A, { b: C<D> }> {\n}', 'f 1-2'],
  ['if (a) {\n}\nfor (;;) {\n}\nwhile (a) {\n}\nswitch (a) {\n}\ntry {\n} catch (e) {\n}', ''],
  ['for await (const a of b) {\n}', ''],
  ['type F = { m(): void; n(): { a: 1 } }\ninterface G {\n  a(): number\n  b: 1\n}', ''],
  ['declare function f(a: string): void\nconst x = {\n}', ''],
  [`function f() {\n  a = "}" + '}' + \`}\` + /[}]}/ // }\n  /* } */\n}`, 'f 1-4'],
  ['function f() {\n  return `${[1].map(() => {\n    return {}\n  })}`\n}', 'f 1-5, anonymous 2-4'],
  ['type A = () => Map<K, V>\n\nexport function f() {\n}', 'A 1-1, f 3-4'],
]

for (const [text, spans] of FUNCTIONS)
  test(`finds the functions of ${JSON.stringify(text)}`, () => {
    const found = functionsOf(text).map(({ name, from, to }) => `${name} ${from}-${to}`)
    assert.is(found.join(', '), spans)
  })

function isExcepted(rule: Rule, path: string): boolean {
  return EXCEPTIONS.some(
    (e) => e.rule === rule && (typeof e.path === 'string' ? e.path === path : e.path.test(path)),
  )
}

/** What git tracks or would add; all files where this is not a git folder. */
function projectFiles(root: string): SourceFile[] {
  return listFiles(root).flatMap((path) => {
    if (!existsSync(join(root, path)) || !statSync(join(root, path)).isFile()) return []
    const bytes = readFileSync(join(root, path))
    return bytes.includes(0) ? [] : [{ path, text: bytes.toString('utf8') }]
  })
}

function listFiles(root: string): string[] {
  if (!existsSync(join(root, '.git'))) return walk(root).map((path) => relative(root, path))
  const args = ['ls-files', '--cached', '--others', '--exclude-standard', '-z']
  return execFileSync('git', args, { cwd: root, encoding: 'utf8' }).split('\0').filter(Boolean)
}

function walk(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    if (['node_modules', 'dist'].includes(entry.name)) return []
    const path = join(folder, entry.name)
    return entry.isDirectory() ? walk(path) : [path.split(sep).join('/')]
  })
}

test.run()
