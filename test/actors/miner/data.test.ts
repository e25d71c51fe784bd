/** Data in sectors: claims, commitments, replica updates, and the word to those who wait for it. */
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { BatchReturn } from '../../../actors/batch-return.ts'
import { ExitCode, ErrorNumber } from '../../../actors/exit-codes.ts'
import {
  ClaimAllocationsParams,
  ClaimAllocationsReturn,
  SECTOR_CONTENT_CHANGED,
  SectorContentChangedParams,
  SectorContentChangedReturn,
} from '../../../actors/miner/ext.ts'
import { MinerExitCode } from '../../../actors/miner/params.ts'
import { Payload } from '../../../actors/payload.ts'
import { VERIFREG_ACTOR } from '../../../actors/singletons.ts'
import { idAddress } from '../../../primitives/address.ts'
import { Bitfield } from '../../../primitives/bitfield.ts'
import { unsealedCid, commitmentCid } from '../../../primitives/data-commitment.ts'
import { exitsWith, type FakeReply, type Sent } from '../../support/fake-runtime.ts'
import {
  ALL_HOLDS,
  advanceTo,
  MinerRuntime,
  niCommitOf,
  placeOf,
  postOf,
  preCommitOf,
  proveCommitOf,
  sealedCid,
} from '../../support/miner.ts'

const { IllegalArgument, NotFound } = ExitCode
const CLIENT = 200
const [APP1, APP2] = [300, 301]
const commP = commitmentCid(new Uint8Array(32).fill(1))
const piece = (change: object = {}) => ({
  cid: commP,
  size: 1024n,
  verifiedAllocationKey: null,
  notify: [],
  ...change,
})
const syscalls = {
  ...ALL_HOLDS,
  computeUnsealedSectorCid: (_: number, pieces: readonly { size: bigint; cid: typeof commP }[]) =>
    unsealedCid(2048n, pieces),
}
const claimsAll = ({ params }: Sent): FakeReply => {
  const { sectors } = params!.as(ClaimAllocationsParams)
  const space = sectors.map(({ claims }) => claims.reduce((sum, { size }) => sum + size, 0n))
  return {
    ret: Payload.of(ClaimAllocationsReturn, {
      sectorResults: { successCount: sectors.length, failCodes: [] },
      sectorClaims: space,
    }),
  }
}
const accepts = ({ params }: Sent): FakeReply => ({
  ret: Payload.of(
    SectorContentChangedReturn,
    params!.as(SectorContentChangedParams).map(({ added }) => added.map(() => true)),
  ),
})
const answer = (sent: Sent): FakeReply => {
  if (sent.to === VERIFREG_ACTOR) return claimsAll(sent)
  return (sent.method === SECTOR_CONTENT_CHANGED ? accepts(sent) : undefined) as FakeReply
}
const postAll = (rt: MinerRuntime) => postOf(rt, [{ index: 0n, skipped: Bitfield.empty }])
const verified = { client: BigInt(CLIENT), id: 7n }

/** A miner with a pre-committed sector that is to hold these pieces. */
function promised(pieces: readonly ReturnType<typeof piece>[], options: object = {}): MinerRuntime {
  const rt = new MinerRuntime({ syscalls, answer, ...options })
  const commD = pieces.length ? unsealedCid(2048n, pieces) : null
  rt.invoke('PreCommitSectorBatch2', { sectors: [preCommitOf(rt, 1n, { unsealedCid: commD })] })
  rt.epoch += 11
  return rt
}
const prove = (rt: MinerRuntime, pieces: readonly object[], change: object = {}) =>
  rt.invoke<BatchReturn>('ProveCommitSectors3', {
    ...proveCommitOf([1n], change),
    sectorActivations: [{ sectorNumber: 1n, pieces }],
  })

