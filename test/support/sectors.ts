/** Random sectors for tests of collections of them: few kinds of terms, so that neighbours are often alike. */
import fc from 'fast-check'
import type { SectorOnChainInfo } from '../../actors/miner/sectors.ts'
import { syntheticCommR } from '../../actors/miner/synthetic-cid.ts'
import { replicaCid } from '../../primitives/data-commitment.ts'
import { actorId } from '../../primitives/units.ts'

/** Where numbers are drawn from: mostly close together, also around the limits of JavaScript's numbers and of the protocol. */
const BASES = [0n, 0n, 0n, 100n, (1n << 53n) - 20n, (1n << 63n) - 41n]

export const sectorNumber: fc.Arbitrary<bigint> = fc
  .tuple(fc.constantFrom(...BASES), fc.nat({ max: 40 }))
  .map(([base, offset]) => base + BigInt(offset))

/** A range of up to `max` numbers. */
export const sectorRange = (max: number): fc.Arbitrary<[start: bigint, end: bigint]> =>
  fc.tuple(sectorNumber, fc.integer({ min: 1, max })).map(([start, count]) => {
    const limit = 1n << 63n
    const end = start + BigInt(count)
    return [start, end < limit ? end : limit]
  })

export interface Kind {
  /** 0: the usual terms; else the place in `OTHER_TERMS` of the one that is not usual. */
  readonly terms: number
  /** 0: commitments of its own; 1 and 2: synthetic, of two miners; 3: synthetic, but not its sector key. */
  readonly origin: number
  readonly isUpdated: boolean
}

/** Each differs in one term from the usual ones. */
export const OTHER_TERMS: readonly Partial<SectorOnChainInfo>[] = [
  {},
  { sealProof: 9 },
  { deprecatedDealIds: [7n] },
  { activation: 11 },
  { expiration: 1060 },
  { dealWeight: 5n },
  { verifiedDealWeight: 990n },
  { initialPledge: 101n },
  { expectedDayReward: 0n },
  { expectedStoragePledge: 1n },
  { powerBaseEpoch: 20 },
  { replacedDayReward: 2n },
  { flags: 0 },
  { dailyFee: 4n },
]

const LAST = OTHER_TERMS.length - 1

export const kind: fc.Arbitrary<Kind> = fc.record({
  terms: fc.oneof(fc.constantFrom(0, LAST), fc.nat({ max: LAST })),
  origin: fc.nat({ max: 3 }),
  isUpdated: fc.boolean(),
})

/** A sector of a kind. */
export function sectorOf(number: bigint, { terms, origin, isUpdated }: Kind): SectorOnChainInfo {
  const given = (n: number) => replicaCid(Uint8Array.from({ length: 32 }, (_, i) => (i ? n : 1)))
  const cid = (replica: 'sealed' | 'updated') =>
    origin === 0 || (origin === 3 && isUpdated && replica === 'sealed')
      ? given(replica === 'sealed' ? Number(number % 50n) : 60)
      : syntheticCommR(actorId(1000 + origin), number, replica)
  return {
    sectorNumber: number,
    sealProof: 8,
    sealedCid: cid(isUpdated ? 'updated' : 'sealed'),
    deprecatedDealIds: [],
    activation: 10,
    expiration: 1000,
    dealWeight: 0n,
    verifiedDealWeight: 0n,
    initialPledge: 100n,
    expectedDayReward: null,
    expectedStoragePledge: null,
    powerBaseEpoch: 10,
    replacedDayReward: null,
    sectorKeyCid: isUpdated ? cid('sealed') : null,
    flags: 1,
    dailyFee: 3n,
    ...OTHER_TERMS[terms],
  }
}
