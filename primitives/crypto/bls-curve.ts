/** What a library of the curve BLS12-381 must give so that `bls-scheme.ts` can make signatures of it. */

/** Points other than those from `combine` are in their subgroup and not at infinity. */
export interface BlsCurve<Secret, G1, G2> {
  readonly name: 'blst' | 'herumi'
  /** The generators, negated. */
  readonly negativeG1: G1
  readonly negativeG2: G2
  /** From 32 bytes, little-endian, known to be in range, which it copies. */
  secret(bytes: Uint8Array): Secret
  publicKeyG1(secret: Secret): Uint8Array
  publicKeyG2(secret: Secret): Uint8Array
  signG1(secret: Secret, message: Uint8Array, dst: string): Uint8Array
  signG2(secret: Secret, message: Uint8Array, dst: string): Uint8Array
  /** From 48 bytes; undefined unless they are the canonical form of a point of the subgroup, not infinity. */
  decodeG1(bytes: Uint8Array): G1 | undefined
  /** From 96 bytes, as `decodeG1`. */
  decodeG2(bytes: Uint8Array): G2 | undefined
  /** As `decodeG2` without the subgroup. */
  decodeG2OnCurve(bytes: Uint8Array): G2 | undefined
  /** 96 bytes. */
  encodeG2(point: G2): Uint8Array
  hashToG1(message: Uint8Array, dst: string): G1
  hashToG2(message: Uint8Array, dst: string): G2
  /** The point times a scalar of 8 bytes, little-endian, not zero. */
  multiplyG1(point: G1, scalar: Uint8Array): G1
  /** Σ scalarᵢ·pointᵢ, or the plain sum without scalars; undefined at infinity. */
  combineG2(points: readonly G2[], scalars?: readonly Uint8Array[]): G2 | undefined
  /** Whether ∏ e(pᵢ, qᵢ) is one. */
  pairingIsOne(pairs: readonly (readonly [G1, G2])[]): boolean
}
