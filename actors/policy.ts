/**
 * Protocol parameters of the built-in actors. Values that differ between networks are fields of `Policy`; what is the
 * same everywhere is a constant here or next to the formula that uses it.
 */
import { TiB, type ChainEpoch, type StoragePower } from '../primitives/units.ts'

/** Seconds of an epoch as the actors count durations. A network whose epochs are shorter still counts 2,880 a day. */
export const EPOCH_DURATION_SECONDS = 30
export const EPOCHS_IN_HOUR: ChainEpoch = 3600 / EPOCH_DURATION_SECONDS
export const EPOCHS_IN_DAY: ChainEpoch = 24 * EPOCHS_IN_HOUR
/** A tropical year, 31,556,925 s, floored: sector lifetimes and the FIP-0081 ramp. Not 365 days. */
export const EPOCHS_IN_YEAR: ChainEpoch = Math.floor(31_556_925 / EPOCH_DURATION_SECONDS)

/** Block rewards an epoch is expected to pay. */
export const EXPECTED_LEADERS_PER_EPOCH = 5n
/** No epoch: a value not yet set. */
export const EPOCH_UNDEFINED: ChainEpoch = -1
/** Largest sector number that may be assigned, 2⁶³ - 1. */
export const MAX_SECTOR_NUMBER = (1n << 63n) - 1n

/** Parameters by network, named as in builtin-actors `runtime/src/runtime/policy.rs`. Durations are epochs. */
export interface Policy {
  // Storage miner
  readonly minAggregatedSectors: number
  readonly maxAggregatedSectors: number
  /** Bytes. */
  readonly maxAggregatedProofSize: number
  /** Bytes. */
  readonly maxReplicaUpdateProofSize: number
  readonly minAggregatedSectorsNi: number
  readonly maxAggregatedSectorsNi: number
  /** How old the seal randomness of a non-interactive commitment may be. */
  readonly maxProveCommitNiRandomnessLookback: ChainEpoch
  /** How long an expired pre-commit stays, so that a late aggregate can still prove its neighbours. */
  readonly expiredPreCommitCleanUpDelay: ChainEpoch
  readonly wpostProvingPeriod: ChainEpoch
  readonly wpostChallengeWindow: ChainEpoch
  readonly wpostPeriodDeadlines: number
  readonly wpostMaxChainCommitAge: ChainEpoch
  /** After a window closes, its proofs may be disputed for so long. */
  readonly wpostDisputeWindow: ChainEpoch
  /** The challenge is drawn this long before the window opens. */
  readonly wpostChallengeLookback: ChainEpoch
  /** Faults must be declared this long before the window opens. */
  readonly faultDeclarationCutoff: ChainEpoch
  readonly faultMaxAge: ChainEpoch
  readonly sectorsMax: number
  readonly newSectorsPerPeriodMax: number
  readonly maxPartitionsPerDeadline: number
  readonly addressedPartitionsMax: number
  readonly addressedSectorsMax: number
  readonly postedPartitionsMax: number
  readonly maxControlAddresses: number
  /** Bytes. */
  readonly maxPeerIdLength: number
  /** Bytes, all addresses together. */
  readonly maxMultiaddrData: number
  readonly maxPreCommitRandomnessLookback: ChainEpoch
  readonly preCommitChallengeDelay: ChainEpoch
  readonly workerKeyChangeDelay: ChainEpoch
  readonly minSectorExpiration: ChainEpoch
  readonly maxSectorExpirationExtension: ChainEpoch
  /** Bytes of sector for each deal it may hold, above the first 256. */
  readonly dealLimitDenominator: bigint
  readonly consensusFaultIneligibilityDuration: ChainEpoch
  readonly chainFinality: ChainEpoch
  /** Window PoSt types of new miners. */
  readonly validPostProofTypes: readonly number[]
  /** Seal types that may be pre-committed. */
  readonly validPreCommitProofTypes: readonly number[]
  /** Seal types of non-interactive commitments. */
  readonly validProveCommitNiProofTypes: readonly number[]
  /** FIP-0100: the daily fee is circulating supply · quality-adjusted power · num / denom. */
  readonly dailyFeeCirculatingSupplyQapMultiplierNum: bigint
  readonly dailyFeeCirculatingSupplyQapMultiplierDenom: bigint
  /** FIP-0100: no more than one part in this many of a day's expected reward is charged. */
  readonly dailyFeeBlockRewardCapDenom: bigint

  // Verified registry
  /** Bytes. */
  readonly minimumVerifiedAllocationSize: bigint
  readonly minimumVerifiedAllocationTerm: ChainEpoch
  readonly maximumVerifiedAllocationTerm: ChainEpoch
  readonly maximumVerifiedAllocationExpiration: ChainEpoch
  readonly endOfLifeClaimDropPeriod: ChainEpoch

  // Storage market
  readonly dealUpdatesInterval: ChainEpoch
  readonly provCollateralPercentSupplyNum: bigint
  readonly provCollateralPercentSupplyDenom: bigint
  /** Added to a verified deal's term for the longest term of its allocation. */
  readonly marketDefaultAllocationTermBuffer: ChainEpoch

