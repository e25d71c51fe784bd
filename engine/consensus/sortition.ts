/**
 * An epoch's winners drawn for the whole network at once, for modelled runs with thousands of miners. One draw per miner gives
 * independent Poisson numbers of wins with means 5·share; their sum is Poisson with mean 5, and given the sum each win falls
 * on a miner with the chance of its share. So drawing the sum and then the miners is the same election, at the cost of the
 * few winners instead of all miners.
 */
import { Prng } from '../../primitives/prng.ts'
import type { StoragePower } from '../../primitives/units.ts'
import { EXPECTED_LEADERS_PER_EPOCH, MAX_WIN_COUNT, poissonIcdf } from './election.ts'

/**
 * Win counts by miner, 1 to 15 each, in the order in which they were drawn.
 *
 * @param seed - 32 bytes of the epoch's randomness.
 * @param totalPower - quality-adjusted bytes of the network, positive.
 * @param minerAt - whose power the byte at this position is, when all miners' power lies side by side; undefined where it is
 *   nobody's who may win, and the win is lost.
 */
export function drawWinners<Miner>(
  seed: Uint8Array,
  totalPower: StoragePower,
  minerAt: (position: StoragePower) => Miner | undefined,
): Map<Miner, number> {
  const prng = new Prng(seed)
  const drawn = prng.bigBelow(1n << 256n)
  const wins = atLeast.findIndex((chance) => drawn >= chance)
  const winners = new Map<Miner, number>()
  for (let i = 0; i < (wins < 0 ? MOST_WINS : wins); i++) {
    const miner = minerAt(prng.bigBelow(totalPower))
    if (miner === undefined) continue
    winners.set(miner, Math.min((winners.get(miner) ?? 0) + 1, MAX_WIN_COUNT))
  }
  return winners
}

/** More wins in an epoch have a chance below 10⁻¹¹. */
const MOST_WINS = 30
/** By number of wins, the chance of more than that, Q.256. */
const atLeast = poissonIcdf(EXPECTED_LEADERS_PER_EPOCH << 256n, MOST_WINS)