test('verified data weighs ten times, by the space that was claimed', () => {
  const pieces = [piece({ verifiedAllocationKey: verified }), piece()]
  const rt = promised(pieces)
  prove(rt, pieces)
  const sector = rt.state().sectors.get(1n)!
  const duration = BigInt(sector.expiration - rt.epoch)
  assert.is(sector.verifiedDealWeight, 1024n * duration)
  assert.is(sector.dealWeight, 1024n * duration)
  advanceTo(rt, placeOf(rt, 1n).deadline)
  rt.invoke('SubmitWindowedPoSt', postAll(rt))
  assert.equal(rt.claimed, { raw: 2048n, qa: 1024n + 10240n })
  assert.equal(rt.broken(), [])
})

test('pieces must make up the CommD that was promised', () => {
  const rt = promised([piece()])
  assert.throws(() => prove(rt, []), exitsWith(IllegalArgument))
  assert.throws(() => prove(rt, [piece(), piece()]), exitsWith(IllegalArgument))
  prove(rt, [piece()])
  const empty = promised([])
  assert.throws(() => prove(empty, [piece()]), exitsWith(IllegalArgument))
})

test('claims that fail take their sector with them', () => {
  const pieces = [piece({ verifiedAllocationKey: verified })]
  const none = {
    ret: Payload.of(ClaimAllocationsReturn, {
      sectorResults: { successCount: 0, failCodes: [{ idx: 0, code: 17 }] },
      sectorClaims: [],
    }),
  }
  const rt = promised(pieces, {
    answer: ({ to }: Sent) => (to === VERIFREG_ACTOR ? none : undefined),
  })
  assert.throws(
    () => prove(rt, pieces, { requireActivationSuccess: false }),
    exitsWith(IllegalArgument),
  )
})

test('each consumer is told once, in order of address, about all its pieces', () => {
  const notify = (who: number, payload: number) => ({
    address: idAddress(who),
    payload: Uint8Array.of(payload),
  })
  const pieces = [
    piece({ notify: [notify(APP2, 1), notify(APP1, 2)] }),
    piece({ notify: [notify(APP2, 3)] }),
  ]
  const rt = promised(pieces)
  prove(rt, pieces)
  const told = rt.sent.filter(({ method }) => method === SECTOR_CONTENT_CHANGED)
  assert.equal(
    told.map(({ to, params }) => [
      String(to),
      params!
        .as(SectorContentChangedParams)
        .map(({ sector, added }) => [sector, added.map(({ payload }) => [...payload])]),
    ]),
    [
      [`f0${APP1}`, [[1n, [[2]]]]],
      [`f0${APP2}`, [[1n, [[1], [3]]]]],
    ],
  )
})

test('what consumers say counts only when it has to', () => {
  const pieces = [piece({ notify: [{ address: idAddress(APP1), payload: new Uint8Array() }] })]
  const replies: [FakeReply, number][] = [
    [{ error: ErrorNumber.NotFound }, MinerExitCode.NotificationSendFailed],
    [{ exitCode: 16 }, MinerExitCode.NotificationReceiverAborted],
    [{ ret: null }, MinerExitCode.NotificationResponseInvalid],
    [{ ret: Payload.raw(Uint8Array.of(1)) }, MinerExitCode.NotificationResponseInvalid],
    [
      { ret: Payload.of(SectorContentChangedReturn, []) },
      MinerExitCode.NotificationResponseInvalid,
    ],
    [
      { ret: Payload.of(SectorContentChangedReturn, [[]]) },
      MinerExitCode.NotificationResponseInvalid,
    ],
    [
      { ret: Payload.of(SectorContentChangedReturn, [[false]]) },
      MinerExitCode.NotificationRejected,
    ],
  ]
  for (const [reply, code] of replies) {
    const consumer = ({ method }: Sent) =>
      method === SECTOR_CONTENT_CHANGED ? reply : (undefined as never)
    const strict = promised(pieces, { answer: consumer })
    assert.throws(
      () => prove(strict, pieces, { requireNotificationSuccess: true }),
      exitsWith(code),
    )
    const lenient = promised(pieces, { answer: consumer })
    assert.is(prove(lenient, pieces).successCount, 1)
  }
})

