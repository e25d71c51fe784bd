/**
 * The vesting table as the state holds it: the next entry inline, the others behind a link. What is locked by a block reward
 * is kept aside, and so is what fees draw from the first entry, until something needs all entries: a penalty above the first
 * entry, a root, many sums. What vests is taken from all parts, twice a day.
 */
import { type Codec, epoch, list, nullable, tokenAmount, tuple } from '../../primitives/codec.ts'
import { Link, link } from '../../primitives/link.ts'
import type { ChainEpoch, TokenAmount } from '../../primitives/units.ts'
import {
  type Award,
  type AwardList,
  type AwardSum,
  amountAt,
  awardOf,
  entryEpochFrom,
  firstAmount,
  isGridded,
  scheduleOf,
  sumsOf,
  withAward,
} from './vesting-awards.ts'
import {
  addLockedFunds,
  mergeByEpoch,
  unlockVestedAndUnvestedFunds,
  vestingEntries,
  type VestingFund as Fund,
  type VestingFunds,
  type VestSpec,
} from './vesting.ts'

export const VestingFund: Codec<Fund> = tuple({ epoch, amount: tokenAmount }, 'VestingFund')
export type VestingFund = Fund

const Tail = list(VestingFund)

/** The wire form. */
interface Settled {
  readonly head: VestingFund
  readonly tail: Link<VestingFunds>
}

const Wire: Codec<Settled | null> = nullable(
  tuple({ head: VestingFund, tail: link(Tail) }, 'VestingFunds'),
)

/** What a table is made of. Entries before its first epoch are gone. */
interface Parts {
  readonly base: Settled | null
  /** Entries of the base that are gone. */
  readonly taken: number
  /** Awards from before the last unlocking, added up. */
  readonly sums: readonly AwardSum[]
  /** Awards since then. */
  readonly awards: AwardList | null
  /** Taken from the first entry, which has more. */
  readonly drawn: TokenAmount
}

/** A table that is not empty; a state holds null instead of an empty one. */
export class VestingTable {
  /** Epoch of the first entry. */
  readonly firstEpoch: ChainEpoch
  /** attoFIL of the first entry; nothing where penalties drew it down to zero. */
  readonly #firstAmount: TokenAmount
  readonly #parts: Parts
  #settled: Settled | undefined

  private constructor(parts: Parts, firstEpoch: ChainEpoch, firstAmount: TokenAmount) {
    this.#parts = parts
    this.firstEpoch = firstEpoch
    this.#firstAmount = firstAmount
  }

  static of(base: Settled): VestingTable {
    const { epoch, amount } = base.head
    return new VestingTable({ ...NOTHING, base }, epoch, amount)
  }

  static ofAward(award: Award): VestingTable {
    const parts = { ...NOTHING, awards: withAward(null, award) }
    return new VestingTable(parts, award.firstEpoch, firstAmount(award))
  }

  /** The table with all awards in it. */
  get settled(): Settled {
    return (this.#settled ??= this.#settle())
  }

  #settle(): Settled {
    const { base, drawn } = this.#parts
    const { head, tail } = this.#isPlain ? base! : this.#merged()
    if (drawn === 0n) return { head, tail }
    return { head: { epoch: head.epoch, amount: head.amount - drawn }, tail }
  }

