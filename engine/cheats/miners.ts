/** Doing things to storage providers: faults, terminations and vesting that would take weeks, or somebody's key. */
import { recordFaults } from '../../actors/miner/deadline-faults.ts'
import { lastEpoch, newDeadlineInfo, nextNotElapsed } from '../../actors/miner/deadline-info.ts'
import {
  currentPeriodStart,
  findSector,
  loadDeadline,
  loadPartition,
  quantSpecOf,
  saveDeadline,
} from '../../actors/miner/deadlines.ts'
import { MinerMethod } from '../../actors/miner/params.ts'
import { liveSectors } from '../../actors/miner/partition-state.ts'
import { addPower, NO_POWER } from '../../actors/miner/power-pair.ts'
import { TerminateSectorsParams } from '../../actors/miner/sector-params.ts'
import type { MinerState } from '../../actors/miner/state.ts'
import { vestingTableOf } from '../../actors/miner/vesting-table.ts'
import { mergeByEpoch, type VestingFund } from '../../actors/miner/vesting.ts'
import type { SectorNumber } from '../../actors/miner/wire.ts'
import { Payload } from '../../actors/payload.ts'
import { PowerMethod, UpdateClaimedPowerParams } from '../../actors/power/params.ts'
import type { PowerState } from '../../actors/power/state.ts'
import type { Draft } from '../../actors/runtime.ts'
import { POWER_ACTOR } from '../../actors/singletons.ts'
import { type Address, idAddress } from '../../primitives/address.ts'
import { Bitfield } from '../../primitives/bitfield.ts'
import { InvalidInput } from '../../primitives/invalid-input.ts'
import { quantizeUp } from '../../primitives/quantize.ts'
import type { ActorId, ChainEpoch } from '../../primitives/units.ts'
import type { MachineContext } from '../vm/context.ts'
import type { Node } from '../node.ts'
import { type StateTree, withState } from '../vm/state-tree.ts'
import { applyAs, changeState, stateOf } from './state.ts'

/** A miner's number. @throws InvalidInput for an actor that is none. */
export function minerId(tree: Pick<StateTree, 'get' | 'resolve'>, address: Address): ActorId {
  const id = tree.resolve(address)
  const type = id === undefined ? undefined : tree.get(id)?.type
  if (id === undefined || type !== 'storageminer')
    throw new InvalidInput('miner', `${address} is ${type ?? 'not there'}, not a miner`)
  return id
}

/** Where sectors are: by deadline, by partition. @throws InvalidInput naming a sector that is not live. */
function placesOf(state: MinerState, sectors: readonly SectorNumber[]) {
  if (sectors.length === 0) throw new InvalidInput('sectors', 'none given')
  const places = new Map<number, Map<bigint, SectorNumber[]>>()
  for (const number of sectors) {
    if (state.sectors.get(number) === undefined)
      throw new InvalidInput('sectors', `the miner has no sector ${number}`)
    const { deadline, partition } = findSector(state, number)
    if (!liveSectors(loadPartition(loadDeadline(state, deadline), partition)).has(number))
      throw new InvalidInput('sectors', `sector ${number} is terminated`)
    const partitions = places.get(deadline) ?? new Map<bigint, SectorNumber[]>()
    places.set(deadline, partitions)
    const index = BigInt(partition)
    partitions.set(index, [...(partitions.get(index) ?? []), number])
  }
  return [...places]
    .sort(([a], [b]) => a - b)
    .map(([deadline, partitions]) => ({
      deadline,
      partitions: new Map(
        [...partitions]
          .sort(([a], [b]) => Number(a - b))
          .map(([index, numbers]) => [index, Bitfield.of(numbers)] as const),
      ),
    }))
}

/**
 * Makes sectors faulty as if somebody had declared them, however late it is for their deadline: power is lost at once, fees
 * come with the deadlines.
 * @throws InvalidInput
 */
