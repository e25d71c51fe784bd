/** Runs a simulation for SEED=… or for `count` fresh seeds, and names the one that fails. */
import { randomBytes } from 'node:crypto'
import { Prng } from '../../primitives/prng.ts'

export function forEachSeed(count: number, run: (prng: Prng, seed: string) => void): void {
  const given = process.env['SEED']
  const seeds = given
    ? [given]
    : Array.from({ length: count }, () => randomBytes(4).toString('hex'))
  for (const seed of seeds)
    try {
      run(new Prng(seed), seed)
    } catch (error) {
      const reproduce = `SEED=${seed} node --import tsx ${process.argv[1]}`
      throw new Error(`seed ${seed} failed\n    reproduce: ${reproduce}`, { cause: error })
    }
}
