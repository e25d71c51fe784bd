import { test } from 'uvu'
import * as assert from 'uvu/assert'
import {
  circulatingSupply,
  filVested,
  MAINNET_INITIAL_FIL_RESERVED,
  MAINNET_VESTING,
  NO_VESTING,
  type SupplyInputs,
} from '../../../engine/chain/circulating-supply.ts'
import { fil } from '../../../primitives/units.ts'

const LIFTOFF = 148_888
const inputs: SupplyInputs = {
  vesting: MAINNET_VESTING,
  epoch: LIFTOFF + 7 * 365 * 2880,
  networkVersion: 28,
  mined: fil('300000000'),
  initialFilReserved: MAINNET_INITIAL_FIL_RESERVED,
  reserveBalance: fil('280000000'),
  burnt: fil('40000000'),
  pledgeCollateral: fil('120000000'),
  marketLocked: fil('5000000'),
}

test('mainnet’s allocations vest from Liftoff to the end of the sixth year', () => {
  const total = fil('599822557')
  assert.is(filVested(MAINNET_VESTING, LIFTOFF - 1), 0n)
  const atOnce = filVested(MAINNET_VESTING, LIFTOFF)
  assert.ok(atOnce >= fil('10632000') && atOnce < fil('10632000') + 10n ** 8n)
  assert.ok(filVested(MAINNET_VESTING, LIFTOFF + 6 * 365 * 2880 - 1) < total)
  assert.is(filVested(MAINNET_VESTING, LIFTOFF + 6 * 365 * 2880), total)
})

test('vesting never goes back and is linear in between', () => {
  const schedule = { startEpoch: 10, rows: [{ duration: 4, amount: 103n }] }
  const vested = [9, 10, 11, 12, 13, 14, 15].map((epoch) => filVested(schedule, epoch))
  assert.equal(vested, [0n, 3n, 28n, 53n, 78n, 103n, 103n])
})

test('half a year in, the half-year allocations are out', () => {
  const vested = filVested(MAINNET_VESTING, LIFTOFF + 183 * 2880)
  const linear =
    10_632_000 +
    51_803_587 +
    183 * (31_821_712 / 365 + 7_223_364 / 730 + 88_536_841 / 1095 + 409_805_053 / 2190)
  assert.ok(Math.abs(Number(vested) / 1e18 - linear) < 1e-3)
})

test('the supply is what was vested, mined and disbursed, less what is burnt and locked', () => {
  const supply = circulatingSupply(inputs)
  assert.is(supply.filReserveDisbursed, fil('20000000'))
  assert.is(supply.filCirculating, fil('759822557'))
})

test('money locked in the market circulates since network version 23', () => {
  const at = (networkVersion: number) => circulatingSupply({ ...inputs, networkVersion })
  assert.is(at(23).filLocked, fil('120000000'))
  assert.is(at(22).filLocked, fil('125000000'))
  assert.is(at(23).filCirculating - at(22).filCirculating, fil('5000000'))
})

test('the supply is never negative, though a gift to the reserve makes its part so', () => {
  const supply = circulatingSupply({
    ...inputs,
    vesting: NO_VESTING,
    mined: 0n,
    reserveBalance: fil('300000001'),
  })
  assert.is(supply.filReserveDisbursed, fil('-1'))
  assert.is(supply.filCirculating, 0n)
})

test.run()
