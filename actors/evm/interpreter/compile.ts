/**
 * Blocks that are run often become functions of their own, made from source text: words move between variables and not over
 * the stack, and what is asked of small numbers is asked in place. What a block computes does not depend on whether it was
 * compiled; the tests hold both to the same oracle.
 */
import * as arithmetic from './arithmetic.ts'
import * as bitwise from './bitwise.ts'
import { isLess, isLessSigned } from './comparison.ts'
import { jumpTo } from './control.ts'
import type { Machine } from './machine.ts'
import { type Handler, OP, OPCODES } from './opcodes.ts'
import type { Instruction } from './program.ts'
import { MAX_SMALL, readWord, type Word, writeWord } from './word.ts'

export type CompiledBlock = (m: Machine) => void

export interface BlockSource {
  readonly instructions: readonly Instruction[]
  /** Words that must be on the stack. */
  readonly needs: number
  /** Number of the instruction behind the block. */
  readonly next: number
  /** Number of the instruction that a jump to a byte goes on with; −1 for none. */
  readonly targets: Int32Array
}

/** The function of a block. It expects that gas and stack have been seen to, and says where to go on. */
export function compileBlock(source: BlockSource): CompiledBlock {
  const writer = new BlockWriter(source)
  for (const instruction of source.instructions) writer.write(instruction)
  return writer.finish()
}

/** What compiled code calls; the names are those of the source text. */
const HELPERS = {
  sumOf: arithmetic.sumOf,
  differenceOf: arithmetic.differenceOf,
  productOf: arithmetic.productOf,
  quotientOf: arithmetic.quotientOf,
  remainderOf: arithmetic.remainderOf,
  signExtended: arithmetic.signExtended,
  conjunction: bitwise.conjunction,
  disjunction: bitwise.disjunction,
  exclusive: bitwise.exclusive,
  complement: bitwise.complement,
  byteOf: bitwise.byteOf,
  shiftedLeft: bitwise.shiftedLeft,
  shiftedRight: bitwise.shiftedRight,
  shiftedSigned: bitwise.shiftedSigned,
  isLess,
  isLessSigned,
  jumpTo,
  readWord,
  writeWord,
}

/** A word as the source text has it. */
interface Value {
  /** A variable or a literal. */
  readonly text: string
  /** It is known to be a number. */
  readonly isNumber: boolean
  /** The value of a literal. */
  readonly literal?: Word
  /** A condition, of which the word is 1 or 0: there is no variable until one is needed. */
  readonly condition?: string
  /** The place on the stack that has it. */
  readonly place?: number
}

const MAX_INT32 = 0x7fffffff

/** Functions of two words, the top of the stack first. */
const BINARY: Readonly<Record<number, string>> = {
  [OP.DIV]: 'quotientOf',
  [OP.MOD]: 'remainderOf',
  [OP.SIGNEXTEND]: 'signExtended',
  [OP.XOR]: 'exclusive',
  [OP.BYTE]: 'byteOf',
  [OP.SHL]: 'shiftedLeft',
  [OP.SHR]: 'shiftedRight',
  [OP.SAR]: 'shiftedSigned',
}

class BlockWriter {
  readonly #source: BlockSource
  readonly #lines: string[] = []
  readonly #handlers: Handler[] = []
  /** The stack from its lowest word that the block may touch: values, or undefined for what is still in its place. */
  #stack: (Value | undefined)[]
  #variables = 0
  #left = false

  constructor(source: BlockSource) {
    this.#source = source
    this.#stack = new Array<Value | undefined>(source.needs).fill(undefined)
  }

