/** State of the cron actor: whom to call at the end of every epoch. */
import { address, type Infer, list, tuple, uint } from '../../primitives/codec.ts'

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
