/** Cheats that go back: snapshots. */
import { quantity } from '../../engine/chain/eth-json.ts'
import { cheat } from '../cheat.ts'
import { smallQuantity } from '../decoders.ts'

export const cheatChainMethods = [
  ...cheat('snapshot', [], ({ devnet }) => quantity(devnet.snapshots.take())),
  ...cheat<[number]>('revert', [smallQuantity], ({ devnet }, id) => devnet.snapshots.revert(id)),
]
