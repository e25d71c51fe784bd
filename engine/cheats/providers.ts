/** New storage providers and new sectors, without the weeks it takes to get there. */
import type { InitState } from '../../actors/init/state.ts'
import type { SectorNumber } from '../../actors/miner/wire.ts'
import { initialPledgeForPower } from '../../actors/miner/monies.ts'
import type { MinerState } from '../../actors/miner/state.ts'
import { addToClaim } from '../../actors/power/claims.ts'
import type { PowerState } from '../../actors/power/state.ts'
import type { Draft } from '../../actors/runtime.ts'
import { INIT_ACTOR, POWER_ACTOR } from '../../actors/singletons.ts'
import { type Address, blsAddress } from '../../primitives/address.ts'
import { bls } from '../../primitives/crypto/bls.ts'
import { InvalidInput } from '../../primitives/invalid-input.ts'
import { Prng } from '../../primitives/prng.ts'
import {
  type ActorId,
  type ChainEpoch,
  fil,
  type StoragePower,
  type TokenAmount,
} from '../../primitives/units.ts'
import type { SealedSectors } from '../../proofs-mock/faults.ts'
import type { Devnet } from '../devnet.ts'
import { createProvider, pledgeInputs } from '../genesis.ts'
import { addSealedSectors } from '../genesis-sectors.ts'
import type { MachineContext } from '../vm/context.ts'
import type { StateTree } from '../vm/state-tree.ts'
import { existing } from './accounts.ts'
import { unmetered } from './miners.ts'
import { changeState, stateOf } from './state.ts'

export interface MinerSpec {
  /** A new key of the wallet's when undefined. */
  readonly owner?: Address | undefined
  /** attoFIL it may spend, its deposit included. */
  readonly balance: TokenAmount
  /** Bytes that it has without sectors, like a devnet's own providers. */
  readonly power: StoragePower
  /** attoFIL pledged for that power; what the network would ask when undefined. */
  readonly pledge?: TokenAmount | undefined
}

export interface CreatedMiner {
  readonly id: ActorId
  readonly owner: Address
  readonly worker: Address
  /** BLS, 32 bytes little-endian. */
  readonly workerSecret: Uint8Array
}

/** What a new worker, and a new owner, have to pay for messages with. */
const STAFF_BALANCE = fil('1000')

/**
 * Makes a miner, whose worker's key is here, so that it can win blocks once its power is a finality old.
 * @throws InvalidInput for an owner that does not exist, or too small a balance for the deposit.
 */
export function createMiner(devnet: Devnet, spec: MinerSpec): CreatedMiner {
  const { node, wallet } = devnet
  const context = unmetered(node)
  const { nextId } = stateOf<InitState>(node.state, INIT_ACTOR)
  const prng = new Prng(devnet.seed).fork(`miner ${nextId}`)
  const workerSecret = blsSecret(prng.fork('worker'))
  const worker = blsAddress(node.crypto.publicKey(workerSecret))
  const ownerSecret = blsSecret(prng.fork('owner'))
  const owner = spec.owner ?? blsAddress(bls().publicKey(ownerSecret))
  const staff = spec.owner ? [worker] : [owner, worker]
  const minted = spec.balance + STAFF_BALANCE * BigInt(staff.length)
  const { id, pledge } = node.edit((tree) => {
    for (const key of staff) tree.deposit(existing(node, tree, key), STAFF_BALANCE)
    if (spec.owner) existing(node, tree, owner)
    const id = create(tree, context, devnet, { owner, worker, balance: spec.balance })
    return { id, pledge: spec.power > 0n ? endow(tree, context, id, spec) : 0n }
  })
  wallet.add({ address: worker, type: 'bls', secret: workerSecret })
  if (!spec.owner) wallet.add({ address: owner, type: 'bls', secret: ownerSecret })
  const { overrides } = node
  const power = { raw: spec.power, qa: spec.power }
  node.overrides = {
    ...overrides,
    minted: overrides.minted + minted + pledge,
    endowed: new Map([...overrides.endowed, [id, { power, pledge }]]),
  }
  return { id, owner, worker, workerSecret }
}

function create(
  tree: StateTree,
  context: MachineContext,
  { params }: Devnet,
  provider: { owner: Address; worker: Address; balance: TokenAmount },
): ActorId {
  try {
    return createProvider(tree, context, { params }, provider)
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    throw new InvalidInput('balance', `${provider.balance} is too little for the deposit: ${why}`)
  }
}

/** Power without sectors, and the pledge for it. @returns the pledge. */
function endow(
  tree: StateTree,
  context: MachineContext,
  id: ActorId,
  { power, pledge: given }: MinerSpec,
): TokenAmount {
  const draft: Draft<PowerState> = { ...stateOf<PowerState>(tree, POWER_ACTOR) }
  const pledge = given ?? initialPledgeForPower(power, pledgeInputs(tree, draft, context))
  addToClaim(draft, context.policy, id, power, power)
  draft.totalPledgeCollateral += pledge
  changeState<PowerState>(tree, POWER_ACTOR, () => draft)
  changeState<MinerState>(tree, id, (state) => ({
    ...state,
    initialPledge: state.initialPledge + pledge,
  }))
  tree.deposit(id, pledge)
  return pledge
}

/** As many as one message takes; more are added in turns. */
const BATCH = 256

/**
 * Gives a miner sealed empty sectors, with the pledge for them. They have power after their first window PoSt.
 * @param age - epochs since they were activated, as their termination fees have it.
 * @returns them, for whoever is to prove them.
 * @throws InvalidInput
 */
export function addSectors(
  devnet: Devnet,
  miner: ActorId,
  count: number,
  age: ChainEpoch,
): SealedSectors {
  const { node } = devnet
  const context = unmetered(node)
  const prng = new Prng(devnet.seed).fork(`sectors of ${miner} at ${node.head.key}`)
  const sealed: SealedSectors[] = []
  const given = node.edit((tree) => {
    const before = stateOf<MinerState>(tree, miner)
    tree.deposit(miner, WHILE_PLEDGING)
    let next = (before.allocatedSectors.get().last() ?? -1n) + 1n
    for (let left = count; left > 0; left -= BATCH) {
      const size = Math.min(left, BATCH)
      const numbers = Array.from({ length: size }, (_, i) => next + BigInt(i))
      sealed.push(addSealedSectors(tree, context, miner, numbers, prng))
      if (age > 0) makeOlder(tree, miner, numbers, age)
      next += BigInt(size)
    }
    const after = stateOf<MinerState>(tree, miner)
    const pledged = after.initialPledge - before.initialPledge
    tree.deposit(miner, pledged - WHILE_PLEDGING)
    return pledged
  })
  node.overrides = { ...node.overrides, minted: node.overrides.minted + given }
  return new Map(sealed.flatMap((sectors) => [...sectors]))
}

/** Enough for any deposit, and taken away again. */
const WHILE_PLEDGING = fil('1000000000')

function makeOlder(
  tree: StateTree,
  miner: ActorId,
  numbers: readonly SectorNumber[],
  age: ChainEpoch,
): void {
  changeState<MinerState>(tree, miner, (state) => {
    const older = numbers.map((number) => {
      const sector = state.sectors.get(number)!
      const { activation, powerBaseEpoch } = sector
      return { ...sector, activation: activation - age, powerBaseEpoch: powerBaseEpoch - age }
    })
    return { ...state, sectors: state.sectors.store(older) }
  })
}

/** Below the order of the group: the top bits of the last byte are cleared. */
function blsSecret(prng: Prng): Uint8Array {
  const secret = prng.bytes(32)
  secret[31]! &= 0x3f
  return secret
}
