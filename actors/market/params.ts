/** What goes in and out of the storage market. */

export const MarketMethod = { Constructor: 1, CronTick: 9 } as const
