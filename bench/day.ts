/** A day of a network: 2,880 epochs, ten providers, cron at each, no messages. */
import { mineChecked } from '../engine/consensus/consensus-pool.ts'
import { Devnet } from '../engine/devnet.ts'
import { initCrypto } from '../primitives/crypto/init.ts'
import { WorkerPool } from '../primitives/worker-pool.ts'
import { type BenchResult, median } from './area.ts'

const EPOCHS = 2880
const MODELLED_ROUNDS = 5
/** Real cryptography is run for a part of the day, and counted up. */
const REAL_PART = 10

/** Seconds of a day: hashes in place of signatures and roots deferred; BLS with all of it checked on two threads. */
export async function days(): Promise<BenchResult[]> {
  await initCrypto()
  const options = { sps: 10, accounts: 0, keep: 2000 }
  const modelled: number[] = []
  for (let round = 0; round <= MODELLED_ROUNDS; round++) {
    const { node } = new Devnet({ ...options, crypto: 'modelled', roots: 'deferred' })
    const started = performance.now()
    for (let epoch = 1; epoch <= EPOCHS; epoch++) node.mineAt(epoch)
    if (round > 0) modelled.push((performance.now() - started) / 1000)
  }
  const pool = new WorkerPool(2)
  const { node } = new Devnet(options)
  await mineChecked(node, pool, 64)
  const started = performance.now()
  await mineChecked(node, pool, EPOCHS / REAL_PART)
  const real = ((performance.now() - started) / 1000) * REAL_PART
  await pool.close()
  return [
    { name: 'day_modelled', value: median(modelled), unit: 's' },
    { name: 'day_real', value: real, unit: 's' },
  ]
}
