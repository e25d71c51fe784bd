/** Cheats about the node: when and by whom tipsets are made, and at what price. */
import { quantity } from '../../engine/chain/eth-json.ts'
import { setProducer } from '../../engine/cheats/producer.ts'
import type { Address } from '../../primitives/address.ts'
import { toHex } from '../../primitives/bytes.ts'
import { ethBlockHash } from '../../engine/chain/tipset.ts'
import { shownAddress } from '../actors.ts'
import { cheat } from '../cheat.ts'
import type { RpcContext } from '../context.ts'
import { actorAddress, bool, optional, quantity as amount, smallQuantity } from '../decoders.ts'
import { type Decoder, method, Mismatch } from '../method.ts'
import { CLIENT_VERSION } from '../version.ts'

/** The longest time that timers keep. */
const MAX_INTERVAL = 0x7fff_ffff
const milliseconds: Decoder<number> = (value) => {
  // Hardhat draws from a range; its middle does as well.
  const given = Array.isArray(value) && value.length === 2 ? value : [value, value]
  const [low, high] = given.map(smallQuantity) as [number, number]
  const middle = Math.round((low + high) / 2)
  if (middle > MAX_INTERVAL) throw new Mismatch(`at most ${MAX_INTERVAL} milliseconds`, value)
  return middle
}

/** Hardhat and Ganache say milliseconds, anvil seconds, all under this name: below this it cannot be milliseconds. */
const LEAST_MILLISECONDS = 100
const timeOfAnyUnit: Decoder<number> = (value) => {
  const given = milliseconds(value)
  return given < LEAST_MILLISECONDS ? given * 1000 : given
}
const seconds: Decoder<number> = (value) => {
  const given = smallQuantity(value)
  if (given * 1000 > MAX_INTERVAL)
    throw new Mismatch(`at most ${Math.floor(MAX_INTERVAL / 1000)} seconds`, value)
  return given * 1000
}

function setAutomine({ devnet }: RpcContext, on: boolean): boolean {
  devnet.automine = on
  return true
}

const setInterval = ({ intervals }: RpcContext, interval: number): boolean => {
  intervals.set(interval)
  return true
}

function nodeInfo({ node, devnet, intervals }: RpcContext) {
  const { head, params } = node
  return {
    currentBlockNumber: quantity(head.height),
    currentBlockTimestamp: head.blocks[0]!.timestamp,
    currentBlockHash: `0x${toHex(ethBlockHash(head.cids))}`,
    networkVersion: params.networkVersion,
    networkName: params.name,
    environment: {
      baseFee: quantity(node.baseFeeAfter(head)),
      chainId: Number(params.chainId),
      minted: node.overrides.minted.toString(),
    },
    automine: devnet.automine,
    interval: intervals.interval,
    impersonatesAll: devnet.impersonation.everyone,
  }
}

function metadata({ node }: RpcContext) {
  const { head, params } = node
  return {
    clientVersion: CLIENT_VERSION,
    chainId: Number(params.chainId),
    instanceId: `0x${toHex(ethBlockHash(node.store.genesis.cids))}`,
    latestBlockNumber: head.height,
    latestBlockHash: `0x${toHex(ethBlockHash(head.cids))}`,
  }
}

const nextBaseFee = ({ node }: RpcContext, fee: bigint): boolean => {
  node.overrides = { ...node.overrides, nextBaseFee: fee }
  return true
}

export const cheatNodeMethods = [
  ...cheat<[boolean]>('setAutomine', [bool], setAutomine),
  ...cheat('getAutomine', [], ({ devnet }) => devnet.automine),
  method('eth_mining', [], ({ devnet }) => devnet.automine),
  method<[number]>('miner_start', [optional(smallQuantity, 0)], (context) =>
    setAutomine(context, true),
  ),
  method('miner_stop', [], (context) => setAutomine(context, false)),
  ...cheat<[number]>('setIntervalMining', [timeOfAnyUnit], setInterval, ['evm']),
  ...cheat<[number]>('setIntervalMining', [milliseconds], setInterval, ['hardhat', 'ganache']),
  ...cheat<[number]>('setIntervalMining', [seconds], setInterval, ['anvil']),
  ...cheat('getIntervalMining', [], ({ intervals }) =>
    intervals.interval === 0 ? null : Math.ceil(intervals.interval / 1000),
  ),
  ...cheat<[Address]>('setCoinbase', [actorAddress], (context, who) => {
    setProducer(context.node, who, (address) => shownAddress(context, address))
    return true
  }),
  ...cheat<[bigint]>('setNextBlockBaseFeePerGas', [amount], nextBaseFee),
  method<[bigint]>('pithead_setBaseFee', [amount], nextBaseFee),
  ...cheat<[bigint]>('setMinGasPrice', [amount], ({ node }, least) => {
    node.pool.leastFeeCap = least
    return true
  }),
  ...cheat<[number]>('setBlockGasLimit', [smallQuantity], ({ node }, limit) => {
    node.setBlockGasLimit(limit)
    return true
  }),
  ...cheat<[boolean]>('setLoggingEnabled', [bool], ({ devnet }, on) => {
    devnet.logging = on
    return true
  }),
  ...cheat('nodeInfo', [], nodeInfo),
  ...cheat('metadata', [], metadata),
]
