/** What goes into the cron actor. */
import { type Infer, list, tuple } from '../../primitives/codec.ts'
import { CronEntry } from './state.ts'

export const CronMethod = { Constructor: 1, EpochTick: 2 } as const

export const CronConstructorParams = tuple({ entries: list(CronEntry) }, 'CronConstructorParams')
export type CronConstructorParams = Infer<typeof CronConstructorParams>
