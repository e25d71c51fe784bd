/** A thread for signatures that nobody waits for: forecasts, and checks of blocks that were made. */
import { bls, type SignedItem } from '../../primitives/crypto/bls.ts'
import { initCrypto } from '../../primitives/crypto/init.ts'
import { type Forecast, forecast, type ForecastRequest } from './forecast.ts'

export type ConsensusTask =
  | { readonly kind: 'forecast'; readonly request: ForecastRequest }
  | { readonly kind: 'verify'; readonly items: readonly SignedItem[] }

/** Answers a forecast, or whether all signatures hold. */
export default async function run(task: ConsensusTask): Promise<Forecast | boolean> {
  await initCrypto()
  return task.kind === 'forecast' ? forecast(task.request) : bls().multiVerify(task.items)
}
