/** Contracts: in process, and as transactions over RPC. */
import type { BenchOptions, BenchResult } from '../area.ts'
import { contractRates } from '../evm-contracts.ts'

export default async function evm({ log }: BenchOptions): Promise<BenchResult[]> {
  log('contracts')
  return contractRates()
}
