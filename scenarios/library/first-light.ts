/**
 * Ten providers of unequal power mine through cron, day after day. Shows that wins follow power, that rewards lock and
 * vest, and that no FIL appears or disappears.
 */
import { lockedRewardFromReward } from '../../actors/miner/monies.ts'
import type { MinerState } from '../../actors/miner/state.ts'
import { EPOCHS_IN_DAY } from '../../actors/policy.ts'
import { Devnet } from '../../engine/devnet.ts'
import type { ActorId, TokenAmount } from '../../primitives/units.ts'
import { chiSquare } from '../chi-square.ts'
import type { Check, ProviderReport } from '../report.ts'
import type { Scenario } from '../scenario.ts'
import { totalFil } from '../checkers.ts'

const PiB = 1n << 50n
/** From 64 PiB to 640 PiB. */
const POWER = Array.from({ length: 10 }, (_, i) => BigInt(i + 1) * 64n * PiB)
/** Epochs of history a run keeps: elections look back one finality. */
const KEEP = 2000

interface Tally {
  blocks: number
  wins: number
  rewards: TokenAmount
  /** Locked so far: the deposit of a new miner, and three quarters of each reward. */
  everLocked: TokenAmount
}

export const firstLight: Scenario = {
  name: 'first-light',
  question: 'Do blocks, rewards and vesting follow power in a network that does nothing else?',
  run({ seed, days, crypto }) {
    const roots = 'deferred'
    const options = { seed, sps: POWER.length, accounts: 0, power: POWER, keep: KEEP }
    const devnet = new Devnet({ ...options, crypto, roots })
    const epochs = Math.round(days * EPOCHS_IN_DAY)
    const { tallies, tipsets, unconserved } = mineFor(devnet, epochs)
    const providers = devnet.providers.map(({ id, rawBytePower }) => {
      const tally = tallies.get(id)!
      const locked = lockedOf(devnet, id)
      const { blocks, wins, rewards, everLocked } = tally
      return { id, rawBytePower, blocks, wins, rewards, vested: everLocked - locked, locked }
    })
    return {
      scenario: firstLight.name,
      seed,
      days,
      epochs,
      crypto,
      roots,
      tipsets,
      nullRounds: epochs - tipsets,
      head: devnet.node.head.cids.map(String),
      providers,
      checks: [winsFollowPower(providers), conservation(unconserved, tipsets)],
    }
  },
}

function mineFor(devnet: Devnet, epochs: number) {
  const { node } = devnet
  const supply = totalFil(node.state)
  const tallies = new Map<ActorId, Tally>()
  for (const { id } of devnet.providers)
    tallies.set(id, { blocks: 0, wins: 0, rewards: 0n, everLocked: lockedOf(devnet, id) })
  let tipsets = 0
  let unconserved: number | undefined
  for (let epoch = 1; epoch <= epochs; epoch++) {
    const before = new Map(devnet.providers.map(({ id }) => [id, node.state.get(id)!.balance]))
    const tipset = node.mineAt(epoch)
    if (!tipset) continue
    tipsets++
    for (const { miner, electionProof } of tipset.blocks) {
      const tally = tallies.get(miner.id!)!
      tally.blocks++
      tally.wins += electionProof!.winCount
      const reward = node.state.get(miner.id!)!.balance - before.get(miner.id!)!
      tally.rewards += reward
      tally.everLocked += lockedRewardFromReward(reward)
    }
    if (totalFil(node.state) !== supply) unconserved ??= epoch
  }
  return { tallies, tipsets, unconserved }
}

const minerState = (devnet: Devnet, id: ActorId): MinerState =>
  devnet.node.state.get(id)!.state.get() as MinerState

const lockedOf = (devnet: Devnet, id: ActorId): TokenAmount => minerState(devnet, id).lockedFunds

/** Critical value of chi-square with nine degrees of freedom at 0.1 %. */
const CRITICAL_9 = 27.877

function winsFollowPower(providers: readonly ProviderReport[]): Check {
  const wins = providers.map((p) => p.wins)
  const weights = providers.map((p) => Number(p.rawBytePower >> 40n))
  const statistic = chiSquare(wins, weights)
  return {
    name: 'wins follow power',
    ok: statistic < CRITICAL_9,
    detail: `chi-square ${statistic.toFixed(2)}, below ${CRITICAL_9} in 99.9 % of runs`,
  }
}

const conservation = (unconserved: number | undefined, tipsets: number): Check => ({
  name: 'FIL is conserved at every epoch',
  ok: unconserved === undefined,
  detail: unconserved === undefined ? `${tipsets} tipsets` : `broken at epoch ${unconserved}`,
})
