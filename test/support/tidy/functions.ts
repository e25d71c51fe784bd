/** Finds the functions of a TypeScript file and how long they are, from tokens alone. */
import { codeTokens, type Token } from './scan.ts'

/** Lines count from 1; `to` is the line of the closing brace. */
export type FunctionSpan = { name: string; from: number; to: number }

/** Every function, method, accessor and arrow function of `text`, inner ones too, by first line. */
export function functionsOf(text: string): FunctionSpan[] {
  const tokens = codeTokens(text)
  const pairs = pairBrackets(tokens)
  const spans: FunctionSpan[] = []
  tokens.forEach((token, i) => {
    if (isPunct(token, '=>')) spans.push(...arrow(tokens, pairs, i))
    if (isPunct(token, ')')) spans.push(...declared(tokens, pairs, i))
  })
  return spans.sort((a, b) => a.from - b.from || b.to - a.to)
}

/** `=> {...}` to its brace, `=> expression` to the expression's end. */
function arrow(tokens: Token[], pairs: Pairs, at: number): FunctionSpan[] {
  const body = at + 1
  const end = isPunct(tokens[body], '{') ? pairs.get(body) : expressionEnd(tokens, pairs, body)
  if (end === undefined) return []
  const params = arrowParams(tokens, pairs, at)
  return [span(tokens, nameBefore(tokens, params), params, end)]
}

/** Index where the parameters of the arrow at `at` start: `(a) =>`, `(a): Type =>` or `a =>`. */
function arrowParams(tokens: Token[], pairs: Pairs, at: number): number {
  if (isPunct(tokens[at - 1], ')')) return pairs.get(at - 1) ?? at
  for (let i = at - 1; i > 0; i--) {
    if (isPunct(tokens[i], ':') && isPunct(tokens[i - 1], ')')) return pairs.get(i - 1) ?? at
    if (/^(=|=>|;|[([{])$/.test(tokens[i]!.text)) break
    if (/^[)\]}]$/.test(tokens[i]!.text)) i = pairs.get(i) ?? 0
  }
  return at - 1
}

/** `name(...) {` or `name(...): Type {`, unless it is a statement like `if (...) {`. */
function declared(tokens: Token[], pairs: Pairs, close: number): FunctionSpan[] {
  const open = pairs.get(close)
  const brace = isPunct(tokens[close + 1], ':')
    ? bodyAfterType(tokens, pairs, close + 2)
    : close + 1
  if (open === undefined || brace === undefined || !isPunct(tokens[brace], '{')) return []
  const end = pairs.get(brace)
  if (end === undefined || isStatement(tokens, open)) return []
  return [span(tokens, nameBefore(tokens, open), open, end)]
}

const STATEMENTS = new Set(['if', 'for', 'while', 'switch', 'catch', 'with', 'await'])

function isStatement(tokens: Token[], open: number): boolean {
  const before = tokens[open - 1]
  if (before?.kind === 'word' && STATEMENTS.has(before.text) && !isPunct(tokens[open - 2], '.'))
    return true
  let start = open - 1 // the callee of `class A extends mixin(B) {`
  while (tokens[start]?.kind === 'word' && isPunct(tokens[start - 1], '.')) start -= 2
  return tokens[start - 1]?.text === 'extends'
}

/** After these words a type still needs an operand, so `{` would open an object type. */
const TYPE_PREFIX = new Set('asserts keyof readonly unique typeof infer is extends new'.split(' '))

/** Skips a return type from `at`; the index of the `{` of the body, or undefined where there is none. */
function bodyAfterType(tokens: Token[], pairs: Pairs, at: number): number | undefined {
  let operand = false
  for (let i = at; i < tokens.length; i++) {
    const { kind, text } = tokens[i]!
    if (kind === 'word') {
      if (operand && !TYPE_PREFIX.has(text)) return undefined
      operand = !TYPE_PREFIX.has(text)
    } else if (kind !== 'punct') operand = true
    else if (text === '{' && operand) return i
    else if (text === '<' && operand) i = afterAngles(tokens, i)
    else if (text === '(' || text === '[' || text === '{') {
      i = pairs.get(i) ?? tokens.length
      operand = true
    } else if (/^(\||&|=>|\.|\?|:|-)$/.test(text)) operand = false
    else return undefined
  }
  return undefined
}

function afterAngles(tokens: Token[], at: number): number {
  let depth = 0
  for (let i = at; i < tokens.length; i++) {
    if (isPunct(tokens[i], '<')) depth++
    if (isPunct(tokens[i], '>') && --depth === 0) return i
  }
  return tokens.length
}

/** At the end of a line or the start of the next, these say that an expression goes on. */
const CONTINUES = /^([.?:+\-*/%&|^<=]|=>|in|instanceof|as|satisfies)$/

/** Index of the last token of the expression that starts at `at`. */
function expressionEnd(tokens: Token[], pairs: Pairs, at: number): number | undefined {
  for (let i = at; i < tokens.length; i++) {
    const { text, kind } = tokens[i]!
    if (kind === 'template' && text.endsWith('${')) i = templateEnd(tokens, i)
    else if (kind === 'punct' && /^[([{]$/.test(text)) i = pairs.get(i) ?? tokens.length
    const next = tokens[i + 1]
    if (isPunct(next, '{') && /^(word|string|number)$/.test(kind)) return i // a type, and then a body
    if (!next || (next.kind === 'punct' && /^[)\]},;]$/.test(next.text))) return i
    if (next.kind === 'template' && next.text.startsWith('}')) return i
    const ends = !CONTINUES.test(tokens[i]!.text)
    if (ends && lastLine(tokens[i]!) < next.line && !CONTINUES.test(next.text)) return i
  }
  return undefined
}

function templateEnd(tokens: Token[], at: number): number {
  let depth = 0
  for (let i = at; i < tokens.length; i++) {
    const { kind, text } = tokens[i]!
    if (kind !== 'template') continue
    if (text.startsWith('`') && text.endsWith('${')) depth++
    if (text.startsWith('}') && !text.endsWith('${') && --depth === 0) return i
  }
  return tokens.length
}

/** Opening index to closing index and back. */
type Pairs = Map<number, number>

function pairBrackets(tokens: Token[]): Pairs {
  const pairs: Pairs = new Map()
  const open: number[] = []
  tokens.forEach((token, i) => {
    if (token.kind !== 'punct') return
    if (/^[([{]$/.test(token.text)) open.push(i)
    else if (/^[)\]}]$/.test(token.text)) {
      const start = open.pop()
      if (start === undefined) return
      pairs.set(start, i)
      pairs.set(i, start)
    }
  })
  return pairs
}

/** The nearest word before the parameters: `f` of `f(`, of `f = (` and of `f: (`. */
function nameBefore(tokens: Token[], params: number): string {
  let end = params
  if (isPunct(tokens[end - 1], '>')) while (--end > 0 && !isPunct(tokens[end], '<'));
  for (let i = end - 1; i >= Math.max(0, end - 3); i--) {
    const { kind, text } = tokens[i]!
    if (kind === 'word' && text !== 'async') return text
    if (kind === 'punct' && !/^[=:*]$/.test(text)) break
  }
  return 'anonymous'
}

function span(tokens: Token[], name: string, first: number, last: number): FunctionSpan {
  return { name, from: tokens[first]!.line, to: lastLine(tokens[last]!) }
}

function lastLine(token: Token): number {
  return token.line + token.text.split('\n').length - 1
}

function isPunct(token: Token | undefined, text: string): boolean {
  return token?.kind === 'punct' && token.text === text
}
