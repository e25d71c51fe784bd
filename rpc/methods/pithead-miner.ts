/** Cheats that only Filecoin has a use for, about storage providers: sectors, faults, pledge, vesting, DataCap. */
import type { SectorNumber } from '../../actors/miner/wire.ts'
import type { VestingFund } from '../../actors/miner/vesting.ts'
import { checkInvariants, explainPledge } from '../../engine/cheats/check.ts'
import { grantDataCap } from '../../engine/cheats/datacap.ts'
import { makeFaulty, minerId, setVesting, terminateSectors } from '../../engine/cheats/miners.ts'
import { createMiner } from '../../engine/cheats/providers.ts'
import { type Address, idAddress } from '../../primitives/address.ts'
import { toHex } from '../../primitives/bytes.ts'
import {
  type ChainEpoch,
  fil,
  type StoragePower,
  type TokenAmount,
} from '../../primitives/units.ts'
import { shownAddress } from '../actors.ts'
import type { RpcContext } from '../context.ts'
import { actorAddress, epoch, optional, quantity, smallQuantity } from '../decoders.ts'
import { inFieldOf, objectFields } from '../eth-params.ts'
import { type Decoder, method, Mismatch } from '../method.ts'
import { employerOf, giveSectors, loseSectors } from '../providers.ts'

interface MinerRequest {
  readonly owner: Address | undefined
  readonly balance: TokenAmount
  readonly power: StoragePower
  readonly pledge: TokenAmount | undefined
  readonly sectors: number
  readonly age: ChainEpoch
}

/** attoFIL a miner may spend unless it is said otherwise: enough for its deposit and some sectors. */
const USUAL_BALANCE = fil('10000')
const MAX_SECTORS = 4096

const sectorCount: Decoder<number> = (value) => {
  const count = smallQuantity(value)
  if (count > MAX_SECTORS)
    throw new Mismatch(`at most ${MAX_SECTORS} sectors`, value, 'for more power, ask for power')
  return count
}

const minerRequest: Decoder<MinerRequest> = (value) => {
  const fields = objectFields(value ?? {}, 'what the miner should have')
  for (const name of Object.keys(fields))
    if (!FIELDS.includes(name)) throw new Mismatch(`one of ${FIELDS.join(', ')}`, name)
  return {
    owner: inFieldOf(fields, 'owner', optional(actorAddress, undefined)),
    balance: inFieldOf(fields, 'balance', optional(quantity, USUAL_BALANCE)),
    power: inFieldOf(fields, 'power', optional(quantity, 0n)),
    pledge: inFieldOf(fields, 'pledge', optional(quantity, undefined)),
    sectors: inFieldOf(fields, 'sectors', optional(sectorCount, 0)),
    age: inFieldOf(fields, 'age', optional(epoch, 0)),
  }
}

const FIELDS = ['owner', 'balance', 'power', 'pledge', 'sectors', 'age']

const sectorNumbers: Decoder<readonly SectorNumber[]> = (value) => {
  if (!Array.isArray(value)) throw new Mismatch('an array of sector numbers', value)
  return value.map(quantity)
}

/** `[[epoch, attoFIL], …]`, or objects with `Epoch` and `Amount`. */
const vestingFunds: Decoder<readonly VestingFund[]> = (value) => {
  if (!Array.isArray(value)) throw new Mismatch('an array of [epoch, attoFIL]', value)
  return value.map((entry) => {
    const [at, amount] = Array.isArray(entry)
      ? (entry as unknown[])
      : [fieldOf(entry, 'Epoch'), fieldOf(entry, 'Amount')]
    return { epoch: epoch(at), amount: quantity(amount) }
  })
}

const fieldOf = (entry: unknown, name: string): unknown =>
  objectFields(entry, '[epoch, attoFIL]')[name]

function create(context: RpcContext, request: MinerRequest) {
  const { devnet } = context
  const { sectors, age, ...spec } = request
  if (sectors > 0) employerOf(context)
  const made = createMiner(devnet, spec)
  if (sectors > 0) giveSectors(context, made.id, sectors, age)
  const shown = (address: Address) => shownAddress(context, address)
  return {
    Address: shown(idAddress(made.id)),
    Owner: shown(made.owner),
    Worker: shown(made.worker),
    WorkerKey: `0x${toHex(made.workerSecret)}`,
    Sectors: sectors,
  }
}

export const pitheadMinerMethods = [
  method<[MinerRequest]>('pithead_createMiner', [minerRequest], create),
  method<[Address, number, ChainEpoch]>(
    'pithead_addSectors',
    [actorAddress, sectorCount, optional(epoch, 0)],
    (context, miner, count, age) =>
      giveSectors(context, minerId(context.node.state, miner), count, age),
  ),
  ...['pithead_setFaulty', 'pithead_makeFaulty'].map((name) =>
    method<[Address, readonly SectorNumber[]]>(
      name,
      [actorAddress, sectorNumbers],
      (context, address, sectors) => {
        const miner = minerId(context.node.state, address)
        makeFaulty(context.node, miner, sectors)
        loseSectors(context, miner, sectors)
        return true
      },
    ),
  ),
  method<[Address, readonly SectorNumber[]]>(
    'pithead_terminate',
    [actorAddress, sectorNumbers],
    ({ node }, miner, sectors) => {
      terminateSectors(node, minerId(node.state, miner), sectors)
      return true
    },
  ),
  /** Answers with the table: epochs are rounded up to the ends of the miner's deadlines. */
  method<[Address, readonly VestingFund[]]>(
    'pithead_setVesting',
    [actorAddress, vestingFunds],
    ({ node }, miner, funds) =>
      setVesting(node, minerId(node.state, miner), funds).map(({ epoch, amount }) => ({
        Epoch: epoch,
        Amount: amount.toString(),
      })),
  ),
  /** Bytes. */
  method<[Address, bigint]>(
    'pithead_grantDataCap',
    [actorAddress, quantity],
    ({ node }, client, bytes) => {
      grantDataCap(node, client, bytes)
      return true
    },
  ),
  method('pithead_checkInvariants', [], ({ devnet }) => checkInvariants(devnet)),
  method<[Address]>('pithead_explainPledge', [actorAddress], ({ node }, miner) =>
    inText(explainPledge(node, minerId(node.state, miner))),
  ),
]

/** Amounts as decimal digits, in whatever depth. */
function inText(value: unknown): unknown {
  if (typeof value === 'bigint') return value.toString()
  if (Array.isArray(value)) return value.map(inText)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([name, field]) => [name, inText(field)]))
}
