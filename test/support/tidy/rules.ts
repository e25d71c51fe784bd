/**
 * The house rules that a machine can check, each a function from one file to complaints. A complaint
 * says where and what, so that it can be mended without reading the rule.
 */
import { functionsOf } from './functions.ts'
import { codeTokens, scan, type Token } from './scan.ts'

/** `path` is relative to the project, with forward slashes. */
export type SourceFile = { path: string; text: string }
export type Rule = (file: SourceFile) => string[]

/** Which rooms a room may import besides itself; rooms not listed may import every room. */
const LAYERS: Record<string, readonly string[]> = {
  wasm: [],
  primitives: ['wasm'],
  actors: ['primitives'],
  'proofs-mock': ['actors', 'primitives'],
  engine: ['actors', 'proofs-mock', 'primitives', 'wasm'],
  scenarios: ['engine', 'actors', 'proofs-mock', 'primitives'],
  rpc: ['engine', 'actors', 'primitives'],
  web: [],
}
const FREE_ROOMS = ['cli', 'test', 'bench', 'examples', 'docs']
const CORE_ROOMS = ['primitives', 'actors', 'proofs-mock', 'engine', 'scenarios']
const MAX_FUNCTION_LINES = 60
const MAX_FILE_LINES = 600

/** Rooms import only the rooms below them. */
export const layers: Rule = ({ path, text }) => {
  const allowed = LAYERS[room(path)]
  if (!allowed || !isTypeScript(path)) return []
  return importsOf(text).flatMap(({ specifier, line }) => {
    if (!specifier.startsWith('.')) return []
    const target = room(resolveFrom(path, specifier))
    if (target === room(path) || allowed.includes(target)) return []
    return [`${path}:${line} imports ${specifier}: ${room(path)} may not import ${target}`]
  })
}

/** A file is found by the name that stands in the import. */
export const importEndings: Rule = ({ path, text }) => {
  if (!isTypeScript(path)) return []
  return importsOf(text)
    .filter(({ specifier }) => specifier.startsWith('.') && !specifier.endsWith('.ts'))
    .map(({ specifier, line }) => `${path}:${line} imports ${specifier}, which does not end in .ts`)
}

/** A run is a function of genesis, scenario and seed: the core has no clock, chance, I/O or waiting. */
export const determinism: Rule = ({ path, text }) => {
  if (!CORE_ROOMS.includes(room(path)) || !isTypeScript(path)) return []
  const code = codeTokens(text)
  const words = code.flatMap((token, i) => {
    const found = outsideWorld(code, i)
    return found ? [`${path}:${token.line} uses ${found}, which a run may not depend on`] : []
  })
  const modules = importsOf(text)
    .filter(({ specifier }) => IMPURE_MODULES.test(specifier))
    .map(({ specifier, line }) => `${path}:${line} imports ${specifier}, which is I/O`)
  return [...words, ...modules]
}

const IMPURE_MODULES =
  /^(node:)?(fs|net|http|https|http2|dgram|dns|os|child_process|worker_threads|timers|perf_hooks|cluster)(\/|$)/
const WAITING = new Set(['async', 'await', 'Promise', 'setTimeout', 'setInterval', 'setImmediate'])
const MEMBERS: Record<string, readonly string[] | 'all'> = {
  Math: ['random'],
  performance: 'all',
  process: ['hrtime', 'env', 'argv', 'nextTick', 'uptime'],
  crypto: ['getRandomValues', 'randomUUID', 'randomBytes'],
}

/** The forbidden thing that starts at token `i`, as it would be written. */
function outsideWorld(code: Token[], i: number): string | undefined {
  const [before, { kind, text }, after, member] = [code[i - 1], code[i]!, code[i + 1], code[i + 2]]
  const isMember = before?.text === '.' && code[i - 2]?.text !== 'globalThis'
  const isKey = after?.text === ':' && before?.text !== '?'
  if (kind !== 'word' || isMember || isKey) return undefined
  if (WAITING.has(text)) return text
  if (text === 'Date' && !/^(UTC|parse)$/.test(member?.text ?? '')) return 'Date'
  const members = MEMBERS[text]
  if (!members || after?.text !== '.' || !member) return undefined
  return members === 'all' || members.includes(member.text) ? `${text}.${member.text}` : undefined
}

