/** Whatever happens to a miner, what must hold of its sectors, its money and its claim does hold. */
import fc from 'fast-check'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { ActorError } from '../../../actors/errors.ts'
import { currentDeadlineInfo } from '../../../actors/miner/deadlines.ts'
import { Bitfield } from '../../../primitives/bitfield.ts'
import {
  advanceTo,
  endDeadline,
  MinerRuntime,
  niCommitOf,
  placeOf,
  postOf,
  preCommitOf,
  proveCommitOf,
  proveDeadline,
} from '../../support/miner.ts'
import { seed } from '../../support/seed.ts'

/** Something that is tried; the numbers say with which sectors and where. */
interface Step {
  readonly kind: keyof typeof STEPS
  readonly a: number
  readonly b: number
}

/** Sectors that are there, or nearly: also some that are not. */
function pick(rt: MinerRuntime, a: number): bigint {
  const numbers = [...rt.state().sectors.toAmt().entries()].map(([number]) => number)
  return numbers[a % (numbers.length + 1)] ?? BigInt(a)
}
const declared = (rt: MinerRuntime, a: number, b: number) => {
  const place = placeOf(rt, pick(rt, a))
  return { ...place, sectors: Bitfield.of([pick(rt, a), ...(b % 3 === 0 ? [pick(rt, b)] : [])]) }
}

const STEPS = {
  preCommit: (rt, a, b) =>
    rt.invoke('PreCommitSectorBatch2', {
      sectors: [a, b].map((n) => preCommitOf(rt, BigInt(n))),
    }),
  prove: (rt, a) => {
    const waiting = [...rt.state().preCommittedSectors.keys()].slice(0, 1 + (a % 4))
    rt.invoke('ProveCommitSectors3', proveCommitOf(waiting))
  },
  commitNi: (rt, a, b) =>
    rt.invoke('ProveCommitSectorsNI', niCommitOf(rt, [BigInt(a), BigInt(a + 1)], b % 48)),
  wait: (rt, a) => void (rt.epoch = Math.min(rt.epoch + (a % 20), lastOf(rt))),
  endDeadline: (rt) => endDeadline(rt),
  proveAndEnd: (rt, a) => {
    for (let i = 0; i < a % 30; i++) {
      rt.epoch += 2
      proveDeadline(rt)
      endDeadline(rt)
    }
  },
  postSkipping: (rt, a) => {
    const sector = pick(rt, a)
    const { deadline, partition } = placeOf(rt, sector)
    advanceTo(rt, deadline)
    const skipped = Bitfield.of([sector])
    rt.invoke('SubmitWindowedPoSt', postOf(rt, [{ index: partition, skipped }]))
  },
  fault: (rt, a, b) => rt.invoke('DeclareFaults', { faults: [declared(rt, a, b)] }),
  recover: (rt, a, b) => rt.invoke('DeclareFaultsRecovered', { recoveries: [declared(rt, a, b)] }),
  terminate: (rt, a, b) => rt.invoke('TerminateSectors', { terminations: [declared(rt, a, b)] }),
  extend: (rt, a, b) =>
    rt.invoke('ExtendSectorExpiration2', {
      extensions: [
        {
          ...declared(rt, a, b),
          sectorsWithClaims: [],
          newExpiration: rt.epoch + (300 + (b % 900)) * 2880,
        },
      ],
    }),
  compact: (rt, a, b) =>
    rt.invoke('CompactPartitions', {
      deadline: placeOf(rt, pick(rt, a)).deadline,
      partitions: Bitfield.of([b % 2, b % 3]),
    }),
  dispute: (rt, a) => {
    rt.syscalls.verifyPost = () => false
    try {
      const { deadline } = placeOf(rt, pick(rt, a))
      rt.invoke('DisputeWindowedPoSt', { deadline, postIndex: 0n })
    } finally {
      rt.syscalls.verifyPost = () => true
    }
  },
} satisfies Record<string, (rt: MinerRuntime, a: number, b: number) => unknown>

/** What chance seldom comes to: sectors are proven until their deadline may be compacted. */
const COMPACTING: Step[] = Array.from({ length: 8 }, () => [
  { kind: 'proveAndEnd' as const, a: 11, b: 0 },
  { kind: 'compact' as const, a: 0, b: 0 },
]).flat()

const lastOf = (rt: MinerRuntime) => currentDeadlineInfo(rt.policy, rt.state(), rt.epoch).close - 1

test('a miner keeps its invariants, whatever is asked of it', () => {
  const kinds = Object.keys(STEPS) as (keyof typeof STEPS)[]
  const step = fc.record({
    kind: fc.constantFrom(...kinds),
    a: fc.nat(60),
    b: fc.nat(60),
  })
  const done = new Map<string, number>()
  fc.assert(
    fc.property(fc.array(step, { minLength: 20, maxLength: 120 }), (steps: Step[]) => {
      const rt = new MinerRuntime({ epoch: 10 })
      rt.invoke('ProveCommitSectorsNI', niCommitOf(rt, [100n, 101n, 102n, 103n], 5))
      for (const { kind, a, b } of steps) {
        try {
          STEPS[kind](rt, a, b)
          done.set(kind, (done.get(kind) ?? 0) + 1)
        } catch (error) {
          if (!(error instanceof ActorError)) throw error
        }
        assert.equal(rt.broken(), [], kind)
        assert.is(rt.pledge, rt.state().initialPledge + rt.state().lockedFunds, kind)
      }
    }),
    { seed, numRuns: 15, examples: [[COMPACTING]] },
  )
  for (const kind of kinds) assert.ok((done.get(kind) ?? 0) > 0, `${kind} never succeeded`)
})

test.run()
