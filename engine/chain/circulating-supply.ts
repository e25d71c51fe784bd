/** Circulating supply as the VM reports it to actors, and the vesting of genesis allocations that is a part of it. */
import { fil, max, type ChainEpoch, type TokenAmount } from '../../primitives/units.ts'
import { EPOCHS_IN_DAY } from '../../actors/policy.ts'

/** An allocation that unlocks linearly over `duration` epochs; at once when that is 0. */
export interface VestingRow {
  readonly duration: ChainEpoch
  readonly amount: TokenAmount
}

export interface VestingSchedule {
  readonly startEpoch: ChainEpoch
  readonly rows: readonly VestingRow[]
}

const days = (count: number): ChainEpoch => count * EPOCHS_IN_DAY

/** Genesis allocations of mainnet from Liftoff on, as counted since the Calico upgrade (years of 365 days). */
export const MAINNET_VESTING: VestingSchedule = {
  startEpoch: 148_888,
  rows: [
    { duration: 0, amount: fil('10632000') },
    { duration: days(183), amount: fil('19015887') + fil('32787700') },
    { duration: days(365), amount: fil('22421712') + fil('9400000') },
    { duration: days(2 * 365), amount: fil('7223364') },
    { duration: days(3 * 365), amount: fil('87637883') + fil('898958') },
    { duration: days(6 * 365), amount: fil('100000000') + fil('300000000') + fil('9805053') },
  ],
}

/** A network whose genesis money is all in the hands of its users. */
export const NO_VESTING: VestingSchedule = { startEpoch: 0, rows: [] }

/** Opening balance of the reserve (f090) from which disbursements count. */
export const MAINNET_INITIAL_FIL_RESERVED: TokenAmount = fil('300000000')
export const DEVNET_2K_INITIAL_FIL_RESERVED: TokenAmount = fil('1400000000')

/**
 * Genesis allocations vested at `epoch`. What is locked falls by whole units of ⌊amount / duration⌋ each epoch, so up to
 * `duration` attoFIL are free from the start.
 *
 * @see lotus `chain/stmgr/supply.go`, `GetFilVested`; specs-actors v0 multisig `AmountLocked`
 */
export function filVested({ startEpoch, rows }: VestingSchedule, epoch: ChainEpoch): TokenAmount {
  const elapsed = epoch - startEpoch
  if (elapsed < 0) return 0n
  let vested = 0n
  for (const { duration, amount } of rows) {
    const locked =
      elapsed >= duration ? 0n : (amount / BigInt(duration)) * BigInt(duration - elapsed)
    vested += amount - locked
  }
  return vested
}

/** What the supply is read from, at one state. */
export interface SupplyInputs {
  readonly vesting: VestingSchedule
  readonly epoch: ChainEpoch
  readonly networkVersion: number
  /** `totalStoragePowerReward` of the reward actor. */
  readonly mined: TokenAmount
  readonly initialFilReserved: TokenAmount
  /** Balance of f090. Money sent to it makes the disbursed part negative. */
  readonly reserveBalance: TokenAmount
  /** Balance of f099. */
  readonly burnt: TokenAmount
  /** `totalPledgeCollateral` of the power actor. */
  readonly pledgeCollateral: TokenAmount
  /** Deal payments and collateral locked in the market; counts before network version 23 only. */
  readonly marketLocked: TokenAmount
}

export interface CirculatingSupply {
  readonly filVested: TokenAmount
  readonly filMined: TokenAmount
  readonly filReserveDisbursed: TokenAmount
  readonly filBurnt: TokenAmount
  readonly filLocked: TokenAmount
  /** vested + mined + disbursed - burnt - locked, at least 0. */
  readonly filCirculating: TokenAmount
}

/** @see lotus `chain/stmgr/supply.go`, `GetVMCirculatingSupplyDetailed` */
export function circulatingSupply(inputs: SupplyInputs): CirculatingSupply {
  const vested = filVested(inputs.vesting, inputs.epoch)
  const disbursed = inputs.initialFilReserved - inputs.reserveBalance
  const locked =
    inputs.pledgeCollateral +
    (inputs.networkVersion >= MARKET_NOT_LOCKED_VERSION ? 0n : inputs.marketLocked)
  return {
    filVested: vested,
    filMined: inputs.mined,
    filReserveDisbursed: disbursed,
    filBurnt: inputs.burnt,
    filLocked: locked,
    filCirculating: max(0n, vested + inputs.mined + disbursed - inputs.burnt - locked),
  }
}

const MARKET_NOT_LOCKED_VERSION = 23
