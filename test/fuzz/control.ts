/** Who runs a miner and who is paid: keys, owners, beneficiaries, withdrawals, debts and consensus faults. */
import {
  ChangeBeneficiaryParams,
  ChangeMultiaddrsParams,
  ChangePeerIDParams,
  ChangeWorkerAddressParams,
  MinerMethod,
  ReportConsensusFaultParams,
  WithdrawBalanceParams,
} from '../../actors/miner/params.ts'
import { idAddress } from '../../primitives/address.ts'
import { utf8 } from '../../primitives/bytes.ts'
import { address } from '../../primitives/codec.ts'
import { type ActorId, fil } from '../../primitives/units.ts'
import type { Action } from './action.ts'
import { amountUpTo, between, mostly } from './chance.ts'
import { controllerOf, ownerOf, someMiner } from './miners.ts'
import type { World } from './world.ts'

export const controlActions: readonly Action[] = [
  { name: 'withdraw', weight: 3, run: (world) => withMiner(world, withdraw) },
  { name: 'repay', weight: 1, run: (world) => withMiner(world, repay) },
  { name: 'worker', weight: 1, run: (world) => withMiner(world, changeWorker) },
  { name: 'owner', weight: 1, run: (world) => withMiner(world, changeOwner) },
  { name: 'beneficiary', weight: 2, run: (world) => withMiner(world, changeBeneficiary) },
  { name: 'peer', weight: 1, run: (world) => withMiner(world, changePeer) },
  { name: 'consensus-fault', weight: 1, run: (world) => withMiner(world, reportFault) },
]

function withMiner(world: World, act: (world: World, miner: ActorId) => void): void {
  const miner = someMiner(world)
  if (miner !== undefined) act(world, miner)
}

/** What a miner could pay out now. */
function freeBalance(world: World, miner: ActorId): bigint {
  const { lockedFunds, preCommitDeposits, initialPledge, feeDebt } = world.miner(miner)
  return world.balance(miner) - lockedFunds - preCommitDeposits - initialPledge - feeDebt
}

/** Takes all there is, so that the next fee cannot be paid. */
export function drain(world: World, miner: ActorId): void {
  const amountRequested = freeBalance(world, miner)
  if (amountRequested <= 0n) return
  const { id } = world.miner(miner).info.get().owner
  if (id === undefined || !world.users.includes(id)) return
  const method = MinerMethod.WithdrawBalance
  world.send('WithdrawBalance', id, miner, method, [WithdrawBalanceParams, { amountRequested }])
}

function withdraw(world: World, miner: ActorId): void {
  const { prng } = world
  const state = world.miner(miner)
  const free = freeBalance(world, miner)
  const { id } = state.info.get().beneficiary
  const beneficiary = id !== undefined && world.users.includes(id) ? id : ownerOf(world, miner)
  const from = prng.chance(1, 3) ? beneficiary : ownerOf(world, miner)
  const method = prng.pick([MinerMethod.WithdrawBalance, MinerMethod.WithdrawBalanceExported])
  const params = { amountRequested: amountUpTo(world, free > 0n ? free : 0n) }
  world.send('WithdrawBalance', from, miner, method, [WithdrawBalanceParams, params])
}

function repay(world: World, miner: ActorId): void {
  const value = mostly(world, world.miner(miner).feeDebt, 0n, fil('3'))
  const from = controllerOf(world, miner)
  if (value <= world.balance(from))
    world.send('RepayDebt', from, miner, MinerMethod.RepayDebt, null, value)
}

function changeWorker(world: World, miner: ActorId): void {
  const { prng, users } = world
  const from = ownerOf(world, miner)
  if (prng.chance(1, 2)) {
    world.send('ConfirmChangeWorkerAddress', from, miner, MinerMethod.ConfirmChangeWorkerAddress)
    return
  }
  const controls = Array.from({ length: mostly(world, prng.below(3), 11) }, () => prng.pick(users))
  const params = {
    newWorker: idAddress(mostly(world, users[prng.below(8)]!, users.at(-1)!, miner)),
    newControlAddresses: controls.map(idAddress),
  }
  const method = MinerMethod.ChangeWorkerAddress
  world.send('ChangeWorkerAddress', from, miner, method, [ChangeWorkerAddressParams, params])
}

function changeOwner(world: World, miner: ActorId): void {
  const { prng, users } = world
  const { pendingOwnerAddress, owner } = world.miner(miner).info.get()
  const pending = pendingOwnerAddress?.id
  const accepts = pending !== undefined && users.includes(pending) && prng.chance(1, 2)
  const from = accepts ? pending : ownerOf(world, miner)
  const next = accepts ? idAddress(pending) : idAddress(prng.pick(users))
  const params = [address, mostly(world, next, owner, idAddress(99_999))] as const
  world.send('ChangeOwnerAddress', from, miner, MinerMethod.ChangeOwnerAddress, params)
}

function changeBeneficiary(world: World, miner: ActorId): void {
  const { prng, users, epoch } = world
  const { pendingBeneficiaryTerm: pending, owner, beneficiary } = world.miner(miner).info.get()
  const method = MinerMethod.ChangeBeneficiary
  if (pending && prng.chance(2, 3)) {
    const approvers = [pending.newBeneficiary, beneficiary].flatMap(({ id }) =>
      id !== undefined && users.includes(id) ? [id] : [],
    )
    if (approvers.length === 0) return
    const { newBeneficiary, newQuota, newExpiration } = pending
    const params = {
      newBeneficiary,
      newQuota: mostly(world, newQuota, newQuota + 1n),
      newExpiration: mostly(world, newExpiration, 0n),
    }
    const from = prng.pick(approvers)
    world.send('ChangeBeneficiary', from, miner, method, [ChangeBeneficiaryParams, params])
    return
  }
  const back = prng.chance(1, 3)
  const params = {
    newBeneficiary: back ? owner : idAddress(prng.pick(users)),
    newQuota: mostly(world, back ? 0n : fil('5'), -1n, 1n),
    newExpiration: mostly(world, back ? 0n : BigInt(epoch + between(prng, 10, 3000)), -1n),
  }
  const from = ownerOf(world, miner)
  world.send('ChangeBeneficiary', from, miner, method, [ChangeBeneficiaryParams, params])
}

function changePeer(world: World, miner: ActorId): void {
  const { prng } = world
  const from = controllerOf(world, miner)
  const newId = prng.bytes(mostly(world, 20, 129))
  world.send('ChangePeerID', from, miner, MinerMethod.ChangePeerID, [ChangePeerIDParams, { newId }])
  const newMultiaddrs = Array.from({ length: prng.below(3) }, () => prng.bytes(mostly(world, 9, 0)))
  const method = MinerMethod.ChangeMultiaddrs
  world.send('ChangeMultiaddrs', from, miner, method, [ChangeMultiaddrsParams, { newMultiaddrs }])
}

function reportFault(world: World, miner: ActorId): void {
  const { prng, users, epoch } = world
  if (!prng.chance(1, 4)) return
  const params = {
    header1: mostly(world, utf8(`${miner}`), new Uint8Array(1)),
    header2: utf8(`${epoch - mostly(world, between(prng, 1, 5), 0, 5000)}`),
    headerExtra: new Uint8Array(),
  }
  const method = MinerMethod.ReportConsensusFault
  const from = mostly(world, prng.pick(users), controllerOf(world, miner))
  world.send('ReportConsensusFault', from, miner, method, [ReportConsensusFaultParams, params])
}
