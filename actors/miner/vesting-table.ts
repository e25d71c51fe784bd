/**
 * The vesting table as the state holds it: the next entry inline, the others behind a link. What is locked by a block reward
 * is kept aside, and so is what fees draw from the first entry, until something needs the entries: an unlocking, a penalty
 * above the first entry, a root. A miner that wins often and pays fees at every deadline then pays for its table twice a day.
 */
import { type Codec, epoch, list, nullable, tokenAmount, tuple } from '../../primitives/codec.ts'
import { Link, link } from '../../primitives/link.ts'
import type { ChainEpoch, TokenAmount } from '../../primitives/units.ts'
import {
  type Award,
  type AwardList,
  awardOf,
  firstAmount,
  isGridded,
  scheduleOf,
  withAward,
} from './vesting-awards.ts'
import {
  addLockedFunds,
  mergeByEpoch,
  unlockVestedAndUnvestedFunds,
  unlockVestedFunds,
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

/** A table that is not empty; a state holds null instead of an empty one. */
export class VestingTable {
  /** Epoch of the first entry. */
  readonly firstEpoch: ChainEpoch
  /** attoFIL of the first entry; nothing where penalties drew it down to zero. */
  readonly #firstAmount: TokenAmount
  readonly #base: Settled | null
  readonly #awards: AwardList | null
  /** Taken from the first entry, which has more. */
  readonly #drawn: TokenAmount
  #settled: Settled | undefined

  private constructor(
    base: Settled | null,
    awards: AwardList | null,
    drawn: TokenAmount,
    firstEpoch: ChainEpoch,
    firstAmount: TokenAmount,
  ) {
    this.#base = base
    this.#awards = awards
    this.#drawn = drawn
    this.firstEpoch = firstEpoch
    this.#firstAmount = firstAmount
  }

  static of(base: Settled): VestingTable {
    const { epoch, amount } = base.head
    return new VestingTable(base, null, 0n, epoch, amount)
  }

  static ofAward(award: Award): VestingTable {
    return new VestingTable(null, withAward(null, award), 0n, award.firstEpoch, firstAmount(award))
  }

  /** The table with all awards in it. */
  get settled(): Settled {
    return (this.#settled ??= this.#settle())
  }

  #settle(): Settled {
    const merged = this.#merged()
    if (this.#drawn === 0n) return merged
    const { epoch, amount } = merged.head
    return { head: { epoch, amount: amount - this.#drawn }, tail: merged.tail }
  }

  #merged(): Settled {
    if (!this.#awards) return this.#base!
    const added = scheduleOf(this.#awards)
    const funds = mergeByEpoch(vestingEntries(flatten(this.#base)), added)
    return { head: funds[0]!, tail: Link.to(Tail, funds.slice(1)) }
  }

  /** Whether what is kept aside was put in already, so that it need not be done again. */
  get #isSettled(): boolean {
    return this.#settled !== undefined && this.#settled !== this.#base
  }

  /** The table with another award, which vests nothing yet. */
  with(award: Award): VestingTable {
    const { firstEpoch } = award
    const isFirst = firstEpoch < this.firstEpoch
    const count = this.#awards ? this.#awards.count : 0
    // What was drawn is from the entry that is first now; and an entry of nothing goes when the next award comes.
    const isFrontChanged = (isFirst && this.#drawn > 0n) || (count > 0 && this.#firstAmount === 0n)
    if (count >= MAX_AWARDS || isFrontChanged || this.#isSettled)
      return VestingTable.of(this.settled).with(award)
    const more = firstEpoch <= this.firstEpoch ? firstAmount(award) : 0n
    return new VestingTable(
      this.#base,
      withAward(this.#awards, award),
      this.#drawn,
      Math.min(firstEpoch, this.firstEpoch),
      isFirst ? more : this.#firstAmount + more,
    )
  }

  /** The table with `target` less in its first entry; undefined unless that has more. */
  drawnBy(target: TokenAmount): VestingTable | undefined {
    if (target >= this.#firstAmount) return undefined
    if (this.#isSettled) return VestingTable.of(this.settled).drawnBy(target)
    return new VestingTable(
      this.#base,
      this.#awards,
      this.#drawn + target,
      this.firstEpoch,
      this.#firstAmount - target,
    )
  }
}

/** Awards that are kept aside at most. */
const MAX_AWARDS = 256

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
    // Nothing of the award vests before its first step.
    const { table: left, unlocked } = unlockVested(table, currentEpoch)
    const award = awardOf(currentEpoch, sum, provingPeriodStart, spec)
    return { table: left ? left.with(award) : VestingTable.ofAward(award), unlocked }
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
  const { funds, unlocked } = unlockVestedFunds(flatten(table.settled), currentEpoch)
  return { table: toTable(funds, table.settled), unlocked }
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
