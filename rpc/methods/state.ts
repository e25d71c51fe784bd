/** Actors, and where messages were executed. */
import { type Address, idAddress } from '../../primitives/address.ts'
import type { Cid } from '../../primitives/cid.ts'
import { actorOf, keyAddressOf, resolveIn, shownAddress, stateAfter } from '../actors.ts'
import type { RpcContext } from '../context.ts'
import { address, bool, cid, integer, optional, tipsetKey, uint } from '../decoders.ts'
import { actorNotFound } from '../errors.ts'
import { actorToJson } from '../exec-trace.ts'
import { searchMessage, waitForMessage } from '../message-search.ts'
import { method, type Method } from '../method.ts'
import { tipsetOf } from '../tipsets.ts'

/** A method about an actor in the state after a tipset. */
const aboutActor = (
  name: string,
  call: (context: RpcContext, address: Address, key: readonly Cid[]) => unknown,
): Method => method<[Address, readonly Cid[]]>(name, [address, tipsetKey], call)

export const stateMethods = [
  method('Filecoin.StateNetworkName', [], ({ node }) => node.params.name),
  method<[readonly Cid[]]>('Filecoin.StateNetworkVersion', [tipsetKey], (context, key) => {
    tipsetOf(context, key)
    return context.node.params.networkVersion
  }),
  aboutActor('Filecoin.StateGetActor', (context, who, key) => {
    return actorToJson(context, actorOf(context, tipsetOf(context, key), who))
  }),
  aboutActor('Filecoin.StateLookupID', (context, who, key) => {
    const id = resolveIn(stateAfter(context, tipsetOf(context, key)), who)
    if (id === undefined) throw actorNotFound(shownAddress(context, who))
    return shownAddress(context, idAddress(id))
  }),
  aboutActor('Filecoin.StateAccountKey', (context, who, key) =>
    shownAddress(context, keyAddressOf(context, tipsetOf(context, key), who)),
  ),
  method<[readonly Cid[], Cid, number, boolean]>(
    'Filecoin.StateSearchMsg',
    [tipsetKey, cid, optional(integer, -1), optional(bool, true)],
    (context, key, message, limit) => {
      const from = tipsetOf(context, key)
      const found = searchMessage(context, message)
      if (!found || (key.length > 0 && found.Height > from.height)) return null
      return limit >= 0 && found.Height + limit < from.height ? null : found
    },
  ),
  method<[Cid, number, number, boolean]>(
    'Filecoin.StateWaitMsg',
    [cid, optional(uint, 0), optional(integer, -1), optional(bool, true)],
    (context, message, confidence, _, allowReplaced) =>
      waitForMessage(context, message, { confidence, allowReplaced }),
  ),
]
