import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { marketActor } from '../../../actors/market/index.ts'
import {
  type BatchActivateDealsResult,
  MarketExitCode,
  MarketMethod as M,
  type VerifyDealsForActivationReturn,
} from '../../../actors/market/params.ts'
import { EPOCH_UNDEFINED } from '../../../actors/policy.ts'
import type { Syscalls } from '../../../actors/ports.ts'
import { ExitCode } from '../../../actors/runtime.ts'
import { encode, uint64 } from '../../../primitives/codec.ts'
import { initCrypto } from '../../../primitives/crypto/init.ts'
import { exitsWith } from '../../support/fake-runtime.ts'
import {
  CLIENT,
  END,
  fundedState,
  type MarketOptions,
  MarketRuntime,
  MIB,
  NOW,
  OTHER_PROVIDER,
  piece,
  proposal,
  PROVIDER,
  START,
  STRANGER,
} from '../../support/market.ts'

await initCrypto()

const SEAL_32_GIB = 8
const NEVER = (1n << 64n) - 1n
const COMM_D = piece(77)
const syscalls: Partial<Syscalls> = { computeUnsealedSectorCid: () => COMM_D }

/** Deals 0 to 5 of the provider: the third is larger, the fourth verified. */
function published(options: MarketOptions = {}): MarketRuntime {
  const rt = new MarketRuntime(fundedState(), { syscalls, ...options })
  rt.publish(proposal(0), proposal(1), proposal(2, { pieceSize: 2n * MIB }))
  rt.publish(proposal(3, { verifiedDeal: true }))
  rt.publish(proposal(4), proposal(5))
  rt.caller = PROVIDER
  return rt
}

const sector = (dealIds: readonly (number | bigint)[], change: object = {}) => ({
  sectorNumber: 9n,
  sectorType: SEAL_32_GIB,
  sectorExpiry: END,
  dealIds: dealIds.map(BigInt),
  ...change,
})
const activate = (rt: MarketRuntime, sectors: readonly object[], computeCid = false) =>
  rt.call<BatchActivateDealsResult>(marketActor, M.BatchActivateDeals, { sectors, computeCid })

test('the data of deals is known before it is sealed', () => {
  const asked: unknown[] = []
  const rt = published({
    syscalls: {
      computeUnsealedSectorCid: (...args) => {
        asked.push(args)
        return COMM_D
      },
    },
  })
  const state = rt.state()
  const params = { sectors: [sector([2, 0]), sector([])] }
  const verified = rt.call<VerifyDealsForActivationReturn>(
    marketActor,
    M.VerifyDealsForActivation,
    params,
  )
  assert.equal(verified, { unsealedCids: [COMM_D, null] })
  const pieces = [
    { size: 2n * MIB, cid: piece(2) },
    { size: MIB, cid: piece(0) },
  ]
  assert.equal(asked, [[SEAL_32_GIB, pieces]])
  assert.is(rt.state(), state)
})

test('deals that could not be activated make it fail, with why', () => {
  const cases: [what: string, given: object, options: MarketOptions, code: ExitCode][] = [
    ['never published', sector([99]), {}, ExitCode.NotFound],
    ['a number of none', sector([NEVER]), {}, ExitCode.IllegalState],
    ['twice', sector([0, 0]), {}, ExitCode.IllegalArgument],
    ['an unknown seal', sector([0], { sectorType: 77 }), {}, ExitCode.IllegalArgument],
    ['an unknown seal, no deals', sector([], { sectorType: 77 }), {}, ExitCode.IllegalArgument],
    ['of another provider', sector([0]), { caller: OTHER_PROVIDER }, ExitCode.Forbidden],
    ['too late', sector([0]), { epoch: START + 1 }, MarketExitCode.DealExpired],
    ['too short', sector([0], { sectorExpiry: END - 1 }), {}, ExitCode.IllegalArgument],
    ['too small', sector([0, 2], { sectorType: 0 }), {}, ExitCode.IllegalArgument],
    [
      'without a CommD',
      sector([0]),
      { syscalls: { computeUnsealedSectorCid: () => null } },
      ExitCode.IllegalArgument,
    ],
    ['by no miner', sector([0]), { caller: STRANGER }, ExitCode.Forbidden],
  ]
  for (const [what, given, { caller, epoch, ...options }, exitCode] of cases) {
    const rt = published(options)
    rt.caller = caller ?? PROVIDER
    rt.epoch = epoch ?? NOW
    assert.throws(
      () => rt.call(marketActor, M.VerifyDealsForActivation, { sectors: [given] }),
      exitsWith(exitCode),
      what,
    )
  }
})

