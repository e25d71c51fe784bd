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
