/** Beneficiaries: lenders that are paid from a miner's withdrawals. */
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { ExitCode } from '../../../actors/exit-codes.ts'
import type { GetBeneficiaryReturn } from '../../../actors/miner/params.ts'
import { idAddress } from '../../../primitives/address.ts'
import { exitsWith } from '../../support/fake-runtime.ts'
import { MinerRuntime, OWNER, STRANGER, WORKER } from '../../support/miner.ts'

const LENDER = STRANGER
const terms = (who: number, newQuota = 100n, newExpiration = 1000n) => ({
  newBeneficiary: idAddress(who),
  newQuota,
  newExpiration,
})
const illegal = exitsWith(ExitCode.IllegalArgument)
const forbidden = exitsWith(ExitCode.Forbidden)
const ask = (rt: MinerRuntime) => rt.invokeAs<GetBeneficiaryReturn>(WORKER, 'GetBeneficiary')
const withLender = () => {
  const rt = new MinerRuntime()
  rt.invokeAs(OWNER, 'ChangeBeneficiary', terms(LENDER))
  rt.invokeAs(LENDER, 'ChangeBeneficiary', terms(LENDER))
  return rt
}

test('an owner that is its own beneficiary has approved already', () => {
  const rt = new MinerRuntime()
  rt.invokeAs(OWNER, 'ChangeBeneficiary', terms(LENDER))
  assert.is(ask(rt).proposed?.approvedByBeneficiary, true)
  assert.is(ask(rt).proposed?.approvedByNominee, false)
  rt.invokeAs(LENDER, 'ChangeBeneficiary', terms(LENDER))
  const { active, proposed } = ask(rt)
  assert.is(active.beneficiary.id, LENDER)
  assert.equal(active.term, { quota: 100n, usedQuota: 0n, expiration: 1000n })
  assert.is(proposed, null)
})

test('a proposal needs a quota, and none to go back to the owner', () => {
  const rt = new MinerRuntime()
  const propose = (params: object) => () => rt.invokeAs(OWNER, 'ChangeBeneficiary', params)
  assert.throws(propose(terms(LENDER, 0n)), illegal)
  assert.throws(propose(terms(LENDER, -1n)), illegal)
  assert.throws(propose(terms(OWNER, 1n, 0n)), illegal)
  assert.throws(propose(terms(OWNER, 0n, 1n)), illegal)
  propose(terms(OWNER, 0n, 0n))()
  assert.is(ask(rt).proposed, null, 'both have approved')
})

test('others must repeat the proposal to the letter', () => {
  const rt = new MinerRuntime()
  const approve = (who: number, params: object) => () =>
    rt.invokeAs(who, 'ChangeBeneficiary', params)
  assert.throws(approve(LENDER, terms(LENDER)), forbidden, 'nothing is proposed')
  rt.invokeAs(OWNER, 'ChangeBeneficiary', terms(LENDER))
  assert.throws(approve(WORKER, terms(LENDER)), forbidden)
  assert.throws(approve(LENDER, terms(LENDER, 101n)), illegal)
  assert.throws(approve(LENDER, terms(LENDER, 100n, 1001n)), illegal)
  assert.throws(approve(LENDER, terms(WORKER)), illegal)
})

test('a beneficiary in its term must agree to a change, one out of it need not', () => {
  const rt = withLender()
  rt.invokeAs(OWNER, 'ChangeBeneficiary', terms(OWNER, 0n, 0n))
  assert.is(ask(rt).active.beneficiary.id, LENDER, 'the lender has not agreed')
  rt.invokeAs(LENDER, 'ChangeBeneficiary', terms(OWNER, 0n, 0n))
  assert.is(ask(rt).active.beneficiary.id, OWNER, 'the owner agreed when it proposed itself')

  const expired = withLender()
  expired.epoch = 1000
  expired.invokeAs(OWNER, 'ChangeBeneficiary', terms(OWNER, 0n, 0n))
  assert.is(ask(expired).active.beneficiary.id, OWNER)
})

test('more quota for the same beneficiary keeps what it used', () => {
  const rt = withLender()
  rt.invokeAs(OWNER, 'WithdrawBalance', { amountRequested: 30n })
  rt.invokeAs(OWNER, 'ChangeBeneficiary', terms(LENDER, 200n))
  rt.invokeAs(LENDER, 'ChangeBeneficiary', terms(LENDER, 200n))
  assert.equal(ask(rt).active.term, { quota: 200n, usedQuota: 30n, expiration: 1000n })
})

test('withdrawals go to the beneficiary, up to its quota and its last epoch', () => {
  const rt = withLender()
  const withdraw = () => rt.invokeAs<bigint>(OWNER, 'WithdrawBalance', { amountRequested: 70n })
  assert.is(withdraw(), 70n)
  assert.is(withdraw(), 30n)
  assert.throws(withdraw, forbidden, 'nothing is left')
  assert.equal(
    rt.transfers.map(([to, , value]) => [to, value]),
    [
      [LENDER, 70n],
      [LENDER, 30n],
    ],
  )
  const late = withLender()
  late.epoch = 1000
  assert.throws(() => late.invokeAs(LENDER, 'WithdrawBalance', { amountRequested: 1n }), forbidden)
})

test('expirations are any 64-bit number', () => {
  const rt = new MinerRuntime()
  const end = 2n ** 63n - 1n
  rt.invokeAs(OWNER, 'ChangeBeneficiary', terms(LENDER, 1n, end))
  assert.throws(
    () => rt.invokeAs(LENDER, 'ChangeBeneficiary', terms(LENDER, 1n, end - 1n)),
    illegal,
  )
  rt.invokeAs(LENDER, 'ChangeBeneficiary', terms(LENDER, 1n, end))
  assert.is(ask(rt).active.term.expiration, end)
})

test.run()