test('deals become active in their sectors', () => {
  const rt = published()
  rt.epoch = NOW + 5
  const result = activate(rt, [sector([3, 0]), sector([], { sectorNumber: 10n })], true)
  assert.equal(result, {
    activationResults: { successCount: 2, failCodes: [] },
    activations: [
      {
        activated: [
          { client: CLIENT, allocationId: 50n, data: piece(3), size: MIB },
          { client: CLIENT, allocationId: 0n, data: piece(0), size: MIB },
        ],
        unsealedCid: COMM_D,
      },
      { activated: [], unsealedCid: null },
    ],
  })
  const state = rt.state()
  assert.equal(state.states.get(3), {
    sectorNumber: 9n,
    sectorStartEpoch: NOW + 5,
    lastUpdatedEpoch: EPOCH_UNDEFINED,
    slashEpoch: EPOCH_UNDEFINED,
  })
  assert.not(state.pendingDealAllocationIds.has(3))
  assert.is(state.pendingProposals.count(), 6)
  const sectors = state.providerSectors.get(PROVIDER)!
  assert.equal(sectors.get(9n), [0, 3])
  assert.equal(sectors.get(10n), [])
  assert.equal(rt.happened, ['deal-activated 3', 'deal-activated 0'])
  assert.equal(rt.broken(), [])

  activate(rt, [sector([1])])
  assert.equal(rt.state().providerSectors.get(PROVIDER)!.get(9n), [0, 1, 3])
})

test('a sector gets all of its deals or none, and others are not harmed', () => {
  const cases: [what: string, given: object, options: MarketOptions, code: ExitCode][] = [
    ['never published', sector([1, 99]), {}, ExitCode.NotFound],
    ['twice', sector([1, 1]), {}, ExitCode.IllegalArgument],
    ['in two sectors', sector([1, 0]), {}, ExitCode.IllegalArgument],
    ['active before', sector([1, 2]), {}, ExitCode.IllegalArgument],
    ['too short', sector([1], { sectorExpiry: END - 1 }), {}, ExitCode.IllegalArgument],
  ]
  for (const [what, given, options, code] of cases) {
    const rt = published(options)
    rt.activate(1n, [2])
    const { activationResults, activations } = activate(rt, [sector([0]), given, sector([3])])
    assert.equal(activationResults, { successCount: 2, failCodes: [{ idx: 1, code }] }, what)
    assert.is(activations.length, 2)
    assert.not(rt.state().states.has(1), what)
    assert.equal(rt.broken(), [], what)
  }
  const others = published()
  others.caller = OTHER_PROVIDER
  const codes = activate(others, [sector([0])]).activationResults.failCodes
  assert.equal(codes, [{ idx: 0, code: ExitCode.Forbidden }])
  const late = published()
  late.epoch = START + 1
  assert.equal(activate(late, [sector([0])]).activationResults.failCodes, [
    { idx: 0, code: MarketExitCode.DealExpired },
  ])
})

test('activation as a whole is refused', () => {
  for (const [caller, dealId, computeCid, exitCode] of [
    [STRANGER, 0n, false, ExitCode.Forbidden],
    [PROVIDER, NEVER, false, ExitCode.IllegalState],
    [PROVIDER, 0n, true, ExitCode.IllegalArgument],
  ] as const) {
    const rt = published({ syscalls: { computeUnsealedSectorCid: () => null } })
    rt.caller = caller
    const state = rt.state()
    assert.throws(() => activate(rt, [sector([dealId])], computeCid), exitsWith(exitCode))
    assert.is(rt.state(), state)
  }
})

const change = (deal: number | bigint, n = Number(deal), size = MIB) => ({
  data: piece(n),
  size,
  payload: encode(uint64, BigInt(deal)),
})
const changed = (rt: MarketRuntime, sectors: readonly object[]) =>
  rt.call<boolean[][]>(marketActor, M.SectorContentChangedExported, sectors)

test('pieces that name their deals activate them, each on its own', () => {
  const rt = published()
  const added = [
    change(0),
    change(1, 0),
    change(2),
    change(2, 2, 2n * MIB),
    change(0),
    change(99),
    { ...change(1), payload: Uint8Array.of(0x61, 0x31) },
    { ...change(1), payload: new Uint8Array() },
    { ...change(1), payload: Uint8Array.of(1, 0) },
    change(3),
  ]
  const sectors = [
    { sector: 9n, minimumCommitmentEpoch: END, added },
    { sector: 10n, minimumCommitmentEpoch: END - 1, added: [change(1)] },
    { sector: 11n, minimumCommitmentEpoch: END, added: [change(3), change(5)] },
  ]
  assert.equal(changed(rt, sectors), [
    [true, false, false, true, false, false, false, false, false, true],
    [false],
    [false, true],
  ])
  const inSectors = rt.state().providerSectors.get(PROVIDER)!
  assert.equal(
    [9n, 10n, 11n].map((n) => inSectors.get(n)),
    [[0, 2, 3], [], [5]],
  )
  assert.not(rt.state().pendingDealAllocationIds.has(3))
  assert.equal(rt.happened, [
    'deal-activated 0',
    'deal-activated 2',
    'deal-activated 3',
    'deal-activated 5',
  ])
  assert.equal(rt.broken(), [])
})

test('contents of strangers activate nothing', () => {
  const rt = published()
  const sectors = [{ sector: 9n, minimumCommitmentEpoch: END, added: [change(0)] }]
  rt.caller = OTHER_PROVIDER
  assert.equal(changed(rt, sectors), [[false]])
  rt.caller = STRANGER
  const state = rt.state()
  assert.throws(() => changed(rt, sectors), exitsWith(ExitCode.Forbidden))
  assert.is(rt.state(), state)
  rt.caller = PROVIDER
  const none = [{ ...sectors[0]!, added: [change(NEVER, 0)] }]
  assert.throws(() => changed(rt, none), exitsWith(ExitCode.IllegalState))
  rt.epoch = START + 1
  assert.equal(changed(rt, sectors), [[false]])
})

test.run()
