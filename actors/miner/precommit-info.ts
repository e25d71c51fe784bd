/** What a miner promises when it pre-commits a sector, and what is kept of it until the sector is proven. */
import { Amt, amt } from '../../primitives/amt.ts'
import { Bitfield, bitfield } from '../../primitives/bitfield.ts'
import {
  cidLink,
  epoch,
  type Infer,
  list,
  nullable,
  tokenAmount,
  tuple,
  uint64,
} from '../../primitives/codec.ts'
import { hamt, Hamt } from '../../primitives/hamt.ts'
import { uvarintKey } from '../../primitives/hamt-keys.ts'
import { GivenEpoch, ProofType, SectorNumber } from './wire.ts'

export const SectorPreCommitInfo = tuple(
  {
    sealProof: ProofType,
    sectorNumber: SectorNumber,
    /** CommR. */
    sealedCid: cidLink,
    sealRandEpoch: GivenEpoch,
    dealIds: list(uint64),
    expiration: GivenEpoch,
    /** CommD; null for the one of zeros. */
    unsealedCid: nullable(cidLink),
  },
  'SectorPreCommitInfo',
)
export type SectorPreCommitInfo = Infer<typeof SectorPreCommitInfo>

export const SectorPreCommitOnChainInfo = tuple(
  { info: SectorPreCommitInfo, preCommitDeposit: tokenAmount, preCommitEpoch: epoch },
  'SectorPreCommitOnChainInfo',
)
export type SectorPreCommitOnChainInfo = Infer<typeof SectorPreCommitOnChainInfo>

export const PreCommittedSectors = hamt(uvarintKey, SectorPreCommitOnChainInfo)
export type PreCommittedSectors = Hamt<SectorNumber, SectorPreCommitOnChainInfo>
export const NO_PRE_COMMITS: PreCommittedSectors = Hamt.empty(
  uvarintKey,
  SectorPreCommitOnChainInfo,
)

const CLEANUP_AMT_BIT_WIDTH = 6
/** Sector numbers by the epoch at which their pre-commitments are given up. */
export const PreCommitCleanUp = amt(bitfield, CLEANUP_AMT_BIT_WIDTH)
export const NO_PRE_COMMIT_CLEAN_UP: Amt<Bitfield> = Amt.empty(bitfield, CLEANUP_AMT_BIT_WIDTH)
