/**
 * A frame's memory: bytes that grow by words, all zero at first. The limits are those of the released actor, a program of
 * 32-bit pointers in an instance of 512 MiB: see `docs/decisions/evm.md`.
 */
import { evmError, EvmExitCode, panic } from '../exit-codes.ts'
import type { Word } from './word.ts'

const WORD = 32
const PAGE = 4096
const MAX_UINT32 = 0xffffffff
/** Longest vector the actor's language knows on a 32-bit machine. */
const MAX_CAPACITY = 0x7fffffff

export class Memory {
  bytes = new Uint8Array(PAGE)
  view = new DataView(this.bytes.buffer)
  /** Bytes in use, a multiple of 32 (MSIZE). */
  size = 0
  readonly #buy: (from: number, to: number) => void

  /** @param buy - asked for every growth of what is kept ready; it throws where there is no more. */
  constructor(buy: (from: number, to: number) => void) {
    this.#buy = buy
  }

  /**
   * Makes sure a region is there: its start, 0 for one without bytes, whose start may be anything.
   * @throws ActorError 38 beyond 2³² − 1, 24 and ActorTrap where the actor runs out of what it has.
   */
  region(offset: Word, size: Word): number {
    if (size === 0) return 0
    if (typeof size !== 'number' || size > MAX_UINT32)
      throw illegal('size must be less than max u32')
    if (typeof offset !== 'number' || offset > MAX_UINT32)
      throw illegal('offset must be less than max u32')
    const end = offset + size
    if (end > this.size) this.#grow(end)
    return offset
  }

  /** A copy of a region. */
  read(offset: Word, size: Word): Uint8Array {
    const start = this.region(offset, size)
    return this.bytes.slice(start, start + (size as number))
  }

  /** Writes `data` from `from` on into a region; what it is too short for is left, or filled with zeros. */
  write(offset: Word, size: Word, data: Uint8Array, from: Word, zeroFill: boolean): void {
    const start = this.region(offset, size)
    if (size === 0) return
    const end = start + (size as number)
    const source = typeof from === 'number' && from < data.length ? from : data.length
    const copied = Math.min(size as number, data.length - source)
    if (copied > 0) this.bytes.set(data.subarray(source, source + copied), start)
    if (zeroFill && start + copied < end) this.bytes.fill(0, start + copied, end)
  }

  #grow(end: number): void {
    if (end > MAX_UINT32) throw illegal('new memory size exceeds max u32')
    const size = Math.ceil(end / WORD) * WORD
    if (size > this.bytes.length) {
      const needed = Math.ceil(size / PAGE) * PAGE
      const capacity = Math.max(needed, 2 * this.bytes.length)
      if (capacity > MAX_CAPACITY) throw panic('capacity overflow')
      this.#buy(this.bytes.length, capacity)
      const grown = new Uint8Array(capacity)
      grown.set(this.bytes.subarray(0, this.size))
      this.bytes = grown
      this.view = new DataView(grown.buffer)
    }
    this.size = size
  }
}

const illegal = (why: string) => evmError(EvmExitCode.IllegalMemoryAccess, why)