  write({ op, arg }: Instruction): void {
    if ((op >= OP.PUSH0 && op <= OP.PUSH32) || op === OP.PC) this.#stack.push(literal(arg))
    else if (op >= OP.DUP1 && op < OP.SWAP1) this.#stack.push(this.#at(Number(arg)))
    else if (op >= OP.SWAP1 && op < OP.LOG0) this.#swap(Number(arg))
    else if (op === OP.POP) this.#stack.pop()
    else if (op === OP.JUMP) this.#jump()
    else if (op === OP.JUMPI) this.#branch()
    else if (!this.#compare(op) && !this.#compute(op) && !this.#access(op)) this.#call(op, arg)
  }

  finish(): CompiledBlock {
    if (!this.#left) {
      this.#settle()
      this.#lines.push(`m.pc = ${this.#source.next}`)
    }
    const text = `
      const { ${Object.keys(HELPERS).join(', ')} } = helpers
      return (m) => {
        const s = m.stack, b = m.sp - ${this.#source.needs}, memory = m.memory
        ${this.#lines.join('\n        ')}
      }`
    return new Function('helpers', 'handlers', text)(HELPERS, this.#handlers) as CompiledBlock
  }

  /** The `n`th word from the top, counted from 1, as a value. */
  #at(n: number): Value {
    const i = this.#stack.length - n
    return (this.#stack[i] ??= { ...this.#variable(`s[b + ${i}]`, false), place: i })
  }

  #pop(): Value {
    const value = this.#at(1)
    this.#stack.pop()
    return value
  }

  /** Pops a word that is a variable or a literal: its text may be used more than once. */
  #operand(): Value {
    const value = this.#pop()
    return value.condition === undefined ? value : this.#variable(value.text, true)
  }

  #swap(n: number): void {
    const [top, other] = [this.#at(1), this.#at(n + 1)]
    this.#stack[this.#stack.length - 1] = other
    this.#stack[this.#stack.length - 1 - n] = top
  }