  #merged(): Settled {
    const { base, taken, sums, awards } = this.#parts
    const added = scheduleOf([...sums, ...sumsOf(awards)], this.firstEpoch)
    const funds = mergeByEpoch(flatten(base).slice(taken), added)
    return { head: funds[0]!, tail: Link.to(Tail, funds.slice(1)) }
  }

  /** Whether there is nothing but the base, all of it. */
  get #isPlain(): boolean {
    const { taken, sums, awards } = this.#parts
    return awards === null && taken === 0 && sums.length === 0
  }

  /** This table, or one whose base is what was settled already, so that it need not be done again. */
  #atLeastSettled(): VestingTable {
    const isNews = this.#settled !== undefined && !(this.#isPlain && this.#parts.drawn === 0n)
    return isNews ? VestingTable.of(this.settled) : this
  }

  /** The table with another award, which vests nothing yet. An entry of nothing in front goes when an award comes. */
  with(award: Award): VestingTable {
    const settled = this.#atLeastSettled()
    if (settled !== this) return settled.with(award)
    if (this.#firstAmount === 0n) {
      const rest = toTable(loadVestingFunds(this), null)
      return rest ? rest.plus(award) : VestingTable.ofAward(award)
    }
    const { awards, drawn } = this.#parts
    // What was drawn is from the entry that is first now.
    const isMoved = award.firstEpoch < this.firstEpoch && drawn > 0n
    const isFull = awards !== null && awards.count >= MAX_AWARDS
    return isMoved || isFull ? VestingTable.of(this.settled).plus(award) : this.plus(award)
  }

  /** As `with`, for a table that has just been unlocked or settled: an entry of nothing in front stays. */
  plus(award: Award): VestingTable {
    const { base, taken, sums, awards, drawn } = this.#parts
    const { firstEpoch } = award
    const more = firstEpoch <= this.firstEpoch ? firstAmount(award) : 0n
    return new VestingTable(
      { base, taken, sums, awards: withAward(awards, award), drawn },
      Math.min(firstEpoch, this.firstEpoch),
      firstEpoch < this.firstEpoch ? more : this.#firstAmount + more,
    )
  }

  /** The table with `target` less in its first entry; undefined unless that has more. */
  drawnBy(target: TokenAmount): VestingTable | undefined {
    if (target >= this.#firstAmount) return undefined
    const settled = this.#atLeastSettled()
    if (settled !== this) return settled.drawnBy(target)
    const { base, taken, sums, awards, drawn } = this.#parts
    const parts = { base, taken, sums, awards, drawn: drawn + target }
    return new VestingTable(parts, this.firstEpoch, this.#firstAmount - target)
  }

  /** What vests before an epoch, and the table that is left. Its first entry is among that. */
  unlocked(epoch: ChainEpoch): Unlocked {
    const settled = this.#atLeastSettled()
    if (settled !== this) return settled.unlocked(epoch)
    const { base, awards, drawn } = this.#parts
    const sums = [...this.#parts.sums, ...sumsOf(awards)]
    if (sums.length > MAX_SUMS) return VestingTable.of(this.settled).unlocked(epoch)
    let unlocked = -drawn
    let { taken } = this.#parts
    let entry = entryAt(base, taken)
    for (; entry && entry.epoch < epoch; entry = entryAt(base, ++taken)) unlocked += entry.amount
    let next = entry ? entry.epoch : Infinity
    for (const sum of sums) {
      let at = entryEpochFrom(sum, this.firstEpoch)
      for (; at < epoch; at = entryEpochFrom(sum, at + 1)) unlocked += amountAt(sum, at)
      next = Math.min(next, at)
    }
    if (next === Infinity) return { table: null, unlocked }
    let amount = entry && entry.epoch === next ? entry.amount : 0n
    for (const sum of sums) amount += amountAt(sum, next)
    const left = sums.filter((sum) => entryEpochFrom(sum, next) < Infinity)
    const parts = { base, taken, sums: left, awards: null, drawn: 0n }
    return { table: new VestingTable(parts, next, amount), unlocked }
  }
}

const NOTHING: Parts = { base: null, taken: 0, sums: [], awards: null, drawn: 0n }

/** Awards and sums of them that are kept aside at most. */
const MAX_AWARDS = 256
const MAX_SUMS = 32

function entryAt(base: Settled | null, i: number): Fund | undefined {
  if (base === null) return undefined
  return i === 0 ? base.head : base.tail.get()[i - 1]
}

/** Null when nothing vests. */
export const vestingTable: Codec<VestingTable | null> = {
  name: 'VestingFunds',
  encode: (table, out) => Wire.encode(table && table.settled, out),
  decode(input) {
    const settled = Wire.decode(input)
    return settled && VestingTable.of(settled)
  },
  diff: (expected, got, path) => Wire.diff!(expected && expected.settled, got && got.settled, path),
}

/** The table of entries in ascending order of epoch. */
export const vestingTableOf = (funds: VestingFunds): VestingTable | null => toTable(funds, null)

/** All entries, without a head that was drawn down to zero. */
export function loadVestingFunds(table: VestingTable | null): VestingFunds {
  return vestingEntries(flatten(table && table.settled))
}

export interface Unlocked {
  readonly table: VestingTable | null
  readonly unlocked: TokenAmount
}

/** `addLockedFunds` on the table of a state. */
export function lockInTable(
  table: VestingTable | null,
  currentEpoch: ChainEpoch,
  sum: TokenAmount,
  provingPeriodStart: ChainEpoch,
  spec: VestSpec,
): Unlocked {
  if (sum > 0n && isGridded(spec)) {
    const award = awardOf(currentEpoch, sum, provingPeriodStart, spec)
    if (table === null) return { table: VestingTable.ofAward(award), unlocked: 0n }
    if (table.firstEpoch >= currentEpoch) return { table: table.with(award), unlocked: 0n }
    // Nothing of the award vests before its first step.
    const { table: left, unlocked } = table.unlocked(currentEpoch)
    return { table: left ? left.plus(award) : VestingTable.ofAward(award), unlocked }
  }
  const before = table && table.settled
  const { funds, unlocked } = addLockedFunds(
    flatten(before),
    currentEpoch,
    sum,
    provingPeriodStart,
    spec,
  )
  return { table: toTable(funds, before), unlocked }
}

/** `unlockVestedFunds` on the table of a state. */
export function unlockVested(table: VestingTable | null, currentEpoch: ChainEpoch): Unlocked {
  if (table === null || table.firstEpoch >= currentEpoch) return { table, unlocked: 0n }
  return table.unlocked(currentEpoch)
}

/** `unlockVestedAndUnvestedFunds` on the table of a state. */
export function unlockVestedAndUnvested(
  table: VestingTable | null,
  currentEpoch: ChainEpoch,
  target: TokenAmount,
): { table: VestingTable | null; vested: TokenAmount; unvested: TokenAmount } {
  const nothingToDo = table === null || (target === 0n && table.firstEpoch >= currentEpoch)
  if (nothingToDo) return { table, vested: 0n, unvested: 0n }
  const drawn = table.firstEpoch >= currentEpoch ? table.drawnBy(target) : undefined
  if (drawn) return { table: drawn, vested: 0n, unvested: target }
  const { funds, vested, unvested } = unlockVestedAndUnvestedFunds(
    flatten(table.settled),
    currentEpoch,
    target,
  )
  return { table: toTable(funds, table.settled), vested, unvested }
}

function flatten(table: Settled | null): VestingFunds {
  return table === null ? [] : [table.head, ...table.tail.get()]
}

/** The state's form of `funds`; the tail of `previous` is kept where it is the same. */
function toTable(funds: VestingFunds, previous: Settled | null): VestingTable | null {
  const head = funds[0]
  if (head === undefined) return null
  const before = previous?.tail.get()
  const same =
    before?.length === funds.length - 1 && before.every((fund, i) => fund === funds[i + 1])
  const tail = same ? previous!.tail : Link.to(Tail, funds.slice(1))
  return VestingTable.of({ head, tail })
}
