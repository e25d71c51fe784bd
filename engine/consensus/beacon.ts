/**
 * Beacon entries of blocks: which rounds a block carries, whether they are the right ones, and a beacon of our own for
 * networks that are not connected to drand. Reference: Lotus `chain/beacon`.
 */
import { assert } from '../../primitives/assert.ts'
import { boundedCache } from '../../primitives/bounded-cache.ts'
import { utf8 } from '../../primitives/bytes.ts'
import { bls } from '../../primitives/crypto/bls.ts'
import { blake2bKeyed } from '../../primitives/crypto/hash.ts'
import { blsSecretFromSeed } from '../../primitives/crypto/keys.ts'
import { type ChainEpoch, floorDiv } from '../../primitives/units.ts'
import {
  type DrandNetwork,
  isChained,
  modelledRound,
  NETWORKS,
  roundMessage,
  verifyRound,
} from './drand.ts'

export interface BeaconEntry {
  readonly round: number
  /** The round's signature. */
  readonly data: Uint8Array
}

/** Which drand network holds from which epoch, ascending from the first, and how epochs lie in time. */
export interface BeaconSchedule {
  /** Unix seconds of the chain's genesis. */
  readonly genesisTimestamp: number
  /** Seconds an epoch lasts. */
  readonly blockDelay: number
  readonly points: readonly { readonly start: ChainEpoch; readonly network: DrandNetwork }[]
}

/** Filecoin mainnet's. */
export const MAINNET_SCHEDULE: BeaconSchedule = {
  genesisTimestamp: 1_598_306_400,
  blockDelay: 30,
  points: [
    { start: 0, network: NETWORKS.incentinet },
    { start: 51_000, network: NETWORKS.mainnet },
    { start: 3_855_480, network: NETWORKS.quicknet },
  ],
}

/** The network that holds at `epoch`; before the first point, the first. */
export function networkForEpoch(schedule: BeaconSchedule, epoch: ChainEpoch): DrandNetwork {
  const point = schedule.points.findLast(({ start }) => epoch >= start) ?? schedule.points[0]
  assert(point !== undefined, 'empty beacon schedule')
  return point.network
}

/**
 * The last round made before the epoch begins: what a block of this epoch carries (Lotus `MaxBeaconRoundForEpoch`). Since
 * network version 16 round 1 is the one made at drand's genesis, and the first that is given.
 */
export function roundForEpoch(
  schedule: BeaconSchedule,
  epoch: ChainEpoch,
  networkVersion: number,
): number {
  const { genesisTime, period } = networkForEpoch(schedule, epoch)
  const { genesisTimestamp, blockDelay } = schedule
  const sinceGenesis = epoch * blockDelay + genesisTimestamp - blockDelay - genesisTime
  const periods = Number(floorDiv(BigInt(sinceGenesis), BigInt(period)))
  if (networkVersion <= 15) return periods
  return sinceGenesis < 0 ? 1 : periods + 1
}

/** What a block stands on: its own height, its parents' height, and the last beacon entry before it. */
export interface BeaconContext {
  readonly schedule: BeaconSchedule
  readonly networkVersion: number
  readonly parentHeight: ChainEpoch
  readonly height: ChainEpoch
}

/**
 * The entries of a block at `height`: one for each epoch since its parents, null rounds included; none while the beacon has
 * not moved on from `previousRound`; and two when the block is the first with a chained network.
 */
export function beaconEntriesForBlock(
  context: BeaconContext,
  previousRound: number,
  entryForRound: (round: number) => BeaconEntry,
): BeaconEntry[] {
  return roundsForBlock(context, previousRound).map(entryForRound)
}

/**
 * What is wrong with the entries of a block, if anything, where `previous` is the last entry before it. As Lotus
 * `ValidateBlockValues`, which takes a chained network's first entries after round 0 on trust.
 */
export function beaconEntriesFault(
  context: BeaconContext,
  entries: readonly BeaconEntry[],
  previous: BeaconEntry,
): string | undefined {
  const network = networkForEpoch(context.schedule, context.height)
  if (startsChained(context)) {
    const [first, second] = entries
    if (!first || !second || entries.length !== 2)
      return `${entries.length} beacon entries at a change of network, not 2`
    return verifyRound(network, second.round, second.data, first.data)
      ? undefined
      : `beacon entry of round ${second.round} does not verify`
  }
  if (roundsForBlock(context, previous.round).length === 0)
    return entries.length === 0 ? undefined : `${entries.length} beacon entries, none expected`
  if (entries.length === 0) return 'no beacon entries'
  if (isChained(network) && previous.round === 0) return undefined
  return roundsFault(context, entries) ?? signatureFault(network, entries, previous)
}