  #variable(text: string, isNumber: boolean): Value {
    const name = `v${this.#variables++}`
    this.#lines.push(`const ${name} = ${text}`)
    return { text: name, isNumber }
  }

  #push(text: string, isNumber = false): void {
    this.#stack.push(this.#variable(text, isNumber))
  }

  #pushCondition(condition: string): void {
    this.#stack.push({ text: `(${condition} ? 1 : 0)`, isNumber: true, condition })
  }

  /** LT, GT, SLT, SGT, EQ, ISZERO: conditions, which a branch may take as they are. */
  #compare(op: number): boolean {
    if (op === OP.ISZERO) {
      const { condition, text } = this.#pop()
      this.#pushCondition(condition === undefined ? `(${text} === 0)` : negated(condition))
      return true
    }
    if (op < OP.LT || op > OP.EQ) return false
    const [a, b] = [this.#operand(), this.#operand()]
    const [x, y] = op === OP.GT || op === OP.SGT ? [b, a] : [a, b]
    const numbers = areNumbers(x, y)
    const less = `${x.text} < ${y.text}`
    if (op === OP.EQ) this.#pushCondition(`(${a.text} === ${b.text})`)
    else if (op === OP.SLT || op === OP.SGT)
      this.#pushCondition(`isLessSigned(${x.text}, ${y.text})`)
    else if (numbers === 'true') this.#pushCondition(`(${less})`)
    else this.#pushCondition(`(${numbers} ? ${less} : isLess(${x.text}, ${y.text}))`)
    return true
  }

  /** Arithmetic: in place where both are numbers and the result is one, else by the function for all words. */
  #compute(op: number): boolean {
    const name = BINARY[op]
    if (name !== undefined) {
      const [a, b] = [this.#operand(), this.#operand()]
      this.#push(`${name}(${a.text}, ${b.text})`)
    } else if (op === OP.NOT) this.#push(`complement(${this.#operand().text})`)
    else if (op === OP.ADD) this.#inPlace('+', 'sumOf', (x, y) => `${x} + ${y} <= ${MAX_SMALL}`)
    else if (op === OP.SUB) this.#inPlace('-', 'differenceOf', (x, y) => `${x} >= ${y}`)
    else if (op === OP.MUL) this.#inPlace('*', 'productOf', (x, y) => `${x} * ${y} <= ${MAX_SMALL}`)
    else if (op === OP.AND) this.#inPlace('&', 'conjunction', areSmall)
    else if (op === OP.OR) this.#inPlace('|', 'disjunction', areSmall)
    else return false
    return true
  }

  #inPlace(operator: string, name: string, holds: (x: string, y: string) => string): void {
    const [a, b] = [this.#operand(), this.#operand()]
    const [x, y] = [a.text, b.text]
    const fits = `${areNumbers(a, b)} && ${holds(x, y)}`
    this.#push(`${fits} ? ${x} ${operator} ${y} : ${name}(${x}, ${y})`)
  }

  /** MLOAD and MSTORE. */
  #access(op: number): boolean {
    if (op !== OP.MLOAD && op !== OP.MSTORE) return false
    const at = this.#operand()
    const isThere = `${at.isNumber ? '' : `typeof ${at.text} === 'number' && `}${at.text} + 32 <= memory.size`
    const start = this.#variable(`${isThere} ? ${at.text} : memory.region(${at.text}, 32)`, true)
    if (op === OP.MLOAD) this.#push(`readWord(memory.view, ${start.text})`)
    else this.#lines.push(`writeWord(memory.view, ${start.text}, ${this.#operand().text})`)
    return true
  }

  #jump(): void {
    const { text, literal: target } = this.#operand()
    this.#settle()
    this.#lines.push(this.#goTo(text, target))
    this.#left = true
  }

  #branch(): void {
    const [{ text, literal: target }, taken] = [this.#operand(), this.#pop()]
    this.#settle()
    const condition = taken.condition ?? `(${taken.text} !== 0)`
    this.#lines.push(`m.pc = ${this.#source.next}`)
    this.#lines.push(`if (${condition}) ${this.#goTo(text, target)}`)
    this.#left = true
  }

  #goTo(text: string, target: Word | undefined): string {
    const at = typeof target === 'number' ? (this.#source.targets[target] ?? -1) : -1
    return at >= 0 ? `m.pc = ${at}` : `jumpTo(m, ${text})`
  }

  /** Any other instruction works on the stack itself. */
  #call(op: number, arg: Word): void {
    const { pops, pushes, run, leaves } = OPCODES[op]!
    this.#settle()
    if (leaves !== undefined) {
      this.#lines.push(`m.pc = ${this.#source.next}`)
      this.#left = true
    }
    this.#lines.push(`handlers[${this.#handlers.length}](m, ${literal(arg).text})`)
    this.#handlers.push(run)
    this.#stack.length -= pops
    for (let i = 0; i < pushes; i++) this.#stack.push(undefined)
  }

  /** Puts every word where the stack has it. */
  #settle(): void {
    for (const [i, value] of this.#stack.entries()) {
      if (value === undefined || value.place === i) continue
      this.#lines.push(`s[b + ${i}] = ${value.text}`)
      this.#stack[i] = value.condition === undefined ? { ...value, place: i } : undefined
    }
    this.#lines.push(`m.sp = b + ${this.#stack.length}`)
  }
}

/** The condition that both words are numbers. */
function areNumbers(a: Value, b: Value): string {
  const open = [a, b].filter(({ isNumber }) => !isNumber)
  return open.map(({ text }) => `typeof ${text} === 'number'`).join(' && ') || 'true'
}

/** The contrary of a condition, which stands in brackets. */
const negated = (condition: string): string =>
  condition.startsWith('(!') ? condition.slice(2, -1) : `(!${condition})`

const areSmall = (x: string, y: string): string => `${x} <= ${MAX_INT32} && ${y} <= ${MAX_INT32}`

const literal = (word: Word): Value => ({
  text: typeof word === 'number' ? `${word}` : `${word}n`,
  isNumber: typeof word === 'number',
  literal: word,
})
