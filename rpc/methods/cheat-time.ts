/** Cheats that pass time: docs/decisions/time-travel.md says what mining and jumping mean. */
import type { Tipset } from '../../engine/chain/tipset.ts'
import type { RpcContext } from '../context.ts'
import { cheat } from '../cheat.ts'
import { optional, smallQuantity } from '../decoders.ts'
import { ethBlockJson } from '../eth-blocks.ts'
import { inFieldOf } from '../eth-params.ts'
import { type Decoder, method, Mismatch } from '../method.ts'

/** Longer than this, a jump is what is wanted: each tipset is signed. */
const MAX_TIPSETS = 100_000

const count: Decoder<number> = (value) => {
  const n = smallQuantity(value)
  if (n > MAX_TIPSETS)
    throw new Mismatch(`at most ${MAX_TIPSETS} tipsets`, value, 'to pass more time, move the clock')
  return n
}

interface MineRequest {
  readonly blocks: number
  /** Unix seconds that the first is not before. */
  readonly timestamp: number | undefined
}

/** A Unix time, as Hardhat has it, or an object, as Ganache. */
const mineRequest: Decoder<MineRequest> = (value) => {
  if (typeof value !== 'object' || value === null)
    return { blocks: 1, timestamp: optional(smallQuantity, undefined)(value) }
  const fields = value as Record<string, unknown>
  return {
    blocks: inFieldOf(fields, 'blocks', optional(count, 1)),
    timestamp: inFieldOf(fields, 'timestamp', optional(smallQuantity, undefined)),
  }
}

/** Makes `blocks` tipsets, `interval` seconds from one to the next where that is longer than an epoch. */
function mineSpaced({ devnet }: RpcContext, blocks: number, interval: number): Tipset[] {
  const { blockDelay } = devnet.params
  return Array.from({ length: blocks }, (_, i) => {
    if (i > 0) devnet.increaseTime(Math.max(0, interval - blockDelay))
    return devnet.mine()
  })
}

function mineAt({ devnet }: RpcContext, { blocks, timestamp }: MineRequest): Tipset[] {
  if (timestamp !== undefined) devnet.clock.setNext(timestamp, devnet.node.head.height)
  return Array.from({ length: blocks }, () => devnet.mine())
}

const tipsets = optional(count, 1)
const spacing = optional(smallQuantity, 0)

export const cheatTimeMethods = [
  method<[MineRequest]>('evm_mine', [mineRequest], (context, request) => {
    mineAt(context, request)
    return '0x0'
  }),
  ...cheat<[number, number]>(
    'mine',
    [tipsets, spacing],
    (context, blocks, interval) => {
      mineSpaced(context, blocks, interval)
      return true
    },
    ['hardhat', 'anvil', 'ganache'],
  ),
  /** As `evm_mine`; answers with the blocks and the transactions in them. */
  ...cheat<[MineRequest]>('mine_detailed', [mineRequest], (context, request) =>
    mineAt(context, request).map((tipset) => ethBlockJson(context, tipset, true)),
  ),
  /** Moves the clock; answers with the seconds that the next tipset is later by. */
  ...cheat<[number]>('increaseTime', [smallQuantity], ({ devnet }, seconds) =>
    devnet.increaseTime(seconds),
  ),
  ...cheat<[number]>('setNextBlockTimestamp', [smallQuantity], ({ devnet }, time) => {
    devnet.clock.setNext(time, devnet.node.head.height)
    return null
  }),
  /** Sets the clock; answers with the seconds it was moved by. */
  ...cheat<[number]>('setTime', [smallQuantity], ({ devnet }, time) =>
    devnet.clock.setNext(time, devnet.node.head.height),
  ),
  ...cheat<[number]>(
    'setBlockTimestampInterval',
    [smallQuantity],
    ({ devnet }, seconds) => {
      devnet.clock.space(seconds)
      return null
    },
    ['evm', 'anvil', 'ganache'],
  ),
  /** viem gives milliseconds under this name. */
  method<[number]>('hardhat_setBlockTimestampInterval', [smallQuantity], ({ devnet }, given) => {
    devnet.clock.space(Math.ceil(given / 1000))
    return null
  }),
  ...cheat('removeBlockTimestampInterval', [], ({ devnet }) => {
    const had = devnet.clock.spacing !== undefined
    devnet.clock.space(undefined)
    return had
  }),
  ...cheat('getGenesisTime', [], ({ node }) => node.params.genesisTime),
]
