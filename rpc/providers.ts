/** The software of a devnet's storage providers, which cheats have to tell what they did to its sectors. */
import {
  type Employment,
  isProviderAgent,
  type ProviderAgent,
  type Signer,
} from '../engine/agent.ts'
import { addSectors } from '../engine/cheats/providers.ts'
import { stateOf } from '../engine/cheats/state.ts'
import type { AccountState } from '../actors/account/state.ts'
import type { MinerState } from '../actors/miner/state.ts'
import type { SectorNumber } from '../actors/miner/wire.ts'
import type { Address } from '../primitives/address.ts'
import type { ActorId, ChainEpoch } from '../primitives/units.ts'
import { shownAddress } from './actors.ts'
import type { RpcContext } from './context.ts'
import { refused } from './errors.ts'

/** Gives a miner sectors, and its software what is in them. @returns their numbers. */
export function giveSectors(
  context: RpcContext,
  miner: ActorId,
  count: number,
  age: ChainEpoch,
): string[] {
  const { devnet } = context
  const employ = employerOf(context)
  const worker = workerOf(context, miner)
  const sectors = addSectors(devnet, miner, count, age)
  const software = softwareOf(context, miner)
  if (software) software.adopt(sectors)
  else employ({ miner, worker, owner: ownerOf(context, miner) ?? worker, sectors })
  return Array.from(sectors.keys(), String)
}

/** Has a miner's software lose sectors, so that it cannot prove them again before they are sealed again. */
export function loseSectors(
  context: RpcContext,
  miner: ActorId,
  sectors: readonly SectorNumber[],
): void {
  const software = softwareOf(context, miner)
  const held = sectors.filter((number) => software?.sectors.has(number))
  if (held.length > 0) software?.damage(held, { kind: 'lost-sector' })
}

/** Who has providers' software run. @throws RpcError where nobody does. */
export function employerOf({ devnet: { employ } }: RpcContext): (given: Employment) => void {
  if (employ) return employ
  throw refused('no software of providers runs here: nobody would prove the sectors')
}

const softwareOf = ({ devnet }: RpcContext, miner: ActorId): ProviderAgent | undefined =>
  devnet.agents.filter(isProviderAgent).find((agent) => agent.miner === miner)

/** @throws RpcError where its key is not here, so that nobody could prove the sectors. */
function workerOf(context: RpcContext, miner: ActorId): Signer {
  const { worker } = stateOf<MinerState>(context.node.state, miner).info.get()
  const signer = signerOf(context, worker)
  if (signer) return signer
  const who = shownAddress(context, worker)
  throw refused(`the key of the miner's worker, ${who}, is not here: nobody could prove sectors`)
}

const ownerOf = (context: RpcContext, miner: ActorId): Signer | undefined =>
  signerOf(context, stateOf<MinerState>(context.node.state, miner).info.get().owner)

function signerOf({ node, devnet }: RpcContext, id: Address): Signer | undefined {
  const actor = id.id === undefined ? undefined : node.state.get(id.id)
  if (actor?.type !== 'account') return undefined
  const key = devnet.wallet.get((actor.state.get() as AccountState).address)
  return key && { address: key.address, secret: key.secret }
}
