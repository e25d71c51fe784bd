/** Randomness of the chain, addresses behind numbers, and parameters in words. Reference: Lotus `node/impl/full/state.go`. */
import { ActorError } from '../../actors/runtime.ts'
import { Payload } from '../../actors/payload.ts'
import { actorDefinition } from '../../actors/registry.ts'
import type { InitState } from '../../actors/init/state.ts'
import { INIT_ACTOR } from '../../actors/singletons.ts'
import { chainRandomness } from '../../engine/chain/randomness.ts'
import { type Address, PROTOCOL } from '../../primitives/address.ts'
import { defined } from '../../primitives/assert.ts'
import { encodeBase64 } from '../../primitives/base64.ts'
import type { Cid } from '../../primitives/cid.ts'
import { drawRandomness } from '../../primitives/randomness.ts'
import type { ChainEpoch } from '../../primitives/units.ts'
import { actorOf, shownAddress, stateAfter } from '../actors.ts'
import type { RpcContext } from '../context.ts'
import { address, base64, epoch, integer, tipsetKey, uint } from '../decoders.ts'
import { invalidParams, refused } from '../errors.ts'
import { method } from '../method.ts'
import { plain } from '../plain.ts'
import { tipsetOf } from '../tipsets.ts'

const SOURCES = [
  ['Beacon', 'beaconDigest'],
  ['Tickets', 'ticketDigest'],
] as const

export const lookupMethods = [
  ...SOURCES.flatMap(([name, source]) => [
    method<[number, ChainEpoch, Uint8Array, readonly Cid[]]>(
      `Filecoin.StateGetRandomnessFrom${name}`,
      [integer, epoch, base64, tipsetKey],
      (context, tag, at, entropy, key) => {
        const digest = randomnessAt(context, at, key)[source](at)
        return encodeBase64(drawRandomness(digest, tag, at, entropy))
      },
    ),
    method<[ChainEpoch, readonly Cid[]]>(
      `Filecoin.StateGetRandomnessDigestFrom${name}`,
      [epoch, tipsetKey],
      (context, at, key) => encodeBase64(randomnessAt(context, at, key)[source](at)),
    ),
  ]),
  method<[Address, readonly Cid[]]>(
    'Filecoin.StateLookupRobustAddress',
    [address, tipsetKey],
    (context, who, key) => {
      if (who.protocol !== PROTOCOL.id) return shownAddress(context, who)
      const state = stateAfter(context, tipsetOf(context, key))
      const own = state.get(who.id!)?.delegated
      if (own) return shownAddress(context, own)
      const init = defined(state.get(INIT_ACTOR), 'init actor').state.get() as InitState
      for (const [robust, id] of init.addressMap.entries())
        if (id === who.id) return shownAddress(context, robust)
      throw refused(`Address for ID ${shownAddress(context, who)} not found`)
    },
  ),
  method<[Address, number, Uint8Array, readonly Cid[]]>(
    'Filecoin.StateDecodeParams',
    [address, uint, base64, tipsetKey],
    (context, to, number, params, key) => {
      const { type } = actorOf(context, tipsetOf(context, key), to)
      const found = actorDefinition(type).methods[number]
      if (!found) throw refused(`unknown method ${number} for actor type ${type}`)
      if (found.params === null) return null
      try {
        return plain(Payload.raw(params).as(found.params))
      } catch (error) {
        if (error instanceof ActorError) throw invalidParams(error.message)
        throw error
      }
    },
  ),
]

/** @throws RpcError for an epoch that has not come */
function randomnessAt(context: RpcContext, at: ChainEpoch, key: readonly Cid[]) {
  const { node } = context
  const tipset = tipsetOf(context, key)
  if (at > tipset.height)
    throw refused(`cannot draw randomness from the future: ${at} > ${tipset.height}`)
  return chainRandomness(node.store, node.crypto, tipset)
}