export function makeFaulty(node: Node, miner: ActorId, sectors: readonly SectorNumber[]): void {
  const context = unmetered(node)
  node.edit((tree) => {
    const state: Draft<MinerState> = { ...stateOf<MinerState>(tree, miner) }
    const { policy, epoch } = context
    const periodStart = currentPeriodStart(policy, state, epoch)
    let lost = NO_POWER
    for (const { deadline: index, partitions } of placesOf(state, sectors)) {
      const window = nextNotElapsed(policy, newDeadlineInfo(policy, periodStart, index, epoch))
      const terms = {
        sectorSize: state.info.get().sectorSize,
        quant: quantSpecOf(policy, state, index),
      }
      const deadline = { ...loadDeadline(state, index) }
      const expiration = lastEpoch(window) + policy.faultMaxAge
      lost = addPower(lost, recordFaults(deadline, terms, state.sectors, expiration, partitions))
      saveDeadline(state, index, deadline)
    }
    tree.set(miner, withState(tree.get(miner)!, state))
    const params = { rawByteDelta: lost.raw, qualityAdjustedDelta: lost.qa }
    applyAs(tree, context, {
      from: idAddress(miner),
      to: idAddress(POWER_ACTOR),
      method: PowerMethod.UpdateClaimedPower,
      params: Payload.of(UpdateClaimedPowerParams, params),
      value: 0n,
    })
  })
}

/** Terminates sectors as their worker would, fees included. @throws InvalidInput while their deadline is open or next. */
export function terminateSectors(
  node: Node,
  miner: ActorId,
  sectors: readonly SectorNumber[],
): void {
  const context = unmetered(node)
  node.edit((tree) => {
    const state = stateOf<MinerState>(tree, miner)
    const terminations = placesOf(state, sectors).flatMap(({ deadline, partitions }) =>
      [...partitions].map(([partition, numbers]) => ({
        deadline: BigInt(deadline),
        partition,
        sectors: numbers,
      })),
    )
    applyAs(tree, context, {
      from: state.info.get().worker,
      to: idAddress(miner),
      method: MinerMethod.TerminateSectors,
      params: Payload.of(TerminateSectorsParams, { terminations }),
      value: 0n,
    })
  })
}

/**
 * Gives a miner another vesting table, and the money that is in it: what vests is made out of nothing, or vanishes, as with
 * balances. Funds vest at the ends of the miner's deadlines; epochs are rounded up to those.
 * @returns the table.
 * @throws InvalidInput for entries that have vested, or stand in no order.
 */
export function setVesting(
  node: Node,
  miner: ActorId,
  given: readonly VestingFund[],
): VestingFund[] {
  checkFunds(given, node.head.height)
  const { provingPeriodStart: offset } = stateOf<MinerState>(node.state, miner)
  const quant = { unit: node.params.policy.wpostChallengeWindow, offset }
  const funds = given
    .map(({ epoch, amount }) => [{ epoch: quantizeUp(quant, epoch), amount }])
    .reduce<VestingFund[]>(mergeByEpoch, [])
  const locked = funds.reduce((sum, { amount }) => sum + amount, 0n)
  const change = locked - stateOf<MinerState>(node.state, miner).lockedFunds
  node.edit((tree) => {
    const vestingFunds = vestingTableOf(funds)
    changeState<MinerState>(tree, miner, (s) => ({ ...s, vestingFunds, lockedFunds: locked }))
    changeState<PowerState>(tree, POWER_ACTOR, (state) => ({
      ...state,
      totalPledgeCollateral: state.totalPledgeCollateral + change,
    }))
    tree.deposit(miner, change)
  })
  node.overrides = { ...node.overrides, minted: node.overrides.minted + change }
  return funds
}

function checkFunds(funds: readonly VestingFund[], head: ChainEpoch): void {
  for (const [i, { epoch, amount }] of funds.entries()) {
    const after = i === 0 ? head : funds[i - 1]!.epoch
    if (epoch <= after)
      throw new InvalidInput('vesting', `epoch ${epoch} is not after ${after}: entry ${i}`)
    if (amount <= 0n) throw new InvalidInput('vesting', `amount ${amount}: entry ${i}`)
  }
}

/** What comes after the head, without gas. */
export const unmetered = (node: Node): MachineContext => ({ ...node.nextContext(), metered: false })
