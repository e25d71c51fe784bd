/** What holds for every account (builtin-actors `actors/account/src/testing.rs`). */
import { PROTOCOL } from '../../primitives/address.ts'
import type { ActorId } from '../../primitives/units.ts'
import { FIRST_NON_SINGLETON } from '../singletons.ts'
import type { AccountState } from './state.ts'

/** Everything that is wrong with a state, each in a sentence; nothing when all is well. Singletons need no key. */
export function brokenAccountInvariants({ address }: AccountState, id: ActorId): string[] {
  const { protocol } = address
  if (id < FIRST_NON_SINGLETON && protocol === PROTOCOL.id)
    return address.id === id ? [] : [`says it is ${address}`]
  if (protocol === PROTOCOL.secp256k1 || protocol === PROTOCOL.bls) return []
  return [`address ${address} is no key`]
}
