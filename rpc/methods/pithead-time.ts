/** Cheats that only Filecoin has a use for, about time: epochs, deadlines, vesting. */
import { minerId } from '../../engine/cheats/miners.ts'
import { hasSectors, nextDeadline, nextVesting } from '../../engine/cheats/schedule.ts'
import type { Devnet } from '../../engine/devnet.ts'
import type { Address } from '../../primitives/address.ts'
import { InvalidInput } from '../../primitives/invalid-input.ts'
import type { ChainEpoch } from '../../primitives/units.ts'
import { actorAddress, epoch, optional, smallQuantity } from '../decoders.ts'
import { refused } from '../errors.ts'
import { method } from '../method.ts'
import { tipsetJson } from '../tipsets.ts'

const index = optional(smallQuantity, undefined)

/** Passes time until a tipset at an epoch. @returns the head's epoch. */
function skipTo(devnet: Devnet, to: ChainEpoch): ChainEpoch {
  const { genesisTime, blockDelay } = devnet.params
  devnet.clock.setNext(genesisTime + to * blockDelay, devnet.node.head.height)
  return devnet.mine().height
}

export const pitheadTimeMethods = [
  /** Answers with the head's epoch: the one asked for or, where nobody won that, soon after. */
  method<[ChainEpoch]>('pithead_skipToEpoch', [epoch], ({ devnet, node }, to) => {
    if (to <= node.head.height)
      throw new InvalidInput(
        'epoch',
        `expected one after the head's, ${node.head.height}, got ${to}`,
      )
    return skipTo(devnet, to)
  }),
  /** To where a deadline of a miner opens, the next one by default. */
  method<[Address, number | undefined]>(
    'pithead_skipToDeadline',
    [actorAddress, index],
    ({ devnet, node }, miner, deadline) => {
      const at = nextDeadline(node, minerId(node.state, miner), deadline)
      const height = skipTo(devnet, at.open)
      return { Epoch: height, Index: at.index, Open: at.open, Close: at.close }
    },
  ),
  /** To where the next part of a miner's vesting funds can be withdrawn. */
  method<[Address]>('pithead_skipToNextVesting', [actorAddress], ({ devnet, node }, miner) => {
    const next = nextVesting(node, minerId(node.state, miner))
    const height = skipTo(devnet, next.epoch + 1)
    return { Epoch: height, Vested: next.amount.toString() }
  }),
  /** Null rounds in which nobody earns, and the tipset after them. */
  method<[number]>('pithead_injectNulls', [smallQuantity], ({ devnet, node }, count) => {
    if (count > node.params.policy.chainFinality)
      throw refused(`at most a finality of null rounds, ${node.params.policy.chainFinality}`)
    return devnet.nullRounds(count).height
  }),
  method('pithead_mineTipset', [], (context) => tipsetJson(context, context.devnet.mine())),
  /** Keeps a miner's software from proving the next window of a deadline: by default of the next that has sectors. */
  method<[Address, number | undefined]>(
    'pithead_missPost',
    [actorAddress, index],
    ({ devnet, node }, address, deadline) => {
      const miner = minerId(node.state, address)
      const count = node.params.policy.wpostPeriodDeadlines
      const candidates =
        deadline === undefined ? Array.from({ length: count }, (_, i) => i) : [deadline]
      const [at] = candidates
        .map((i) => nextDeadline(node, miner, i))
        .filter((window) => hasSectors(node, miner, window.index))
        .sort((a, b) => a.open - b.open)
      if (!at) throw new InvalidInput('deadline', `f0${miner} has no sectors to prove there`)
      const kept = devnet.pauses.filter(({ to }) => to > node.head.height)
      devnet.pauses = [...kept, { miner, from: at.open, to: at.close }]
      return { Index: at.index, Open: at.open, Close: at.close }
    },
  ),
]
