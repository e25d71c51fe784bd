/** A network of one provider whose real sectors are most of its power. */
import { brokenInvariants, type CheckedActors, factsOfGenesis } from '../../actors/invariants.ts'
import type { MinerState } from '../../actors/miner/state.ts'
import { POWER_ACTOR } from '../../actors/singletons.ts'
import type { PowerState } from '../../actors/power/state.ts'
import type { CryptoKind } from '../../engine/consensus/crypto.ts'
import { Devnet } from '../../engine/devnet.ts'
import { defined } from '../../primitives/assert.ts'
import { actorId, GiB } from '../../primitives/units.ts'
import { type Habits, startProviders } from '../../scenarios/agents/provider.ts'

export type World = ReturnType<typeof worldOf>

/** @param sectors - that it holds at genesis, beside one that genesis gave as power only. */
export function worldOf(
  preset: '2k' | 'mainnet',
  sectors: number,
  habits: Partial<Habits> = {},
  crypto: CryptoKind = 'modelled',
) {
  const size = preset === '2k' ? 2048n : GiB(32)
  const devnet = new Devnet({ preset, sectors, power: [size], crypto, accounts: 4 })
  const provider = defined(startProviders(devnet, habits)[0], 'a provider')
  const stateOf = <S>(id: number): S =>
    defined(devnet.node.state.get(actorId(id)), `actor ${id}`).state.get() as S
  const claim = () =>
    defined(stateOf<PowerState>(POWER_ACTOR).claims.get(provider.miner), 'a claim')
  const actorsOf = (): CheckedActors =>
    new Map(devnet.node.store.execution(devnet.node.head).state.entries())
  const known = { policy: devnet.params.policy, manifest: devnet.node.manifest }
  const facts = { ...known, ...factsOfGenesis(actorsOf(), known) }
  return {
    ...{ devnet, provider, size, stateOf, claim },
    /** What is wrong with the network, nothing when all is well. */
    broken: () => brokenInvariants(actorsOf(), { ...facts, priorEpoch: devnet.node.head.height }),
    miner: () => stateOf<MinerState>(provider.miner),
    /** Sectors that the chain counts as power. */
    active: () => Number(claim().rawBytePower / size) - 1,
    pass: (epochs: number) => devnet.passTo(devnet.node.head.height + epochs),
  }
}
