/**
 * What things cost in gas from network version 25 on, in milligas (ref-fvm price list TEEP). 1 gas is 1,000 milligas;
 * the only rounding is up, at the end of a message.
 */

const gas = (n: number): number => n * 1000

export const PRICES = {
  onChainMessageFlat: gas(560_663),
  onChainMessagePerByte: gas(1300),
  onChainReturnPerByte: gas(1300),
  valueTransfer: gas(6000),
  methodInvocation: gas(75_000),
  actorLookup: gas(500_000),
  actorUpdate: gas(475_000),
  createActor: gas(650_000),
  /** Address assignment and lookup when a receiver is made on the way. */
  assignAddress: gas(2_050_000),
  randomnessFlat: gas(146_200),
  randomnessPerEpoch: gas(75),
  verifySecp256k1: gas(1_637_292),
  verifySecp256k1PerByte: gas(10),
  verifyBls: gas(16_598_605),
  verifyBlsPerByte: gas(26),
  verifyConsensusFault: gas(516_422),
  verifyPostFlat: gas(117_680_921),
  verifyPostPerSector: gas(43_780),
  verifySeal: gas(42_000_000),
  verifyReplicaUpdate: gas(36_316_136),
  computeUnsealedSectorCid: gas(98_647),
  /** For each page of 64 KiB that a call takes beyond what it begins with. */
  memoryGrowPerPage: 26_214_400,
  eventFlat: gas(2500),
  eventPerEntry: gas(1400),
  eventPerKeyByte: gas(16),
  /** Copying and hashing an event, by its estimated size. */
  eventPerByte: 17_200,
} as const

/** Longer than any message's gas: what an unmetered or implicit message may use. */
export const UNLIMITED = Number.MAX_SAFE_INTEGER

/** Gas of a message that is put on chain, by its serialized length in bytes (signature included unless BLS). */
export const onChainMessage = (length: number): number =>
  PRICES.onChainMessageFlat + PRICES.onChainMessagePerByte * length

interface AggregatePrice {
  readonly perSector: number
  /** Gas from a number of sectors on, ascending. */
  readonly steps: readonly (readonly [sectors: number, gas: number])[]
}

const STEPS_32 = [
  103_994_170, 112_356_810, 122_912_610, 137_559_930, 162_039_100, 210_960_780, 318_351_180,
  528_274_980,
]
const STEPS_64 = [
  102_581_240, 110_803_030, 120_803_700, 134_642_130, 157_357_890, 203_017_690, 304_253_590,
  509_880_640,
]
const INTERACTIVE = [4, 7, 13, 26, 52, 103, 205, 410]
const NON_INTERACTIVE = [1, 2, 3, 5, 9, 17, 33]

const priced = (perSector: number, sectors: readonly number[], gas: readonly number[]) => ({
  perSector,
  steps: sectors.map((n, i) => [n, gas[i]!] as const),
})

/** By seal proof type; types that are not listed, those of small sectors among them, cost what 32 GiB do. */
const AGGREGATES: Readonly<Record<number, AggregatePrice>> = {
  4: priced(359_272, INTERACTIVE, STEPS_64),
  9: priced(359_272, INTERACTIVE, STEPS_64),
  14: priced(359_272, INTERACTIVE, STEPS_64),
  18: priced(5_668_740, NON_INTERACTIVE, STEPS_32.slice(1)),
  19: priced(4_526_928, NON_INTERACTIVE, STEPS_64.slice(1)),
}
const AGGREGATE_32 = priced(449_900, INTERACTIVE, STEPS_32)

/** Milligas of checking an aggregate of `sectors` seals (FIP-0013, FIP-0092). */
export function verifyAggregateSeals(sealProof: number, sectors: number): number {
  const { perSector, steps } = AGGREGATES[sealProof] ?? AGGREGATE_32
  const step = steps.findLast(([from]) => sectors >= from) ?? steps[0]!
  return gas(perSector * sectors + step[1])
}
