/** The network's money, its actors and their states, and what datacap they have. Reference: Lotus `node/impl/full/state.go`. */
import type { DatacapState } from '../../actors/datacap/state.ts'
import { DATACAP_ACTOR, VERIFREG_ACTOR } from '../../actors/singletons.ts'
import type { VerifregState } from '../../actors/verifreg/state.ts'
import { Address, idAddress } from '../../primitives/address.ts'
import { encodeBase64 } from '../../primitives/base64.ts'
import { Bitfield } from '../../primitives/bitfield.ts'
import { Cid } from '../../primitives/cid.ts'
import { actorOf, idIn, shownAddress, singletonState, stateAfter } from '../actors.ts'
import { bitfieldToJson } from '../bitfield-json.ts'
import { address, tipsetKey } from '../decoders.ts'
import { method } from '../method.ts'
import { supplyAfter } from '../supply.ts'
import { tipsetOf } from '../tipsets.ts'

/** Datacap has the decimals of a token; the registry counts bytes. */
const DATACAP_PER_BYTE = 10n ** 18n

export const networkStateMethods = [
  method<[readonly Cid[]]>('Filecoin.StateCirculatingSupply', [tipsetKey], (context, key) =>
    supplyAfter(context, key).filCirculating.toString(),
  ),
  method<[readonly Cid[]]>(
    'Filecoin.StateVMCirculatingSupplyInternal',
    [tipsetKey],
    (context, key) => {
      const { filVested, filMined, filBurnt, filLocked, filCirculating, filReserveDisbursed } =
        supplyAfter(context, key)
      return {
        FilVested: filVested.toString(),
        FilMined: filMined.toString(),
        FilBurnt: filBurnt.toString(),
        FilLocked: filLocked.toString(),
        FilCirculating: filCirculating.toString(),
        FilReserveDisbursed: filReserveDisbursed.toString(),
      }
    },
  ),
  method<[readonly Cid[]]>('Filecoin.StateListActors', [tipsetKey], (context, key) => {
    const state = stateAfter(context, tipsetOf(context, key))
    return [...state.keys()].map((id) => shownAddress(context, idAddress(id)))
  }),
  method<[Address, readonly Cid[]]>(
    'Filecoin.StateReadState',
    [address, tipsetKey],
    (context, who, key) => {
      const actor = actorOf(context, tipsetOf(context, key), who)
      const code = context.node.manifest.codeOf(actor.type).toJSON()
      const state = stateToJson(actor.state.get())
      return { Balance: actor.balance.toString(), Code: code, State: state }
    },
  ),
  method<[Address, readonly Cid[]]>(
    'Filecoin.StateVerifiedClientStatus',
    [address, tipsetKey],
    (context, who, key) => {
      const { token } = singletonState<DatacapState>(context, key, DATACAP_ACTOR)
      const held = token.balances.get(idIn(context, who, key))
      return held === undefined ? null : (held / DATACAP_PER_BYTE).toString()
    },
  ),
  method<[Address, readonly Cid[]]>(
    'Filecoin.StateVerifierStatus',
    [address, tipsetKey],
    (context, who, key) => {
      const { verifiers } = singletonState<VerifregState>(context, key, VERIFREG_ACTOR)
      return verifiers.get(idIn(context, who, key))?.toString() ?? null
    },
  ),
]

/** A state as Go prints it: names that begin with a capital, bytes in base64, links by their CID. */
function stateToJson(value: unknown): unknown {
  if (typeof value === 'bigint') return value.toString()
  if (typeof value !== 'object' || value === null) return value
  if (value instanceof Uint8Array) return encodeBase64(value)
  if (value instanceof Cid) return value.toJSON()
  if (value instanceof Address) return value.toString()
  if (value instanceof Bitfield) return bitfieldToJson(value)
  if (Array.isArray(value)) return value.map(stateToJson)
  if ('cid' in value && typeof value.cid === 'function') return (value.cid() as Cid).toJSON()
  if ('toAmt' in value && typeof value.toAmt === 'function')
    return stateToJson(value.toAmt() as object)
  const fields = Object.entries(value)
  return Object.fromEntries(
    fields.map(([name, field]) => [
      `${name[0]!.toUpperCase()}${name.slice(1)}`,
      stateToJson(field),
    ]),
  )
}
