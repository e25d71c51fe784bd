/**
 * The vesting table as the state holds it: the next entry inline, the others behind a link. What is locked by a block reward
 * is kept aside and put into the table when something needs its entries: an unlocking, a penalty, a root. A miner that
 * wins often then pays for its table twice a day instead of at every block.
 */
import { type Codec, epoch, list, nullable, tokenAmount, tuple } from '../../primitives/codec.ts'
import { Link, link } from '../../primitives/link.ts'
import type { ChainEpoch, TokenAmount } from '../../primitives/units.ts'
import { type Award, awardOf, isGridded, scheduleOf } from './vesting-awards.ts'
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
  readonly #base: Settled | null
  readonly #awards: readonly Award[]
  #settled: Settled | undefined

  constructor(base: Settled | null, awards: readonly Award[]) {
    this.#base = base
    this.#awards = awards
    const first = [...(base ? [base.head.epoch] : []), ...(awards[0] ? [awards[0].firstEpoch] : [])]
    this.firstEpoch = Math.min(...first)
  }

  /** The table with all awards in it. */
  get settled(): Settled {
    return (this.#settled ??= this.#settle())
  }

  #settle(): Settled {
    if (this.#awards.length === 0) return this.#base!
    const added = scheduleOf(this.#awards)
    const funds = mergeByEpoch(vestingEntries(flatten(this.#base)), added)
    return { head: funds[0]!, tail: Link.to(Tail, funds.slice(1)) }
  }

  /** The table with another award, which vests nothing yet. */
  with(award: Award): VestingTable {
    if (this.#settled || this.#awards.length >= MAX_AWARDS)
      return new VestingTable(this.settled, [award])
    return new VestingTable(this.#base, [...this.#awards, award])
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
    return settled && new VestingTable(settled, [])
  },
  diff: (expected, got, path) => Wire.diff!(expected && expected.settled, got && got.settled, path),
}

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
  const vestsNow = table !== null && table.firstEpoch < currentEpoch
  if (sum > 0n && !vestsNow && isGridded(spec)) {
    const award = awardOf(currentEpoch, sum, provingPeriodStart, spec)
    return { table: table ? table.with(award) : new VestingTable(null, [award]), unlocked: 0n }
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
  return new VestingTable({ head, tail }, [])
}
