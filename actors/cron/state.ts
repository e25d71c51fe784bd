/** State of the cron actor: whom to call at the end of every epoch. */
import { idAddress } from '../../primitives/address.ts'
import { address, type Infer, list, tuple, uint } from '../../primitives/codec.ts'
import { MarketMethod } from '../market/params.ts'
import { PowerMethod } from '../power/params.ts'
import { MARKET_ACTOR, POWER_ACTOR } from '../singletons.ts'

export const CronEntry = tuple(
  {
    receiver: address,
    /** A method without parameters. */
    method: uint,
  },
  'CronEntry',
)
export type CronEntry = Infer<typeof CronEntry>

export const CronState = tuple({ entries: list(CronEntry) }, 'CronState')
export type CronState = Infer<typeof CronState>

/** State of every network: the power actor ends the epoch, then the market. */
export function initialCronState(): CronState {
  return {
    entries: [
      { receiver: idAddress(POWER_ACTOR), method: PowerMethod.OnEpochTickEnd },
      { receiver: idAddress(MARKET_ACTOR), method: MarketMethod.CronTick },
    ],
  }
}
