/**
 * Q.128 fixed point: integers scaled by 2¹²⁸. The protocol's exponential and logarithm are rational polynomials
 * evaluated with a rounding shift after every term; each shift is part of consensus and floors.
 */
import { floorDiv } from './units.ts'

/** Fraction bits of Q.128. */
export const PRECISION = 128n
/** 1.0 in Q.128. */
export const ONE_Q128 = 1n << PRECISION

/** Numerator of the e⁻ˣ approximation, highest power first, Q.128. Elections use the same table shifted to Q.256. */
export const EXP_NEG_NUMERATOR: readonly bigint[] = [
  -648770010757830093818553637600n,
  67469480939593786226847644286976n,
  -3197587544499098424029388939001856n,
  89244641121992890118377641805348864n,
  -1579656163641440567800982336819953664n,
  17685496037279256458459817590917169152n,
  -115682590513835356866803355398940131328n,
  340282366920938463463374607431768211456n,
]

/** Denominator of the e⁻ˣ approximation, highest power first, Q.128. */
export const EXP_NEG_DENOMINATOR: readonly bigint[] = [
  1225524182432722209606361n,
  114095592300906098243859450n,
  5665570424063336070530214243n,
  194450132448609991765137938448n,
  5068267641632683791026134915072n,
  104716890604972796896895427629056n,
  1748338658439454459487681798864896n,
  23704654329841312470660182937960448n,
  259380097567996910282699886670381056n,
  2250336698853390384720606936038375424n,
  14978272436876548034486263159246028800n,
  72144088983913131323343765784380833792n,
  224599776407103106596571252037123047424n,
  340282366920938463463374607431768211456n,
]

/**
 * Polynomial with `coefficients` (highest power first) at `x`, all scaled by 2^`precision`:
 *
 *     r ← ⌊r · x / 2^precision⌋ + c   for each c
 */
export function horner(coefficients: readonly bigint[], x: bigint, precision = PRECISION): bigint {
  let result = coefficients[0]!
  for (let i = 1; i < coefficients.length; i++) {
    result = ((result * x) >> precision) + coefficients[i]!
  }
  return result
}

/**
 * e⁻ˣ.
 *
 * @param x - Q.128, not negative.
 * @returns Q.128, floored.
 * @see builtin-actors `actors/reward/src/expneg.rs`, `expneg`
 */
export function expNeg128(x: bigint): bigint {
  const numerator = horner(EXP_NEG_NUMERATOR, x)
  const denominator = horner(EXP_NEG_DENOMINATOR, x)
  return floorDiv(numerator << PRECISION, denominator)
}

/**
 * Natural logarithm, through ln z = k ln 2 + ln(z / 2ᵏ) with the second argument brought into [1, 2).
 *
 * @param z - Q.128. The protocol also calls it with values that are not positive, where the outcome is only defined
 *   by the arithmetic; it is the same here.
 * @returns Q.128; a few units of the last place above the true value (ln 1 is 878).
 * @see builtin-actors `runtime/src/builtin/reward/smooth/smooth_func.rs`, `ln`
 */
export function ln128(z: bigint): bigint {
  const k = BigInt(bitLength(z)) - 1n - PRECISION
  const x = k > 0n ? z >> k : z << -k
  const numerator = horner(LN_NUMERATOR, x) << PRECISION
  return k * LN_2 + floorDiv(numerator, horner(LN_DENOMINATOR, x))
}

/** Bits of the magnitude of `n`; 0 for 0. Linear in its length, so usable on integers of any size. */
export function bitLength(n: bigint): number {
  const digits = (n < 0n ? -n : n).toString(16)
  const top = parseInt(digits.charAt(0), 16)
  return 4 * (digits.length - 1) + (32 - Math.clz32(top))
}

/** ln 2 in Q.128. */
const LN_2 = 235865763225513294137944142764154484399n

const LN_NUMERATOR: readonly bigint[] = [
  261417938209272870992496419296200268025n,
  7266615505142943436908456158054846846897n,
  32458783941900493142649393804518050491988n,
  17078670566130897220338060387082146864806n,
  -35150353308172866634071793531642638290419n,
  -20351202052858059355702509232125230498980n,
  -1563932590352680681114104005183375350999n,
]

const LN_DENOMINATOR: readonly bigint[] = [
  49928077726659937662124949977867279384n,
  2508163877009111928787629628566491583994n,
  21757751789594546643737445330202599887121n,
  53400635271583923415775576342898617051826n,
  41248834748603606604000911015235164348839n,
  9015227820322455780436733526367238305537n,
  340282366920938463463374607431768211456n,
]
