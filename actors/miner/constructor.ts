/** The first message of a miner: who controls it, when its proving periods start, and its deposit (FIP-0077). */
import { idAddress } from '../../primitives/address.ts'
import { defined } from '../../primitives/assert.ts'
import { blake2b256 } from '../../primitives/crypto/hash.ts'
import { ExitCode, require, type Runtime } from '../runtime.ts'
import { EPOCH_UNDEFINED } from '../policy.ts'
import { INIT_ACTOR } from '../singletons.ts'
import {
  checkControlAddresses,
  checkPeerInfo,
  checkValidPoStProofType,
  resolveAddress,
  resolveControlAddresses,
  resolveWorkerAddress,
} from './access.ts'
import { addLockedFunds } from './balances.ts'
import {
  currentDeadlineIndex,
  currentProvingPeriodStart,
  provingPeriodOffset,
} from './deadline-info.ts'
import type { MinerInfo } from './info.ts'
import { createMinerDeposit } from './monies.ts'
import type { MinerConstructorParams } from './params.ts'
import { postProofInfo } from './policy.ts'
import { requestPledgeInputs } from './requests.ts'
import { type MinerState, newMinerState } from './state.ts'
import { REWARD_VESTING_SPEC } from './vesting.ts'

/**
 * Makes the miner, with the deposit locked for 180 days. Of the network's total pledge that lock is no part.
 *
 * @throws ActorError `InsufficientFunds` when the balance does not cover the deposit; `IllegalArgument` for addresses or
 *   a proof type that a miner may not have.
 * @see builtin-actors `actors/miner/src/lib.rs`, `constructor`
 */
export function constructor(rt: Runtime<MinerState>, params: MinerConstructorParams): void {
  rt.acceptCaller(INIT_ACTOR)
  checkControlAddresses(rt, params.controlAddresses)
  checkPeerInfo(rt, params.peerId, params.multiaddrs)
  checkValidPoStProofType(rt, params.windowPoStProofType)

  const deposit = createMinerDeposit(rt.policy, requestPledgeInputs(rt))
  const balance = rt.balance()
  require(balance >=
    deposit, ExitCode.InsufficientFunds, `not enough balance to lock for create miner deposit: sent balance ${balance} < deposit ${deposit}`)
  const info = newMinerInfo(rt, params)
  const { periodStart, deadline } = firstDeadline(rt)
  const state = newMinerState(rt.policy, info, periodStart, deadline)
  addLockedFunds(state, rt.epoch, deposit, REWARD_VESTING_SPEC)
  rt.create(state)
}

function newMinerInfo(rt: Runtime<MinerState>, params: MinerConstructorParams): MinerInfo {
  const owner = resolveAddress(rt, params.owner)
  require(owner !==
    undefined, ExitCode.IllegalArgument, `unable to resolve owner address: ${params.owner}`)
  const worker = resolveWorkerAddress(rt, params.worker)
  const controlAddresses = resolveControlAddresses(rt, params.controlAddresses)
  const { windowPoStProofType, peerId, multiaddrs } = params
  const proof = defined(postProofInfo(windowPoStProofType), 'window PoSt proof type')
  return {
    owner,
    worker,
    controlAddresses,
    pendingWorkerKey: null,
    peerId,
    multiaddrs,
    windowPoStProofType,
    sectorSize: proof.sectorSize,
    windowPoStPartitionSectors: proof.windowPoStPartitionSectors,
    consensusFaultElapsed: EPOCH_UNDEFINED,
    pendingOwnerAddress: null,
    beneficiary: owner,
    beneficiaryTerm: { quota: 0n, usedQuota: 0n, expiration: 0n },
    pendingBeneficiaryTerm: null,
  }
}

function firstDeadline(rt: Runtime): { periodStart: number; deadline: number } {
  const receiver = idAddress(rt.receiver).bytes
  const offset = provingPeriodOffset(rt.policy, receiver, rt.epoch, blake2b256)
  const periodStart = currentProvingPeriodStart(rt.policy, rt.epoch, offset)
  return { periodStart, deadline: currentDeadlineIndex(rt.policy, rt.epoch, periodStart) }
}