  // Storage power
  /** Raw bytes below which a miner cannot win blocks, once enough others are above. */
  readonly minimumConsensusPower: StoragePower
  /** Epochs over which FIP-0081 moves pledge from the baseline to the simple rule. */
  readonly pledgeRampDurationEpochs: ChainEpoch

  /**
   * How new miners keep their sectors: each by itself, or as runs of equal ones, for networks of millions. Nothing that is
   * on chain depends on it.
   */
  readonly sectorStore: 'amt' | 'runs'
}

const CHAIN_FINALITY: ChainEpoch = 900
const WPOST_CHALLENGE_LOOKBACK: ChainEpoch = 20

/** Mainnet, network version 28, actors v18. */
export const MAINNET_POLICY: Policy = Object.freeze({
  minAggregatedSectors: 4,
  maxAggregatedSectors: 819,
  maxAggregatedProofSize: 81_960,
  maxReplicaUpdateProofSize: 4096,
  minAggregatedSectorsNi: 1,
  maxAggregatedSectorsNi: 65,
  maxProveCommitNiRandomnessLookback: 180 * EPOCHS_IN_DAY,
  expiredPreCommitCleanUpDelay: 8 * EPOCHS_IN_HOUR,
  wpostProvingPeriod: EPOCHS_IN_DAY,
  wpostChallengeWindow: 60,
  wpostPeriodDeadlines: 48,
  wpostMaxChainCommitAge: 60,
  wpostDisputeWindow: 2 * CHAIN_FINALITY,
  wpostChallengeLookback: WPOST_CHALLENGE_LOOKBACK,
  faultDeclarationCutoff: WPOST_CHALLENGE_LOOKBACK + 50,
  faultMaxAge: 42 * EPOCHS_IN_DAY,
  sectorsMax: 32 << 20,
  newSectorsPerPeriodMax: 128 << 10,
  maxPartitionsPerDeadline: 3000,
  addressedPartitionsMax: 3000,
  addressedSectorsMax: 25_000,
  postedPartitionsMax: 3,
  maxControlAddresses: 10,
  maxPeerIdLength: 128,
  maxMultiaddrData: 1024,
  maxPreCommitRandomnessLookback: EPOCHS_IN_DAY + CHAIN_FINALITY,
  preCommitChallengeDelay: 150,
  workerKeyChangeDelay: CHAIN_FINALITY,
  minSectorExpiration: 180 * EPOCHS_IN_DAY,
  maxSectorExpirationExtension: 1278 * EPOCHS_IN_DAY,
  dealLimitDenominator: 1n << 27n,
  consensusFaultIneligibilityDuration: CHAIN_FINALITY,
  chainFinality: CHAIN_FINALITY,
  validPostProofTypes: [13, 14],
  validPreCommitProofTypes: [8, 9, 13, 14],
  validProveCommitNiProofTypes: [18, 19],
  dailyFeeCirculatingSupplyQapMultiplierNum: 161_817n,
  dailyFeeCirculatingSupplyQapMultiplierDenom: 10n ** 30n,
  dailyFeeBlockRewardCapDenom: 2n,

  minimumVerifiedAllocationSize: 1n << 20n,
  minimumVerifiedAllocationTerm: 180 * EPOCHS_IN_DAY,
  maximumVerifiedAllocationTerm: 5 * EPOCHS_IN_YEAR,
  maximumVerifiedAllocationExpiration: 60 * EPOCHS_IN_DAY,
  endOfLifeClaimDropPeriod: 30 * EPOCHS_IN_DAY,

  dealUpdatesInterval: 30 * EPOCHS_IN_DAY,
  provCollateralPercentSupplyNum: 1n,
  provCollateralPercentSupplyDenom: 100n,
  marketDefaultAllocationTermBuffer: 90 * EPOCHS_IN_DAY,

  minimumConsensusPower: TiB(10),
  pledgeRampDurationEpochs: EPOCHS_IN_YEAR,

  sectorStore: 'amt',
} satisfies Policy)

/** The 2 KiB developer network: actors bundle "devnet", as Lotus' 2k build runs it. */
export const DEVNET_2K_POLICY: Policy = Object.freeze({
  ...MAINNET_POLICY,
  preCommitChallengeDelay: 10,
  validPostProofTypes: [10, 11],
  validPreCommitProofTypes: [5, 6, 10, 11],
  validProveCommitNiProofTypes: [15, 16],
  minimumVerifiedAllocationSize: 256n,
  minimumConsensusPower: 2048n,
  pledgeRampDurationEpochs: 200,
} satisfies Policy)

/**
 * Actors built with feature set "testing": the devnet's, and no collateral for deals.
 */
export const TESTING_POLICY: Policy = Object.freeze({
  ...DEVNET_2K_POLICY,
  validPostProofTypes: [10, 11, 12, 13, 14],
  validPreCommitProofTypes: [5, 6, 7, 8, 9, 10, 11, 12, 13, 14],
  validProveCommitNiProofTypes: [15, 16, 17, 18, 19],
  provCollateralPercentSupplyNum: 0n,
} satisfies Policy)
