/** Fixed point, smoothing, minting, miner and market arithmetic, gas settlement, base fees and chain weight. */
import * as assert from 'uvu/assert'
import { compareBytes, toHex } from '../../primitives/bytes.ts'
import { blake2b256 } from '../../primitives/crypto/hash.ts'
import { expNeg128, ln128 } from '../../primitives/fixed-point.ts'
import { quantizeDown, quantizeUp } from '../../primitives/quantize.ts'
import { encodeVarint } from '../../primitives/varint.ts'
import { dealProviderCollateralBounds, nextUpdateEpoch } from '../../actors/market/policy.ts'
import { MAINNET_POLICY } from '../../actors/policy.ts'
import * as baseFee from '../../engine/chain/base-fee.ts'
import { compareTickets, tipsetWeight } from '../../engine/chain/weight.ts'
import { gasOutputs, gasOverestimationBurn } from '../../engine/vm/gas-outputs.ts'
import type { Case, Handlers } from './handler.ts'

export const handlers: Handlers = {
  math_expneg_q128: (c) => assert.is(expNeg128(c.big('x')), c.big('y')),

  smoothing_ln: (c) => {
    const ln = ln128(c.big('z_q128'))
    assert.is(ln >> 128n, c.big('expected_q128') >> 128n)
    if (c.has('derived_exact_ln_q128')) assert.is(ln, c.big('derived_exact_ln_q128'))
  },

  quantize: (c) => {
    const quantize = { up: quantizeUp, down: quantizeDown }[c.str('op') as 'up' | 'down']
    const spec = { unit: c.num('unit'), offset: c.num('offset') }
    assert.is(quantize(spec, c.num('epoch')), c.num('expected'))
  },

  power_cron_queue_keys: (c) => assert.is(toHex(encodeVarint(c.num('epoch'))), c.str('key_hex')),

  market_next_update_epoch: (c) =>
    assert.is(
      nextUpdateEpoch(c.big('deal_id'), c.num('interval'), c.num('earliest')),
      c.num('next'),
    ),

  market_provider_collateral: (c) =>
    assert.equal(
      dealProviderCollateralBounds(
        MAINNET_POLICY,
        c.big('piece_size'),
        c.big('network_raw_power'),
        c.big('baseline_power'),
        c.big('circulating_supply'),
      ),
      { min: c.big('min'), max: c.big('max') },
    ),

  gas_outputs: (c) => {
    const out = gasOutputs(
      c.num('gas_used'),
      c.num('gas_limit'),
      c.big('base_fee'),
      c.big('fee_cap'),
      c.big('premium'),
    )
    assert.is(out.baseFeeBurn, c.big('base_fee_burn'))
    assert.is(out.overEstimationBurn, c.big('over_estimation_burn'))
    assert.is(out.minerPenalty, c.big('miner_penalty'))
    assert.is(out.minerTip, c.big('miner_tip'))
    assert.is(out.refund, c.big('refund'))
  },

  gas_overestimation: (c) =>
    assert.equal(gasOverestimationBurn(c.num('gas_used'), c.num('gas_limit')), {
      gasRefund: c.num('refund_gas'),
      gasBurned: c.num('burn_gas'),
    }),

  gas_effective_premium: (c) =>
    assert.is(
      baseFee.effectiveGasPremium(
        { gasFeeCap: c.big('fee_cap'), gasPremium: c.big('premium') },
        c.big('base_fee'),
      ),
      c.big('effective_premium'),
    ),

  basefee_premium_percentile: (c) =>
    assert.is(
      baseFee.weightedPremiumPercentile(c.bigs('premiums'), c.nums('gas_limits')),
      c.big('selected'),
    ),

  basefee_premium_rule: (c) =>
    assert.is(
      baseFee.nextBaseFeeFromPremium(c.big('base_fee'), c.big('premium_percentile')),
      c.big('next'),
    ),

  basefee_utilization: (c) => {
    const packing = c.str('rule').includes('pre-Smoke') ? 'four-fifths' : 'full'
    const next = baseFee.nextBaseFeeFromUtilization(
      c.big('base_fee'),
      c.big('gas_limit_sum'),
      c.num('blocks'),
      packing,
    )
    assert.is(next, c.big('next'))
  },

  tipset_weight: (c) =>
    assert.is(
      tipsetWeight(c.big('parent_weight'), c.big('total_qa_power'), c.big('win_count_sum')),
      c.big('weight'),
    ),

  tipset_weight_tiebreak: (c) => {
    const order = compareTickets(tickets(c, 'ts1'), tickets(c, 'ts2'))
    assert.is(order < 0 ? 'ts1' : order > 0 ? 'ts2' : 'none', c.str('winner'))
  },
}

/** Digests of a tipset's VRF proofs, in the order its blocks have. */
function tickets(c: Case, tipset: string): Uint8Array[] {
  return c
    .strs(tipset)
    .map((hex) => blake2b256(Uint8Array.from(Buffer.from(hex, 'hex'))))
    .sort(compareBytes)
}
