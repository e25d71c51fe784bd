// Published values are in test/vectors; here are bounds, monotony and the cases that vectors leave out.
import fc from 'fast-check'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import * as monies from '../../../actors/miner/monies.ts'
import { DEVNET_2K_POLICY, MAINNET_POLICY } from '../../../actors/policy.ts'
import { extrapolatedCumSumOfRatio, filterEstimate } from '../../../primitives/smoothing.ts'
import { fil } from '../../../primitives/units.ts'
import { seed } from '../../support/seed.ts'

const run = { seed, numRuns: 200 }
const EiB = 1n << 60n
const SECTOR = 32n << 30n
const network: monies.NetworkEstimates = {
  reward: filterEstimate(fil('36'), -109897758509n),
  qaPower: filterEstimate(20n * EiB, 1n << 40n),
}
const inputs: monies.PledgeInputs = {
  ...network,
  baselinePower: 15n * EiB,
  circulatingSupply: fil('600000000'),
  epochsSinceRampStart: 1_051_897,
  rampDurationEpochs: 1_051_897,
}
const qaPowers = fc.bigInt({ min: 1n, max: EiB })

test('expected reward is by power and time, whatever was asked before', () => {
  const other = { ...network, reward: filterEstimate(fil('20'), 0n) }
  for (const [estimates, duration] of [
    [network, 2880],
    [other, 2880],
    [network, 10_108],
    [network, 2880],
  ] as const) {
    const perByte = extrapolatedCumSumOfRatio(duration, 0, estimates.reward, estimates.qaPower)
    assert.is(
      monies.expectedRewardForPower(estimates, SECTOR, duration),
      (SECTOR * perByte) >> 128n,
    )
  }
})

test('more durations than are kept are still right', () => {
  for (let duration = 1; duration < 40; duration++) {
    const perByte = extrapolatedCumSumOfRatio(duration, 0, network.reward, network.qaPower)
    for (let again = 0; again < 2; again++)
      assert.is(monies.expectedRewardForPower(network, EiB, duration), (EiB * perByte) >> 128n)
  }
})

test('without any estimated power the expectation is a whole epoch’s reward', () => {
  const dead = { ...network, qaPower: filterEstimate(0n, 0n) }
  assert.is(monies.expectedRewardForPower(dead, 1n, 1), fil('36'))
  assert.is(monies.pledgePenaltyForContinuedFault(dead, SECTOR), fil('36'))
})

test('deposit and pledge are at least one attoFIL', () => {
  const poor = { ...inputs, reward: filterEstimate(0n, 0n), circulatingSupply: 0n }
  assert.is(monies.preCommitDepositForPower(poor, SECTOR), 1n)
  assert.is(monies.initialPledgeForPower(SECTOR, poor), 1n)
})

test('pledge falls by the ramp from the baseline to the simple rule in whole per mille', () => {
  const gamma = (epochsSinceRampStart: number, rampDurationEpochs = 1000) =>
    monies.initialPledgeParts(SECTOR, { ...inputs, epochsSinceRampStart, rampDurationEpochs }).gamma
  assert.equal(
    [-1, 0, 3, 4, 999, 1000, 5000].map((e) => gamma(e)),
    [1000n, 1000n, 1000n, 999n, 701n, 700n, 700n],
  )
  assert.is(gamma(0, 0), 700n)
  assert.is(gamma(-1, 0), 1000n)
})

test('pledge is positive, at most its cap, and no less for more power', () => {
  fc.assert(
    fc.property(qaPowers, qaPowers, (a, b) => {
      const [less, more] = a < b ? [a, b] : [b, a]
      const [small, large] = [less, more].map((p) => monies.initialPledgeForPower(p, inputs))
      assert.ok(small! > 0n && small! <= large!)
      assert.ok(large! <= (10n ** 18n / SECTOR) * more)
    }),
    run,
  )
})

test('a new miner’s deposit is the pledge of a tenth of the consensus minimum', () => {
  for (const [policy, power] of [
    [MAINNET_POLICY, 1_099_511_627_776n],
    [DEVNET_2K_POLICY, 204n],
  ] as const)
    assert.is(
      monies.createMinerDeposit(policy, inputs),
      monies.initialPledgeForPower(power, inputs),
    )
})

test('fault and dispute penalties project 3.51 and 5.51 days', () => {
  const projected = (epochs: number) => monies.expectedRewardForPower(network, SECTOR, epochs)
  assert.is(monies.pledgePenaltyForContinuedFault(network, SECTOR), projected(10_108))
  assert.is(monies.pledgePenaltyForTerminationLowerBound(network, SECTOR), projected(10_080))
  assert.is(
    monies.pledgePenaltyForInvalidWindowPoSt(network, SECTOR),
    projected(15_868) + fil('20'),
  )
})

test('a termination fee is between its floors and 8.5 % of pledge, and grows with age', () => {
  const amounts = fc.bigInt({ min: 0n, max: fil('100') })
  const ages = fc.integer({ min: 0, max: 2_000_000 })
  fc.assert(
    fc.property(amounts, amounts, ages, ages, (pledge, faultFee, a, b) => {
      const [young, old] = [Math.min(a, b), Math.max(a, b)].map((age) =>
        monies.pledgePenaltyForTermination(pledge, age, faultFee),
      )
      const least = [(pledge * 2n) / 100n, (faultFee * 105n) / 100n].sort((x, y) => Number(x - y))
      const full = (pledge * 85n) / 1000n
      assert.ok(young! <= old! && young! >= least[1]!)
      assert.ok(old! <= (full > least[1]! ? full : least[1]!))
    }),
    run,
  )
  assert.is(monies.pledgePenaltyForTermination(fil('10'), 140 * 2880, 0n), fil('0.85'))
  assert.is(monies.pledgePenaltyForTermination(fil('10'), 70 * 2880, 0n), fil('0.425'))
})

test('the reporter of a fault gets a twentieth of the reward the offender pays', () => {
  assert.is(monies.consensusFaultPenalty(fil('36')), fil('36'))
  assert.is(monies.rewardForConsensusSlashReport(fil('36')), fil('1.8'))
})

test('a daily fee follows power and is capped by half a day’s reward', () => {
  const fee = monies.dailyProofFee(MAINNET_POLICY, fil('680000000'), SECTOR)
  assert.is(fee, 3_780_793_052_776n)
  assert.is(monies.dailyProofFeeAdjust(fee, SECTOR, 10n * SECTOR), fee * 10n)
  assert.is(monies.dailyProofFeeAdjust(fee, 0n, 0n), fee)
  assert.is(monies.dailyProofFeePayable(MAINNET_POLICY, fee, 2n * fee + 1n), fee)
  assert.is(monies.dailyProofFeePayable(MAINNET_POLICY, fee, 101n), 50n)
})

test.run()
