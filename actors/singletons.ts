/** Actors that exist once, and the method numbers every actor knows. */
import { actorId } from '../primitives/units.ts'

export const SYSTEM_ACTOR = actorId(0)
export const INIT_ACTOR = actorId(1)
export const REWARD_ACTOR = actorId(2)
export const CRON_ACTOR = actorId(3)
export const POWER_ACTOR = actorId(4)
export const MARKET_ACTOR = actorId(5)
export const VERIFREG_ACTOR = actorId(6)
export const DATACAP_ACTOR = actorId(7)
export const EAM_ACTOR = actorId(10)
/** Gas reserve account. */
export const RESERVE_ACTOR = actorId(90)
/** Where burnt FIL goes. */
export const BURNT_FUNDS_ACTOR = actorId(99)
/** First id the init actor hands out. */
export const FIRST_NON_SINGLETON = actorId(100)

/** A plain transfer: no code runs. */
export const METHOD_SEND = 0
export const METHOD_CONSTRUCTOR = 1
/** Lowest method number that contracts may call (FRC-42). */
export const FIRST_EXPORTED_METHOD = 1 << 24