/** A miner with two proven empty sectors, whose deadline is far. */
function withEmptySector(options: object = {}): MinerRuntime {
  const rt = new MinerRuntime({ syscalls: { ...syscalls }, answer, ...options })
  rt.invoke('ProveCommitSectorsNI', niCommitOf(rt, [1n, 2n], 20))
  advanceTo(rt, 30n)
  return rt
}
const updateOf = (pieces: readonly object[], change: object = {}, more: object = {}) => ({
  sectorUpdates: [
    { sector: 1n, deadline: 20n, partition: 0n, newSealedCid: sealedCid(99), pieces, ...change },
  ],
  sectorProofs: [new Uint8Array(100)],
  aggregateProof: new Uint8Array(),
  updateProofsType: 0,
  aggregateProofType: null,
  requireActivationSuccess: true,
  requireNotificationSuccess: false,
  ...more,
})

test('a replica update brings data into a sector, and its power at once', () => {
  const rt = withEmptySector()
  const before = rt.state().sectors.get(1n)!
  const pieces = [piece({ size: 2048n, verifiedAllocationKey: verified })]
  assert.equal(rt.invoke('ProveReplicaUpdates3', updateOf(pieces)), {
    successCount: 1,
    failCodes: [],
  })
  const after = rt.state().sectors.get(1n)!
  assert.equal(rt.claimed, { raw: 4096n, qa: 2048n + 20480n })
  assert.ok(after.sectorKeyCid?.equals(before.sealedCid))
  assert.is(after.powerBaseEpoch, rt.epoch)
  assert.ok(after.initialPledge > before.initialPledge)
  assert.is(after.dailyFee, (before.dailyFee * 20480n) / 2048n)
  assert.is(rt.pledge, rt.state().initialPledge)
  assert.equal(rt.broken(), [])
  assert.throws(
    () => rt.invoke('ProveReplicaUpdates3', updateOf(pieces)),
    exitsWith(IllegalArgument),
    'it has data now',
  )
})

test('replica updates that are refused', () => {
  const rt = withEmptySector()
  const update =
    (change: object, more: object = {}) =>
    () =>
      rt.invoke('ProveReplicaUpdates3', updateOf([piece()], change, more))
  assert.throws(update({ sector: 9n }), exitsWith(NotFound))
  assert.throws(update({ partition: 1n }), exitsWith(NotFound))
  for (const [change, more] of [
    [{ deadline: 48n }, {}],
    [{ newSealedCid: commP }, {}],
    [{}, { updateProofsType: 1 }],
    [{}, { sectorProofs: [new Uint8Array(4097)] }],
    [{}, { sectorProofs: [] }],
    [{}, { aggregateProof: new Uint8Array(1) }],
    [{}, { aggregateProofType: 1 }],
    [{}, { sectorProofs: [], aggregateProof: new Uint8Array(1), aggregateProofType: 1 }],
    [{}, { sectorProofs: [new Uint8Array(1), new Uint8Array(1)] }],
  ] as const)
    assert.throws(
      update(change, more),
      exitsWith(IllegalArgument),
      `${Object.keys(change)} ${Object.keys(more)}`,
    )
  rt.syscalls.verifyReplicaUpdate = () => false
  assert.throws(update({}), exitsWith(IllegalArgument))
  rt.syscalls.verifyReplicaUpdate = () => true
  advanceTo(rt, 19n)
  assert.throws(update({}), exitsWith(IllegalArgument), 'its window is next')
  assert.equal(rt.broken(), [])
})

test('some replica updates may fail by themselves', () => {
  const rt = withEmptySector()
  const [first] = updateOf([piece()]).sectorUpdates
  const proofs = [0, 1, 2].map(() => new Uint8Array(10))
  const params = updateOf(
    [],
    {},
    {
      sectorUpdates: [first, { ...first, sector: 2n, deadline: 47n }, { ...first, sector: 2n }],
      sectorProofs: proofs,
      requireActivationSuccess: false,
    },
  )
  assert.equal(rt.invoke('ProveReplicaUpdates3', params), {
    successCount: 1,
    failCodes: [
      { idx: 1, code: IllegalArgument },
      { idx: 2, code: IllegalArgument }, // named twice
    ],
  })
  assert.equal(rt.broken(), [])
})

test.run()