export interface Beacon {
  readonly network: DrandNetwork
  readonly publicKey: Uint8Array
  entryForRound(round: number): BeaconEntry
}

/** When the rounds of a beacon of our own are made, which only `roundForEpoch` asks. */
export interface BeaconTimes {
  /** Unix seconds of round 1. */
  readonly genesisTime: number
  /** Seconds. */
  readonly period: number
}

/** A beacon like quicknet with a key of its own, which is a function of `seed`: what it signs passes `verifyRound`. */
export function createBeacon(seed: string | Uint8Array, times: BeaconTimes = FROM_ZERO): Beacon {
  const secret = blsSecretFromSeed(typeof seed === 'string' ? utf8(seed) : seed)
  const publicKey = bls().publicKeyG2(secret)
  const scheme = 'bls-unchained-g1-rfc9380'
  return beaconOf({ name: 'devnet', scheme, publicKey, ...times }, (message) =>
    bls().signG1(secret, message),
  )
}

/** A beacon whose rounds are hashes instead of signatures, of the same shape and distribution. */
export function createModelledBeacon(
  seed: string | Uint8Array,
  times: BeaconTimes = FROM_ZERO,
): Beacon {
  const bytes = typeof seed === 'string' ? utf8(seed) : seed
  const publicKey = blake2bKeyed(64, utf8('pithead modelled beacon'), bytes)
  return beaconOf({ name: 'modelled', scheme: 'modelled', publicKey, ...times }, (message) =>
    modelledRound(publicKey, message),
  )
}

const CACHED_ENTRIES = 1024
const FROM_ZERO: BeaconTimes = { genesisTime: 0, period: 30 }

function beaconOf(network: DrandNetwork, sign: (message: Uint8Array) => Uint8Array): Beacon {
  const made = boundedCache<number, BeaconEntry>(CACHED_ENTRIES)
  return {
    network,
    publicKey: network.publicKey,
    entryForRound: (round) =>
      made.get(round) ?? made.set(round, { round, data: sign(roundMessage(network, round)) }),
  }
}

/** Whether a block is the first of a network, and this a chained one. */
function startsChained({ schedule, parentHeight, height }: BeaconContext): boolean {
  const network = networkForEpoch(schedule, height)
  return network !== networkForEpoch(schedule, parentHeight) && isChained(network)
}

function roundsForBlock(context: BeaconContext, previousRound: number): number[] {
  const { parentHeight, height } = context
  const last = roundAt(context, height)
  if (startsChained(context)) return [last - 1, last]
  if (last === previousRound) return []
  return Array.from({ length: height - parentHeight }, (_, i) =>
    roundAt(context, parentHeight + 1 + i),
  )
}

/** The round of `epoch` by the network that holds at the block's height, also for epochs before it took over. */
function roundAt({ schedule, networkVersion, height }: BeaconContext, epoch: ChainEpoch): number {
  const points = [{ start: 0, network: networkForEpoch(schedule, height) }]
  return roundForEpoch({ ...schedule, points }, epoch, networkVersion)
}

/** Chained entries prove by their signatures that they follow each other, so only the last round is looked at. */
function roundsFault(context: BeaconContext, entries: readonly BeaconEntry[]): string | undefined {
  const [last, expected] = [entries.at(-1)?.round, roundAt(context, context.height)]
  if (last !== expected) return `last beacon round ${last}, not ${expected}`
  if (isChained(networkForEpoch(context.schedule, context.height))) return undefined
  const wrong = entries.find(
    ({ round }, i) => round !== roundAt(context, context.parentHeight + 1 + i),
  )
  return wrong && `unexpected beacon round ${wrong.round}`
}

function signatureFault(
  network: DrandNetwork,
  entries: readonly BeaconEntry[],
  previous: BeaconEntry,
): string | undefined {
  let before = previous.data
  for (const { round, data } of entries) {
    if (!verifyRound(network, round, data, before))
      return `beacon entry of round ${round} does not verify`
    before = data
  }
  return undefined
}
