// Goal: a miner that keeps its sectors as runs is the same miner. Method: the same random messages to two, one of each kind,
// and a network of each kind; exit codes, what they tell others, and roots are the same after every one.
import fc from 'fast-check'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { ActorError } from '../../../actors/errors.ts'
import { addInitialPledge } from '../../../actors/miner/balances.ts'
import { MinerInfo } from '../../../actors/miner/info.ts'
import { allocateSectorNumbers } from '../../../actors/miner/precommits.ts'
import { newSector } from '../../../actors/miner/sector-activation.ts'
import { assignSectorsToDeadlines } from '../../../actors/miner/sector-assignment.ts'
import { MinerState } from '../../../actors/miner/state.ts'
import { syntheticCommR } from '../../../actors/miner/synthetic-cid.ts'
import {
  addSyntheticSectors,
  type SyntheticSectors,
} from '../../../actors/miner/synthetic-sectors.ts'
import { DEVNET_2K_POLICY } from '../../../actors/policy.ts'
import type { Draft } from '../../../actors/runtime.ts'
import { Bitfield } from '../../../primitives/bitfield.ts'
import { initCrypto } from '../../../primitives/crypto/init.ts'
import { Link } from '../../../primitives/link.ts'
import { fuzz } from '../../fuzz/run.ts'
import {
  advanceTo,
  endDeadline,
  MINER,
  MINER_INFO,
  MinerRuntime,
  niCommitOf,
  placeOf,
  postOf,
  preCommitOf,
  proveCommitOf,
  proveDeadline,
  sealedCid,
} from '../../support/miner.ts'
import { seed } from '../../support/seed.ts'

test.before(() => initCrypto())

const params = { seed, numRuns: 12 }

/** A miner whose partitions hold more than two sectors, so that runs of many meet their ends. */
const minerWith = (sectorStore: 'amt' | 'runs', partitionSize: number): MinerRuntime =>
  new MinerRuntime({
    policy: { ...DEVNET_2K_POLICY, sectorStore },
    state: {
      info: Link.to(MinerInfo, { ...MINER_INFO, windowPoStPartitionSectors: partitionSize }),
    },
  })

interface Step {
  readonly kind: keyof typeof STEPS
  readonly first: number
  readonly count: number
  readonly isSynthetic: boolean
}

const numbersOf = ({ first, count }: Step): bigint[] =>
  Array.from({ length: count }, (_, i) => BigInt(first + i))

const cidOf = (number: bigint, { isSynthetic }: Step) =>
  isSynthetic ? syntheticCommR(MINER, number, 'sealed') : sealedCid(number)

/** The sectors of a step that are in the partition of the first of them. */
function declared(rt: MinerRuntime, step: Step) {
  const place = placeOf(rt, BigInt(step.first))
  const { sectors } = rt
    .state()
    .deadlines.get()
    .due[Number(place.deadline)]!.get()
    .partitions.get(place.partition)!
  return { ...place, sectors: sectors.intersect(Bitfield.of(numbersOf(step))) }
}

const STEPS = {
  preCommit: (rt, step) =>
    rt.invoke('PreCommitSectorBatch2', {
      sectors: numbersOf(step).map((n) => preCommitOf(rt, n, { sealedCid: cidOf(n, step) })),
    }),
  prove: (rt, { count }) => {
    const waiting = [...rt.state().preCommittedSectors.keys()].slice(0, count)
    rt.invoke('ProveCommitSectors3', proveCommitOf(waiting))
  },
  commitNi: (rt, step) => {
    const params = niCommitOf(rt, numbersOf(step), step.first % 48)
    const sectors = params.sectors.map((s) => ({ ...s, sealedCid: cidOf(s.sectorNumber, step) }))
    rt.invoke('ProveCommitSectorsNI', { ...params, sectors })
  },
  proveAndEnd: (rt, { count }) => {
    for (let i = 0; i < 2 * count; i++) {
      rt.epoch += 2
      proveDeadline(rt)
      endDeadline(rt)
    }
  },
  forget: (rt, { count }) => {
    for (let i = 0; i < count; i++) endDeadline(rt)
  },
  postSkipping: (rt, step) => {
    const { deadline, partition, sectors } = declared(rt, step)
    advanceTo(rt, deadline)
    rt.invoke('SubmitWindowedPoSt', postOf(rt, [{ index: partition, skipped: sectors }]))
  },
  fault: (rt, step) => rt.invoke('DeclareFaults', { faults: [declared(rt, step)] }),
  recover: (rt, step) => rt.invoke('DeclareFaultsRecovered', { recoveries: [declared(rt, step)] }),
  terminate: (rt, step) => rt.invoke('TerminateSectors', { terminations: [declared(rt, step)] }),
  extend: (rt, step) =>
    rt.invoke('ExtendSectorExpiration2', {
      extensions: [
        {
          ...declared(rt, step),
          sectorsWithClaims: [],
          newExpiration: rt.epoch + (300 + 100 * (step.count % 3)) * 2880,
        },
      ],
    }),
  compact: (rt, step) => {
    const { deadline, partition } = placeOf(rt, BigInt(step.first))
    advanceTo(rt, (deadline + 35n) % 48n) // no proof of it can be disputed any more
    rt.invoke('CompactPartitions', { deadline, partitions: Bitfield.of([partition]) })
  },
} satisfies Record<string, (rt: MinerRuntime, step: Step) => unknown>

