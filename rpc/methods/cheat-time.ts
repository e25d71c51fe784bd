/** Cheats that other devnets have under the same names: time and mining. */
import { optional, smallQuantity } from '../decoders.ts'
import { refused } from '../errors.ts'
import { method } from '../method.ts'

/** Makes a tipset; with a Unix time, the first that is not before it. */
const mine = method<[number | undefined]>(
  'evm_mine',
  [optional(smallQuantity, undefined)],
  ({ devnet, node }, timestamp) => {
    if (timestamp !== undefined) {
      const ahead = devnet.increaseTime(0)
      const next = node.head.blocks[0]!.timestamp + node.params.blockDelay + ahead
      if (timestamp < next)
        throw refused(`timestamp ${timestamp} is before the next tipset's earliest, ${next}`)
      devnet.increaseTime(timestamp - next)
    }
    devnet.mine()
    return '0x0'
  },
)

/** Moves the clock; answers with the seconds that the next tipset is later by. */
const increaseTime = method<[number]>('evm_increaseTime', [smallQuantity], ({ devnet }, seconds) =>
  devnet.increaseTime(seconds),
)

export const cheatTimeMethods = [mine, increaseTime]
