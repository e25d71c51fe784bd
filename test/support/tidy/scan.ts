/**
 * Splits TypeScript into tokens, well enough for house rules: words in strings, templates, comments and
 * regular expressions must not count as code. Not a parser; it assumes text that compiles.
 */

export type TokenKind = 'word' | 'number' | 'punct' | 'string' | 'template' | 'regex' | 'comment'

/** `start` and `end` are offsets in the text; `line` counts from 1 and is that of `start`. */
export type Token = { kind: TokenKind; text: string; start: number; end: number; line: number }

/**
 * All tokens of `text` in order, comments included. A template gives one token per stretch of literal
 * text, and the code in its `${}` in between. Punctuation is one character a token, except `=>`, `++`
 * and `--`.
 */
export function scan(text: string): Token[] {
  const scanner = new Scanner(text)
  while (scanner.next());
  return scanner.tokens
}

/** The tokens that are code: all but comments. */
export function codeTokens(text: string): Token[] {
  return scan(text).filter(({ kind }) => kind !== 'comment')
}

const WORD = /[\p{ID_Start}$_#][\p{ID_Continue}$]*/uy
const NUMBER = /\.?\d[\w.]*/y
const BLANK = /\s+/y
const LINE_COMMENT = /\/\/[^\n]*|^#![^\n]*/y
const BLOCK_COMMENT = /\/\*[^]*?\*\//y
const STRING = /'(?:[^'\\\n]|\\[^])*'|"(?:[^"\\\n]|\\[^])*"/y
const REGEX = /\/(?:[^/\\[\n]|\\.|\[(?:[^\]\\\n]|\\.)*\])+\/\p{L}*/uy
const TEMPLATE_TEXT = /(?:[^`\\$]+|\\[^]|\$(?!\{))*(?:`|\$\{)/y
const PUNCT = /=>|\+\+|--|[^]/uy

/** A `/` after one of these starts a regular expression, not a division. */
const BEFORE_OPERAND = new Set(
  'return typeof instanceof in of new delete void throw case do else yield await'.split(' '),
)
const WITH_CONDITION = new Set(['if', 'while', 'for', 'with'])

/** An open bracket: whether code may start with a regex after it is closed. */
type Open = { bracket: '(' | '[' | '{' | '${'; operandAfter: boolean }

class Scanner {
  readonly tokens: Token[] = []
  readonly #text: string
  readonly #open: Open[] = []
  #at = 0
  #line = 1
  #operandNext = true
  #previous: Token | undefined

  constructor(text: string) {
    this.#text = text
  }

  /** Reads one token or stretch of blanks; false at the end. */
  next(): boolean {
    if (this.#at >= this.#text.length) return false
    if (this.#skip(BLANK)) return true
    if (this.#take(LINE_COMMENT, 'comment') || this.#take(BLOCK_COMMENT, 'comment')) return true
    if (this.#take(STRING, 'string') || this.#take(NUMBER, 'number')) return true
    if (this.#text[this.#at] === '`') return this.#template(1)
    if (this.#text[this.#at] === '/' && this.#operandNext && this.#take(REGEX, 'regex')) return true
    if (this.#take(WORD, 'word')) return true
    return this.#punct()
  }

  #punct(): boolean {
    const before = this.#previous
    const [text] = this.#match(PUNCT)!
    if (text === '}' && this.#open.at(-1)?.bracket === '${') {
      this.#open.pop()
      return this.#template(1)
    }
    const operandAfter = this.#bracket(text, before) ?? !this.#isPostfix(text, before)
    this.#take(PUNCT, 'punct')
    this.#operandNext = operandAfter
    return true
  }

  /** Keeps the stack of brackets; for a bracket says whether an operand may follow. */
  #bracket(text: string, before: Token | undefined): boolean | undefined {
    if (text === '(' || text === '[' || text === '{') {
      const condition = before?.kind === 'word' && WITH_CONDITION.has(before.text)
      const operandAfter = text === '(' ? condition : text === '{' && this.#isBlock(before)
      this.#open.push({ bracket: text, operandAfter })
      return true
    }
    if (text === ')' || text === ']' || text === '}') return this.#open.pop()?.operandAfter ?? false
    return undefined
  }

  /** A `{` after these opens statements; elsewhere it opens an object. */
  #isBlock(before: Token | undefined): boolean {
    if (!before) return true
    if (before.kind === 'word')
      return !BEFORE_OPERAND.has(before.text) || /^(do|else)$/.test(before.text)
    return /^(\)|;|\{|\}|=>|>|\])$/.test(before.text)
  }

  #isPostfix(text: string, before: Token | undefined): boolean {
    if (text === '++' || text === '--') return true
    return text === '!' && before !== undefined && before.end === this.#at && !this.#operandNext
  }

  /** Literal text of a template from the backtick or brace here to the next `${` or the end. */
  #template(skip: number): boolean {
    const start = this.#at
    this.#at += skip
    const [text] = this.#match(TEMPLATE_TEXT) ?? [this.#text.slice(this.#at)]
    this.#at += text.length
    if (text.endsWith('${')) this.#open.push({ bracket: '${', operandAfter: true })
    this.#push('template', start)
    this.#operandNext = text.endsWith('${')
    return true
  }

  #take(pattern: RegExp, kind: TokenKind): boolean {
    const start = this.#at
    const match = this.#match(pattern)
    if (!match) return false
    this.#at += match[0].length
    this.#push(kind, start)
    return true
  }

  #push(kind: TokenKind, start: number): void {
    const text = this.#text.slice(start, this.#at)
    const token = { kind, text, start, end: this.#at, line: this.#line }
    this.tokens.push(token)
    this.#countLines(text)
    if (kind === 'comment') return
    const member = this.#previous?.text === '.'
    this.#operandNext = kind === 'word' && BEFORE_OPERAND.has(text) && !member
    this.#previous = token
  }

  #skip(pattern: RegExp): boolean {
    const match = this.#match(pattern)
    if (!match) return false
    this.#at += match[0].length
    this.#countLines(match[0])
    return true
  }

  #countLines(text: string): void {
    for (let i = text.indexOf('\n'); i >= 0; i = text.indexOf('\n', i + 1)) this.#line++
  }

  #match(pattern: RegExp): RegExpExecArray | null {
    pattern.lastIndex = this.#at
    return pattern.exec(this.#text)
  }
}
