/**
 * The vesting table as the state holds it: the next entry inline, the others behind a link. Most changes touch only the
 * head, and so leave the block behind the link as it is.
 */
import { type Codec, epoch, list, nullable, tokenAmount, tuple } from '../../primitives/codec.ts'
import { Link, link } from '../../primitives/link.ts'
import type { ChainEpoch, TokenAmount } from '../../primitives/units.ts'
import {
  addLockedFunds,
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

export interface VestingTable {
  readonly head: VestingFund
  readonly tail: Link<VestingFunds>
}

/** Null when nothing vests. */
export const VestingTable: Codec<VestingTable | null> = nullable(
  tuple({ head: VestingFund, tail: link(Tail) }, 'VestingFunds'),
)

/** All entries, without a head that was drawn down to zero. */
export function loadVestingFunds(table: VestingTable | null): VestingFunds {
  return vestingEntries(flatten(table))
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
  const { funds, unlocked } = addLockedFunds(
    flatten(table),
    currentEpoch,
    sum,
    provingPeriodStart,
    spec,
  )
  return { table: toTable(funds, table), unlocked }
}

/** `unlockVestedFunds` on the table of a state. */
export function unlockVested(table: VestingTable | null, currentEpoch: ChainEpoch): Unlocked {
  if (table === null || table.head.epoch >= currentEpoch) return { table, unlocked: 0n }
  const { funds, unlocked } = unlockVestedFunds(flatten(table), currentEpoch)
  return { table: toTable(funds, table), unlocked }
}

/** `unlockVestedAndUnvestedFunds` on the table of a state. */
export function unlockVestedAndUnvested(
  table: VestingTable | null,
  currentEpoch: ChainEpoch,
  target: TokenAmount,
): { table: VestingTable | null; vested: TokenAmount; unvested: TokenAmount } {
  if (table === null) return { table, vested: 0n, unvested: 0n }
  const { funds, vested, unvested } = unlockVestedAndUnvestedFunds(
    flatten(table),
    currentEpoch,
    target,
  )
  return { table: toTable(funds, table), vested, unvested }
}

function flatten(table: VestingTable | null): VestingFunds {
  return table === null ? [] : [table.head, ...table.tail.get()]
}

/** The state's form of `funds`; the tail of `previous` is kept where it is the same. */
function toTable(funds: VestingFunds, previous: VestingTable | null): VestingTable | null {
  const head = funds[0]
  if (head === undefined) return null
  const before = previous?.tail.get()
  const same =
    before?.length === funds.length - 1 && before.every((fund, i) => fund === funds[i + 1])
  return { head, tail: same ? previous!.tail : Link.to(Tail, funds.slice(1)) }
}
