/** Puts neighbouring instructions together where one step can do the work of several. */
import { jumpTo, jumpToIf, jumpToUnless } from './control.ts'
import { type Handler, OP, OPCODES } from './opcodes.ts'
import type { Instruction } from './program.ts'
import type { Word } from './word.ts'

/** Hands on the instructions of a block. */
export function fuse(
  instructions: readonly Instruction[],
  emit: (handler: Handler, arg: Word) => void,
): void {
  for (let i = 0; i < instructions.length;) {
    const taken = fuseAt(instructions, i, emit)
    if (taken > 0) {
      i += taken
      continue
    }
    const { op, arg } = instructions[i]!
    emit(OPCODES[op]!.run, arg)
    i++
  }
}

/** How many instructions from `i` on were put together; 0 for none. */
function fuseAt(
  instructions: readonly Instruction[],
  i: number,
  emit: (handler: Handler, arg: Word) => void,
): number {
  const [a, b, c] = [instructions[i]!, instructions[i + 1], instructions[i + 2]]
  if (!b) return 0
  if (isPush(a) && b.op === OP.JUMP) emit(jumpTo, a.arg)
  else if (isPush(a) && b.op === OP.JUMPI) emit(jumpToIf, a.arg)
  else if (a.op === OP.ISZERO && isPush(b) && c?.op === OP.JUMPI) {
    emit(jumpToUnless, b.arg)
    return 3
  } else return 0
  return 2
}

const isPush = ({ op }: Instruction): boolean => op >= OP.PUSH0 && op <= OP.PUSH32