/** A function fits a screen. */
export const functionLength: Rule = ({ path, text }) => {
  if (!isCode(path)) return []
  return functionsOf(text)
    .filter(({ from, to }) => to - from + 1 > MAX_FUNCTION_LINES)
    .map(({ name, from, to }) => `${path}:${from} ${name} has ${to - from + 1} lines`)
}

/** A file is one topic. */
export const fileLength: Rule = ({ path, text }) => {
  const lines = text.trimEnd().split('\n').length
  const isSource = isTypeScript(path) && room(path) in LAYERS
  if (!(isSource || path.startsWith('cli/')) || lines <= MAX_FILE_LINES) return []
  return [`${path} has ${lines} lines`]
}

/** The compiler is not silenced, and nothing is left for later. */
export const leftovers: Rule = ({ path, text }) => {
  if (!isCode(path)) return []
  const tokens = scan(text)
  return tokens.flatMap((token, i) => {
    const found = token.kind === 'comment' ? inComment(token) : inCode(tokens, i)
    return found ? [`${path}:${token.line} has ${found}`] : []
  })
}

function inComment({ text }: Token): string | undefined {
  return /@ts-(ignore|nocheck)|\b(TODO|FIXME)\b/.exec(text)?.[0]
}

function inCode(tokens: Token[], i: number): string | undefined {
  const { kind, text } = tokens[i]!
  if (kind !== 'word') return undefined
  if (text === 'any' && /^([:<|&]|as)$/.test(tokens[i - 1]?.text ?? '')) return 'the type any'
  const isCall = tokens[i - 1]?.text === '.' && tokens[i + 1]?.text === '('
  const owner = tokens[i - 2]?.text ?? ''
  const ofTests = /^(test|suite|describe|it|[a-z]+Suite)$/.test(owner)
  return isCall && ofTests && /^(only|skip)$/.test(text) ? `.${text}(` : undefined
}

/** Nothing in the project depends on the machine it was written on. */
export const machinePaths: Rule = ({ path, text }) =>
  linesWith(text, /(?<![\w.)}-])\/(work|root|home)\//).map((n) => `${path}:${n} has a machine path`)

/** A lock with addresses would install from one registry only. */
export const lockAddresses: Rule = ({ path, text }) => {
  if (!path.endsWith('package-lock.json')) return []
  return linesWith(text, /"resolved": "http/).map((n) => `${path}:${n} names a registry host`)
}

/** Rooms are few and known. Folders that start with a dot belong to tools. */
export const topLevel: Rule = ({ path }) => {
  const known = path.startsWith('.') || !path.includes('/')
  if (known || room(path) in LAYERS || FREE_ROOMS.includes(room(path))) return []
  return [`${path} is in a top-level folder that is not a room`]
}

export const RULES: Record<string, Rule> = {
  'rooms import only the rooms below them': layers,
  'imports end in .ts': importEndings,
  'the core has no clock, chance, waiting or I/O': determinism,
  'functions have at most 60 lines': functionLength,
  'files have at most 600 lines': fileLength,
  'nothing silences the compiler or a test, or is left for later': leftovers,
  'no machine path is in a file': machinePaths,
  'the lock names no registry host': lockAddresses,
  'top-level folders are rooms': topLevel,
}

type Import = { specifier: string; line: number }

/** `from '...'`, `import '...'` and `import('...')`. */
export function importsOf(text: string): Import[] {
  const code = codeTokens(text)
  return code.flatMap((token, i) => {
    if (token.kind !== 'string') return []
    const [before, earlier] = [code[i - 1], code[i - 2]]
    const isImport =
      (before?.kind === 'word' && /^(from|import)$/.test(before.text)) ||
      (before?.text === '(' && earlier?.text === 'import')
    return isImport ? [{ specifier: token.text.slice(1, -1), line: token.line }] : []
  })
}

function resolveFrom(path: string, specifier: string): string {
  const parts = path.split('/').slice(0, -1)
  for (const part of specifier.split('/'))
    if (part === '..') parts.pop()
    else if (part !== '.') parts.push(part)
  return parts.join('/')
}

function room(path: string): string {
  return path.split('/', 1)[0]!
}

function isTypeScript(path: string): boolean {
  return path.endsWith('.ts')
}

function isCode(path: string): boolean {
  return /\.(ts|mjs|js)$/.test(path)
}

function linesWith(text: string, pattern: RegExp): number[] {
  if (!pattern.test(text)) return []
  return text.split('\n').flatMap((line, i) => (pattern.test(line) ? [i + 1] : []))
}
