/**
 * Who wins an epoch, for runs that make no blocks. Wins of an epoch are Poisson distributed with mean 5 and each falls to a
 * provider with the chance of its share in the power: that is the same as a Poisson draw for each provider with its own mean,
 * and takes two draws for the whole network instead of three hashes for each of its providers.
 */
import { poissonIcdf } from './election.ts'
import type { Prng } from '../../primitives/prng.ts'
import type { ActorId, StoragePower } from '../../primitives/units.ts'

/** Providers with the sums of the power up to each, in the order they were given. */
export interface Shares {
  readonly providers: readonly ActorId[]
  /** Quality-adjusted bytes. */
  readonly upTo: readonly StoragePower[]
}

export function sharesOf(power: Iterable<readonly [ActorId, StoragePower]>): Shares {
  const providers: ActorId[] = []
  const upTo: StoragePower[] = []
  let total = 0n
  for (const [provider, bytes] of power) {
    if (bytes <= 0n) continue
    providers.push(provider)
    upTo.push((total += bytes))
  }
  return { providers, upTo }
}

/**
 * Wins by provider, in the order they were drawn; none where nobody has power.
 * @param wins - earlier ones, which these are added to.
 */
export function drawWins(
  prng: Prng,
  { providers, upTo }: Shares,
  wins = new Map<ActorId, number>(),
): Map<ActorId, number> {
  const total = upTo.at(-1)
  if (total === undefined) return wins
  for (let left = poisson(prng) + poisson(prng); left > 0; left--) {
    const winner = providers[firstAbove(upTo, prng.bigBelow(total))]!
    wins.set(winner, (wins.get(winner) ?? 0) + 1)
  }
  return wins
}

/** Half the mean: the exponential of the election is exact enough below 5 only. */
const AT_LEAST = poissonIcdf((5n << 256n) / 2n).map((chance) => Number(chance >> 203n)) // of 2⁵³

/** Mean 2.5. */
function poisson(prng: Prng): number {
  const drawn = prng.below(2 ** 53 - 1)
  let wins = 0
  while (wins < AT_LEAST.length && drawn < AT_LEAST[wins]!) wins++
  return wins
}

function firstAbove(upTo: readonly bigint[], drawn: bigint): number {
  let [low, high] = [0, upTo.length - 1]
  while (low < high) {
    const middle = (low + high) >>> 1
    if (upTo[middle]! > drawn) high = middle
    else low = middle + 1
  }
  return low
}
