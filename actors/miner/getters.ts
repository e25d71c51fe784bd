/** Questions anybody may ask a miner, contracts too: who controls it, what it has, and what became of a sector. */
import type { Address } from '../../primitives/address.ts'
import { DecodeError } from '../../primitives/cbor.ts'
import { decode, encode } from '../../primitives/codec.ts'
import type { ChainEpoch, TokenAmount } from '../../primitives/units.ts'
import { EPOCHS_IN_DAY, MAX_SECTOR_NUMBER } from '../policy.ts'
import { ActorError, ExitCode, require, type Runtime } from '../runtime.ts'
import { resolveAddress } from './access.ts'
import { availableBalance } from './balances.ts'
import { findSector, loadDeadline, loadPartition } from './deadlines.ts'
import {
  pledgePenaltyForContinuedFault,
  pledgePenaltyForTermination,
  TERMINATION_LIFETIME_CAP,
} from './monies.ts'
import {
  type CheckSectorProvenParams,
  type GenerateSectorLocationParams,
  type GenerateSectorLocationReturn,
  type GetControlAddressesReturn,
  type GetMultiaddrsReturn,
  type GetOwnerReturn,
  type GetPeerIDReturn,
  type GetVestingFundsReturn,
  type MaxTerminationFeeParams,
  SectorLocation,
  SectorStatus,
  type ValidateSectorStatusParams,
} from './params.ts'
import type { Partition } from './partition-state.ts'
import { requestNetworkEstimates } from './requests.ts'
import { mustGetSector } from './sectors.ts'
import type { MinerState } from './state.ts'
import { loadVestingFunds } from './vesting-table.ts'
import type { SectorNumber } from './wire.ts'

/** The state as anybody may see it. */
function stateForAny(rt: Runtime<MinerState>): MinerState {
  rt.acceptAnyCaller()
  return rt.state()
}

export function controlAddresses(rt: Runtime<MinerState>): GetControlAddressesReturn {
  const { owner, worker, controlAddresses } = stateForAny(rt).info.get()
  return { owner, worker, controlAddresses }
}

export function getOwner(rt: Runtime<MinerState>): GetOwnerReturn {
  const { owner, pendingOwnerAddress } = stateForAny(rt).info.get()
  return { owner, proposed: pendingOwnerAddress }
}

/** Whether an address is the owner's, the worker's or a control address; an unknown one is not. */
export function isControllingAddress(rt: Runtime<MinerState>, address: Address): boolean {
  rt.acceptAnyCaller()
  const id = resolveAddress(rt, address)
  if (id === undefined) return false
  const { owner, worker, controlAddresses } = rt.state().info.get()
  return [...controlAddresses, worker, owner].some((controlling) => controlling.equals(id))
}

export function getSectorSize(rt: Runtime<MinerState>): bigint {
  return stateForAny(rt).info.get().sectorSize
}

/** attoFIL that could be withdrawn but for what has vested since; negative when the miner owes more than it has. */
export function getAvailableBalance(rt: Runtime<MinerState>): TokenAmount {
  return availableBalance(stateForAny(rt), rt.balance())
}

export function getVestingFunds(rt: Runtime<MinerState>): GetVestingFundsReturn {
  return { vestingFunds: loadVestingFunds(stateForAny(rt).vestingFunds) }
}

export function getPeerId(rt: Runtime<MinerState>): GetPeerIDReturn {
  return { peerId: stateForAny(rt).info.get().peerId }
}

export function getMultiaddresses(rt: Runtime<MinerState>): GetMultiaddrsReturn {
  return { multiaddrs: stateForAny(rt).info.get().multiaddrs }
}

/** attoFIL that terminating a sector of such power and pledge would cost, once it is old enough for the full fee. */
export function maxTerminationFee(
  rt: Runtime<MinerState>,
  { power, initialPledge }: MaxTerminationFeeParams,
): TokenAmount {
  rt.acceptAnyCaller()
  const faultFee = pledgePenaltyForContinuedFault(requestNetworkEstimates(rt), power)
  const age = TERMINATION_LIFETIME_CAP * EPOCHS_IN_DAY
  return pledgePenaltyForTermination(initialPledge, age, faultFee)
}

