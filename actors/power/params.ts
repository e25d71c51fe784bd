/** What goes in and out of the power actor. */
import {
  address,
  bool,
  byteString,
  epoch,
  type Infer,
  int,
  list,
  storagePower,
  tokenAmount,
  tuple,
  uint,
  uint64,
} from '../../primitives/codec.ts'
import { FilterEstimate } from '../filter-estimate.ts'
import { GivenEpoch, ProofType } from '../miner/wire.ts'

export const PowerMethod = {
  Constructor: 1,
  CreateMiner: 2,
  UpdateClaimedPower: 3,
  EnrollCronEvent: 4,
  OnEpochTickEnd: 5,
  UpdatePledgeTotal: 6,
  CurrentTotalPower: 9,
  CreateMinerExported: 1173380165,
  NetworkRawPowerExported: 931722534,
  MinerRawPowerExported: 3753401894,
  MinerCountExported: 1987646258,
  MinerConsensusCountExported: 196739875,
  MinerPowerExported: 36284446,
} as const

export const CreateMinerParams = tuple(
  {
    owner: address,
    worker: address,
    windowPoStProofType: ProofType,
    peer: byteString,
    multiaddrs: list(byteString),
  },
  'CreateMinerParams',
)
export type CreateMinerParams = Infer<typeof CreateMinerParams>

/** The miner's ID address and its robust (f2) one. */
export { ExecReturn as CreateMinerReturn } from '../init/params.ts'

/** Bytes, negative where power is lost. */
export const UpdateClaimedPowerParams = tuple(
  { rawByteDelta: storagePower, qualityAdjustedDelta: storagePower },
  'UpdateClaimedPowerParams',
)
export type UpdateClaimedPowerParams = Infer<typeof UpdateClaimedPowerParams>

export const EnrollCronEventParams = tuple(
  { eventEpoch: GivenEpoch, payload: byteString },
  'EnrollCronEventParams',
)
export type EnrollCronEventParams = Infer<typeof EnrollCronEventParams>

/** attoFIL, negative where pledge is released. */
export const UpdatePledgeTotalParams = tokenAmount

/** All as of the last cron. */
export const CurrentTotalPowerReturn = tuple(
  {
    rawBytePower: storagePower,
    qualityAdjPower: storagePower,
    pledgeCollateral: tokenAmount,
    qualityAdjPowerSmoothed: FilterEstimate,
    rampStartEpoch: epoch,
    rampDurationEpochs: uint,
  },
  'CurrentTotalPowerReturn',
)
export type CurrentTotalPowerReturn = Infer<typeof CurrentTotalPowerReturn>

/** Number of a miner, or of no actor at all. */
export const MinerId = uint64

export const MinerRawPowerReturn = tuple(
  { rawBytePower: storagePower, meetsConsensusMinimum: bool },
  'MinerRawPowerReturn',
)
export type MinerRawPowerReturn = Infer<typeof MinerRawPowerReturn>

export const MinerPowerReturn = tuple(
  { rawBytePower: storagePower, qualityAdjPower: storagePower },
  'MinerPowerReturn',
)
export type MinerPowerReturn = Infer<typeof MinerPowerReturn>

export const MinerCountReturn = int
