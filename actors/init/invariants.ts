/** What holds for every state of the init actor (builtin-actors `actors/init/src/testing.rs`). */
import { type Address, PROTOCOL } from '../../primitives/address.ts'
import type { ActorId } from '../../primitives/units.ts'
import { Findings } from '../findings.ts'
import { EAM_ACTOR, FIRST_NON_SINGLETON } from '../singletons.ts'
import type { InitState } from './state.ts'

/** Everything that is wrong with a state, each in a sentence; nothing when all is well. Visits every address. */
export function brokenInitInvariants(state: InitState): string[] {
  const found = new Findings()
  found.expect(state.networkName !== '', () => 'network has no name')
  found.expect(state.nextId >= FIRST_NON_SINGLETON, () => `next id ${state.nextId} is too low`)
  const stable = new Map<ActorId, Address>()
  const delegated = new Map<ActorId, Address>()
  for (const [address, id] of state.addressMap.entries()) {
    const { protocol } = address
    found.expect(protocol !== PROTOCOL.id, () => `${address} needs no entry`)
    found.expect(id < state.nextId, () => `${address} is f0${id}, not below ${state.nextId}`)
    found.expect(id > EAM_ACTOR, () => `${address} is the singleton f0${id}`)
    // A contract has both a robust and a delegated address, and nobody has two of a kind.
    const others = protocol === PROTOCOL.delegated ? delegated : stable
    const other = others.get(id)
    found.expect(other === undefined, () => `f0${id} is both ${other} and ${address}`)
    others.set(id, address)
  }
  return found.broken
}
