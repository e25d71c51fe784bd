/** Contracts: in process, and as transactions over RPC. */
import type { BenchOptions, BenchResult } from '../area.ts'
import { contractRates } from '../evm-contracts.ts'
import { timeTravel } from '../time-travel.ts'
import { transactionRates } from '../transactions.ts'

export default async function evm(options: BenchOptions): Promise<BenchResult[]> {
  options.log('contracts')
  const contracts = await contractRates()
  options.log('transactions')
  const transactions = await transactionRates(options)
  return [...contracts, ...transactions, ...(await timeTravel(options))]
}
