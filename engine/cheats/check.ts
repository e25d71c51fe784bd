/** Whether a devnet's state adds up, cheats included; and where a miner's pledge comes from. */
import { brokenInvariants, factsOfGenesis } from '../../actors/invariants.ts'
import { initialPledgeForPower, initialPledgeParts } from '../../actors/miner/monies.ts'
import type { MinerState } from '../../actors/miner/state.ts'
import { loadVestingFunds } from '../../actors/miner/vesting-table.ts'
import type { PowerState } from '../../actors/power/state.ts'
import { POWER_ACTOR } from '../../actors/singletons.ts'
import type { ActorId } from '../../primitives/units.ts'
import { pledgeInputs } from '../genesis.ts'
import type { Node } from '../node.ts'
import { unmetered } from './miners.ts'
import { stateOf } from './state.ts'

/** Everything that is wrong with the state after the head, each in a sentence. What cheats made is taken into account. */
export function checkInvariants({ node }: { node: Node }): string[] {
  const { params, manifest, overrides, origin, head, store } = node
  // At genesis no cron has run yet.
  const passed = head.height > 0 ? { priorEpoch: head.height } : {}
  const facts = { policy: params.policy, manifest, ...passed }
  const before = new Map(origin.done.state.entries())
  const actors = new Map(store.execution(head).state.entries())
  const genesis = factsOfGenesis(before, { policy: params.policy, manifest })
  // Miners that came later made deposits that the total pledge leaves out.
  const later = [...actors].some(([id, { type }]) => type === 'storageminer' && !before.has(id))
  const { endowment, supply, uncountedPledge } = genesis
  return brokenInvariants(actors, {
    ...facts,
    ...(later ? {} : { uncountedPledge }),
    endowment: {
      ...endowment,
      miners: new Map([...endowment.miners, ...overrides.endowed]),
    },
    supply: supply + overrides.minted,
  })
}

/** What a miner has, what of it is held back for what, and what the network asks for a sector now. attoFIL. */
export function explainPledge(node: Node, miner: ActorId) {
  const context = unmetered(node)
  const actor = node.state.get(miner)!
  const state = stateOf<MinerState>(node.state, miner)
  const { initialPledge, lockedFunds, preCommitDeposits, feeDebt } = state
  const { sectorSize } = state.info.get()
  const power = stateOf<PowerState>(node.state, POWER_ACTOR)
  const inputs = pledgeInputs(node.state, power, context)
  const claim = power.claims.get(miner)
  return {
    balance: actor.balance,
    initialPledge,
    lockedFunds,
    preCommitDeposits,
    feeDebt,
    available: actor.balance - initialPledge - lockedFunds - preCommitDeposits - feeDebt,
    qualityAdjPower: claim?.qualityAdjPower ?? 0n,
    /** For a sector of the miner's size without deals, by its parts. */
    nextSector: {
      pledge: initialPledgeForPower(sectorSize, inputs),
      ...initialPledgeParts(sectorSize, inputs),
    },
    circulatingSupply: context.circulatingSupply,
    vesting: loadVestingFunds(state.vestingFunds),
  }
}
