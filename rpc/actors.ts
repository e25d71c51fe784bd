/** Looking actors up in the state after a tipset. */
import type { AccountState } from '../actors/account/state.ts'
import type { InitState } from '../actors/init/state.ts'
import type { MinerState } from '../actors/miner/state.ts'
import { INIT_ACTOR } from '../actors/singletons.ts'
import { REVERTED_ETH_ADDRESS } from '../engine/chain/eth-json.ts'
import type { Tipset } from '../engine/chain/tipset.ts'
import type { Actor, Actors } from '../engine/vm/state-tree.ts'
import { type Address, formatAddress, idAddress, PROTOCOL } from '../primitives/address.ts'
import { defined } from '../primitives/assert.ts'
import type { Cid } from '../primitives/cid.ts'
import { type EthAddress, ethAddressOf } from '../primitives/eth-address.ts'
import type { ActorId } from '../primitives/units.ts'
import type { RpcContext } from './context.ts'
import { actorNotFound, refused } from './errors.ts'
import { tipsetOf } from './tipsets.ts'

/** What Lotus writes where Go has an address of nothing. */
export const NO_ADDRESS = '<empty>'

export const stateAfter = ({ node }: RpcContext, tipset: Tipset): Actors =>
  node.store.execution(tipset).state

/** Id of an address: what it says for f0, else what the init actor's map says. */
export function resolveIn(state: Actors, address: Address): ActorId | undefined {
  if (address.protocol === PROTOCOL.id) return address.id
  const init = defined(state.get(INIT_ACTOR), 'init actor').state.get() as InitState
  return init.addressMap.get(address)
}

export function findActor(state: Actors, address: Address): Actor | undefined {
  const id = resolveIn(state, address)
  return id === undefined ? undefined : state.get(id)
}

/** @throws RpcError "actor not found" */
export function actorOf(context: RpcContext, tipset: Tipset, address: Address): Actor {
  const found = findActor(stateAfter(context, tipset), address)
  if (!found) throw actorNotFound(shownAddress(context, address))
  return found
}

/** Id of an address in the state after a tipset. @throws RpcError "actor not found" */
export function idIn(context: RpcContext, address: Address, key: readonly Cid[]): ActorId {
  const id = resolveIn(stateAfter(context, tipsetOf(context, key)), address)
  if (id === undefined) throw actorNotFound(shownAddress(context, address))
  return id
}

/** State of an actor that every network has, after a tipset. */
export function singletonState<S>(context: RpcContext, key: readonly Cid[], id: ActorId): S {
  const actor = stateAfter(context, tipsetOf(context, key)).get(id)
  return defined(actor, `actor f0${id}`).state.get() as S
}

/** State of a miner. @throws RpcError "actor not found", or that it is no miner. */
export function minerOf(
  context: RpcContext,
  tipset: Tipset,
  address: Address,
): { actor: Actor; state: MinerState } {
  const actor = actorOf(context, tipset, address)
  if (actor.type !== 'storageminer')
    throw refused(`${shownAddress(context, address)} is not a miner but of type ${actor.type}`)
  return { actor, state: actor.state.get() as MinerState }
}

/** The address whose key signs for an account. @throws RpcError where there is none. */
export function keyAddressOf(context: RpcContext, tipset: Tipset, address: Address): Address {
  const { protocol } = address
  if (protocol === PROTOCOL.actor) throw refused('cannot resolve actor address to key address')
  if (protocol !== PROTOCOL.id) return address
  const actor = actorOf(context, tipset, address)
  if (actor.delegated) return actor.delegated
  const key = actor.type === 'account' ? (actor.state.get() as AccountState).address : undefined
  if (!key || key.protocol === PROTOCOL.id)
    throw refused(`${shownAddress(context, address)} is not an account with a key`)
  return key
}

export const shownAddress = ({ node }: RpcContext, address: Address): string =>
  formatAddress(address, node.params.letter)

/**
 * The Ethereum address of either end of a message: its f410, else its masked id, else what Lotus shows where the state
 * knows no such actor.
 */
export function ethAddressIn(state: Actors, address: Address): EthAddress {
  const id = resolveIn(state, address)
  const own = address.protocol === PROTOCOL.delegated ? ethAddressOf(address) : undefined
  const delegated = id === undefined ? undefined : state.get(id)?.delegated
  const found = own ?? (delegated && ethAddressOf(delegated))
  return (
    found ?? (id === undefined ? REVERTED_ETH_ADDRESS : defined(ethAddressOf(idAddress(id)), 'id'))
  )
}
