/** Runs a simulation for SEED=… or for `count` seeds, and names the one that fails. */
import { Prng } from '../../primitives/prng.ts'

export function forEachSeed(count: number, run: (prng: Prng, seed: string) => void): void {
  const given = process.env['SEED']
  const seeds = given ? [given] : Array.from({ length: count }, (_, i) => `${i + 1}`)
  for (const seed of seeds)
    try {
      run(new Prng(seed), seed)
    } catch (error) {
      const reproduce = `SEED=${seed} node --import tsx ${process.argv[1]}`
      throw new Error(`seed ${seed} failed\n    reproduce: ${reproduce}`, { cause: error })
    }
}