const kinds = Object.keys(STEPS) as (keyof typeof STEPS)[]
const step = fc.record({
  kind: fc.constantFrom(...kinds),
  first: fc.nat(40),
  count: fc.integer({ min: 1, max: 12 }),
  isSynthetic: fc.boolean(),
})

/** What a step comes to: success, or the exit code and why. */
function outcome(rt: MinerRuntime, step: Step): string {
  try {
    STEPS[step.kind](rt, step)
    return 'done'
  } catch (error) {
    if (!(error instanceof ActorError)) throw error
    return `${error.exitCode} ${error.message}`
  }
}

const rootOf = (rt: MinerRuntime): string => Link.to(MinerState, rt.state()).cid().hex

const PASSING: Step = { kind: 'proveAndEnd', first: 0, count: 12, isSynthetic: false }

/** Compaction needs a partition without faults whose proofs are past dispute, which some seeds never come to. */
const COMPACTING: Step[] = [
  { kind: 'commitNi', first: 10, count: 8, isSynthetic: false },
  ...Array.from({ length: 4 }, (): Step => PASSING),
  { kind: 'terminate', first: 11, count: 2, isSynthetic: false },
  ...Array.from({ length: 2 }, (): Step => PASSING),
  { kind: 'compact', first: 10, count: 1, isSynthetic: false },
]

test('the same messages lead to the same outcomes, claims, pledge and root', () => {
  const done = new Map<string, number>()
  const steps = fc.array(step, { minLength: 30, maxLength: 100 })
  fc.assert(
    fc.property(steps, fc.constantFrom(2, 5, 40), (all, partitionSize) => {
      const amt = minerWith('amt', partitionSize)
      const runs = minerWith('runs', partitionSize)
      for (const one of all) {
        const [expected, got] = [outcome(amt, one), outcome(runs, one)]
        assert.is(got, expected, one.kind)
        if (got === 'done') done.set(one.kind, (done.get(one.kind) ?? 0) + 1)
        assert.equal([runs.epoch, runs.claimed], [amt.epoch, amt.claimed])
        assert.is(runs.pledge, amt.pledge)
        assert.is(rootOf(runs), rootOf(amt), one.kind)
      }
    }),
    { ...params, examples: [[COMPACTING, 5]] },
  )
  for (const kind of kinds) assert.ok((done.get(kind) ?? 0) > 0, `${kind} never succeeded`)
})

test('synthetic sectors are what sectors proven one by one would be', () => {
  const batch = fc.record({
    skip: fc.nat(3),
    count: fc.integer({ min: 1, max: 60 }),
    expiration: fc.constantFrom(600_000, 600_010, 900_000),
    initialPledge: fc.bigInt({ min: 0n, max: 5n }),
    later: fc.nat(200),
  })
  fc.assert(
    fc.property(fc.array(batch, { maxLength: 12 }), fc.constantFrom(2, 7), (batches, size) => {
      const [one, all] = [minerWith('amt', size), minerWith('runs', size)]
      let first = 0n
      for (const { skip, count, expiration, initialPledge, later } of batches) {
        for (const rt of [one, all]) rt.epoch += later
        first += BigInt(skip)
        const sectors = { first, count, expiration, initialPledge, sealProof: 5, dailyFee: 7n }
        all.transaction((state) =>
          addSyntheticSectors(all.policy, MINER, state, all.epoch, sectors),
        )
        one.transaction((state) => addOneByOne(one, state, sectors))
        assert.is(rootOf(all), rootOf(one))
        first += BigInt(count)
      }
    }),
    { ...params, numRuns: 60 },
  )
})

function addOneByOne(rt: MinerRuntime, state: Draft<MinerState>, sectors: SyntheticSectors): void {
  const { first, count, ...terms } = sectors
  const infos = Array.from({ length: count }, (_, i) => {
    const sectorNumber = first + BigInt(i)
    const sealedCid = syntheticCommR(MINER, sectorNumber, 'sealed')
    const none = { dealWeight: 0n, verifiedDealWeight: 0n }
    return newSector({ sectorNumber, sealedCid, activation: rt.epoch, ...none, ...terms })
  })
  for (const { sectorNumber } of infos)
    allocateSectorNumbers(state, Bitfield.of([sectorNumber]), 'deny')
  state.sectors = state.sectors.store(infos)
  assignSectorsToDeadlines(rt, state, infos)
  addInitialPledge(state, terms.initialPledge * BigInt(count))
}

test('a network whose miners keep runs has the roots of one whose miners do not', () => {
  for (const network of ['2k-short', 'mainnet-short']) {
    const options = { seed: `runs ${params.seed}`, epochs: 1200 }
    const { roots } = fuzz({ ...options, network })
    assert.ok(roots.length > 10)
    assert.equal(fuzz({ ...options, network: `${network}-runs` }).roots, roots)
  }
})

test.run()