/** attoFIL pledged for all of the miner's sectors. */
export function initialPledge(rt: Runtime<MinerState>): TokenAmount {
  return stateForAny(rt).initialPledge
}

const NOWHERE: SectorLocation = { deadline: -1n, partition: -1n }

/** Searches all partitions for a sector. What comes back lets `validateSectorStatus` check it without a search. */
export function generateSectorLocation(
  rt: Runtime<MinerState>,
  { sectorNumber }: GenerateSectorLocationParams,
): GenerateSectorLocationReturn {
  const state = stateForAny(rt)
  if (state.sectors.get(sectorNumber) === undefined)
    return { status: SectorStatus.Dead, auxData: encode(SectorLocation, NOWHERE) }
  const at = findSector(state, sectorNumber)
  const partition = loadPartition(loadDeadline(state, at.deadline), at.partition)
  const location = { deadline: BigInt(at.deadline), partition: BigInt(at.partition) }
  return {
    status: statusIn(partition, sectorNumber),
    auxData: encode(SectorLocation, location),
  }
}

/**
 * Whether a sector has the given status, looked up where `auxData` says it is.
 * @throws ActorError `NotFound` when it is not there, `IllegalArgument` for a location that cannot be.
 */
export function validateSectorStatus(
  rt: Runtime<MinerState>,
  { sectorNumber, status, auxData }: ValidateSectorStatusParams,
): boolean {
  const state = stateForAny(rt)
  const { deadline, partition } = decodeLocation(auxData)
  require((deadline === -1n) ===
    (partition ===
      -1n), ExitCode.IllegalArgument, 'invalid sector location: deadline and partition must both be NO or both be set')
  const missing = (where: string): ActorError =>
    new ActorError(ExitCode.NotFound, `sector ${sectorNumber} not found at ${where}`)
  if (deadline === -1n) {
    if (state.sectors.get(sectorNumber) === undefined) return status === SectorStatus.Dead
    throw missing('NO_DEADLINE, NO_PARTITION')
  }
  // The reference counts deadlines in 32 bits.
  const found = loadPartition(
    loadDeadline(state, Number(BigInt.asUintN(32, deadline))),
    BigInt.asUintN(64, partition),
  )
  if (!found.sectors.has(sectorNumber)) throw missing(`deadline ${deadline} partition ${partition}`)
  return statusIn(found, sectorNumber) === status
}

/** Epoch a sector is committed until, whatever has become of it. @throws ActorError `NotFound` without such a sector. */
export function getNominalSectorExpiration(
  rt: Runtime<MinerState>,
  sectorNumber: SectorNumber,
): ChainEpoch {
  return mustGetSector(stateForAny(rt).sectors, sectorNumber).expiration
}

/** Succeeds when a sector was proven, also if it has ended since. @throws ActorError `NotFound` otherwise. */
export function checkSectorProven(
  rt: Runtime<MinerState>,
  { sectorNumber }: CheckSectorProvenParams,
): void {
  rt.acceptAnyCaller()
  require(sectorNumber <= MAX_SECTOR_NUMBER, ExitCode.IllegalArgument, 'sector number out of range')
  mustGetSector(rt.state().sectors, sectorNumber)
}

function statusIn(partition: Partition, sectorNumber: SectorNumber): SectorStatus {
  if (partition.terminated.has(sectorNumber)) return SectorStatus.Dead
  return partition.faults.has(sectorNumber) ? SectorStatus.Faulty : SectorStatus.Active
}

function decodeLocation(auxData: Uint8Array): SectorLocation {
  try {
    return decode(SectorLocation, auxData)
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error
    throw new ActorError(ExitCode.IllegalArgument, `invalid aux_data: ${error.message}`)
  }
}
