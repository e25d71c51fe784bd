// Goal: sectors kept as runs are the same sectors as those kept one by one. Method: the same random changes to both, and the
// same questions after each; then the root.
import fc from 'fast-check'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { ActorError } from '../../../actors/errors.ts'
import { RunList } from '../../../actors/miner/run-list.ts'
import {
  endOf,
  expandRuns,
  runsOf,
  type SectorRun,
  sumRuns,
} from '../../../actors/miner/sector-run.ts'
import { sumSectors } from '../../../actors/miner/sector-power.ts'
import { NO_SECTORS_IN_RUNS, sectorsInRuns } from '../../../actors/miner/sectors-in-runs.ts'
import { NO_SECTORS, type SectorStore } from '../../../actors/miner/sectors.ts'
import { Bitfield } from '../../../primitives/bitfield.ts'
import { initCrypto } from '../../../primitives/crypto/init.ts'
import {
  kind,
  type Kind,
  OTHER_TERMS,
  sectorNumber,
  sectorOf,
  sectorRange,
} from '../../support/sectors.ts'
import { seed } from '../../support/seed.ts'

test.before(() => initCrypto())

const params = { seed, numRuns: 400 }

type Change =
  | { readonly store: readonly (readonly [bigint, Kind])[] }
  | { readonly storeRange: readonly [bigint, bigint]; readonly of: Kind }
  | { readonly storeRun: readonly [bigint, bigint]; readonly of: Kind }
  | { readonly update: readonly [bigint, bigint]; readonly terms: number }
  | { readonly delete: readonly [bigint, bigint] }

const range = sectorRange(30)
const change: fc.Arbitrary<Change> = fc.oneof(
  fc.record({ store: fc.array(fc.tuple(sectorNumber, kind), { maxLength: 12 }) }),
  fc.record({ storeRange: range, of: kind }),
  fc.record({ storeRun: range, of: kind }),
  fc.record({ update: range, terms: fc.nat({ max: 3 }) }),
  fc.record({ delete: range }),
)

const numbersIn = ([start, end]: readonly [bigint, bigint]): bigint[] =>
  Array.from({ length: Number(end - start) }, (_, i) => start + BigInt(i))

/** Those of the numbers that are there. */
const present = (store: SectorStore, bounds: readonly [bigint, bigint]): Bitfield =>
  Bitfield.of(numbersIn(bounds).filter((number) => store.get(number) !== undefined))

function apply(store: SectorStore, what: Change): SectorStore {
  if ('store' in what) return store.store(what.store.map(([n, k]) => sectorOf(n, k)))
  if ('storeRange' in what)
    return store.store(numbersIn(what.storeRange).map((n) => sectorOf(n, what.of)))
  if ('storeRun' in what) {
    const synthetic = { ...what.of, origin: 1 + (what.of.origin & 1) }
    const [run, ...rest] = runsOf(numbersIn(what.storeRun).map((n) => sectorOf(n, synthetic)))
    assert.is(rest.length, 0)
    return store.storeRun(run!)
  }
  if ('delete' in what) return store.delete(present(store, what.delete))
  const infos = store.load(present(store, what.update))
  const { activation, powerBaseEpoch } = sectorOf(0n, { terms: 0, origin: 0, isUpdated: false })
  return store.store(
    infos.map((info) => ({ ...info, activation, powerBaseEpoch: powerBaseEpoch + what.terms })),
  )
}

/** What it gives, or the error it ends with. */
function outcome(ask: () => unknown): unknown {
  try {
    return ask()
  } catch (error) {
    if (!(error instanceof ActorError)) throw error
    return `${error.exitCode} ${error.message}`
  }
}

const SIZE = 32n << 30n

function compareStores(amt: SectorStore, runs: SectorStore, asked: readonly [bigint, bigint]) {
  assert.is(runs.count, amt.count)
  const numbers = Bitfield.fromRanges([asked])
  for (const set of [numbers, present(amt, asked), numbers.union(Bitfield.of([0n, 3n, 5n]))]) {
    assert.equal(
      outcome(() => runs.load(set)),
      outcome(() => amt.load(set)),
    )
    assert.equal(
      outcome(() => expandRuns(runs.runs(set))),
      outcome(() => amt.load(set)),
    )
  }
  const there = present(amt, asked)
  const { numbers: all, ...sums } = sumSectors(SIZE, amt.load(there))
  for (const store of [amt, runs]) {
    assert.equal(sumRuns(SIZE, store.runs(there)), { count: all.length, ...sums })
    assert.equal(store.powerOf(SIZE, there), sums.power)
  }
}

test('the same changes lead to the same sectors, sums and root', () => {
  fc.assert(
    fc.property(fc.array(change, { maxLength: 12 }), range, (changes, asked) => {
      let [amt, runs] = [NO_SECTORS, NO_SECTORS_IN_RUNS]
      for (const what of changes) {
        amt = apply(amt, what)
        runs = apply(runs, what)
        compareStores(amt, runs, asked)
      }
      assert.equal([...runs.toAmt().entries()], [...amt.toAmt().entries()])
      assert.is(runs.toAmt().cid().hex, amt.toAmt().cid().hex)
    }),
    params,
  )
})

test('both refuse the same numbers', () => {
  const plain: Kind = { terms: 0, origin: 1, isUpdated: false }
  const few = [1n, 2n, 5n].map((n) => sectorOf(n, plain))
  const run = (first: bigint) => runsOf([sectorOf(first, plain), sectorOf(first + 1n, plain)])[0]!
  const questions: ((store: SectorStore) => unknown)[] = [
    (store) => store.get((1n << 64n) - 1n),
    (store) => store.get(1n << 63n),
    (store) => store.store([sectorOf(1n << 63n, plain)]),
    (store) => store.storeRun(run((1n << 63n) - 1n)).count,
    (store) => store.storeRun(run((1n << 63n) - 2n)).count,
    (store) => store.load(Bitfield.of([1, 2, 3, 4])),
    (store) => store.runs(Bitfield.of([5, 7])),
    (store) => store.delete(Bitfield.of([0, 1])),
    (store) => store.delete(Bitfield.empty).count,
  ]
  for (const ask of questions)
    assert.equal(
      outcome(() => ask(NO_SECTORS_IN_RUNS.store(few))),
      outcome(() => ask(NO_SECTORS.store(few))),
    )
})

test('a sector that differs in any one term is a run of its own', () => {
  for (const terms of OTHER_TERMS.keys()) {
    const infos = [0, terms].map((t, i) =>
      sectorOf(BigInt(i), { terms: t, origin: 1, isUpdated: false }),
    )
    for (const [k, runs] of [
      runsOf(infos),
      [...RunList.empty.replace(0, 1, runsOf([infos[0]!])).replace(1, 2, runsOf([infos[1]!]))],
    ].entries()) {
      assert.is(runs.length, terms === 0 ? 1 : 2, `${k} ${Object.keys(OTHER_TERMS[terms]!)[0]}`)
      assert.equal(expandRuns(runs), infos)
    }
  }
})

test('a list of runs is what a list of sectors would be, in as few runs as there can be', () => {
  const run = fc.tuple(range, kind).map(([bounds, of]): SectorRun[] => {
    return runsOf(numbersIn(bounds).map((n) => sectorOf(n, { ...of, terms: of.terms & 1 })))
  })
  fc.assert(
    fc.property(fc.array(run, { maxLength: 150 }), (added) => {
      let list = RunList.empty
      for (const runs of added)
        for (const one of runs) list = list.replace(one.first, endOf(one), [one])
      const all = [...list]
      assert.is(
        list.count,
        all.reduce((sum, { count }) => sum + count, 0),
      )
      assert.is(list.runCount, all.length)
      for (const one of all) assert.is(list.at(one.first), one)
      const again = runsOf(expandRuns(all))
      const synthetic = (runs: SectorRun[]) => runs.filter(({ cids }) => typeof cids === 'number')
      assert.equal(synthetic(all), synthetic(again))
    }),
    params,
  )
})

test('neighbours become one also where a list of many runs is split', () => {
  const plain: Kind = { terms: 0, origin: 1, isUpdated: false }
  const single = (n: number, terms = 0) => runsOf([sectorOf(BigInt(n), { ...plain, terms })])[0]!
  const odd = Array.from({ length: 500 }, (_, i) => 2 * i + 1)
  for (const changed of [odd, [...odd].reverse()]) {
    let list = RunList.empty
    for (let n = 0; n < 1000; n++) list = list.replace(n, n + 1, [single(n, n & 1)])
    assert.is(list.runCount, 1000)
    for (const n of changed) {
      const before = list.runCount
      list = list.replace(n, n + 1, [single(n)])
      assert.is(list.runCount, n < 999 ? before - 2 : before - 1)
    }
    assert.is(list.count, 1000)
  }
})

test('a million alike are one run, and cost as much as one', () => {
  const terms: Kind = { terms: 0, origin: 1, isUpdated: false }
  const [one] = runsOf([sectorOf(5n, terms)])
  const store = sectorsInRuns(RunList.empty.replace(5, 1_000_005, [{ ...one!, count: 1_000_000 }]))
  assert.is(store.count, 1_000_000)
  assert.equal(store.get(700_000n), sectorOf(700_000n, terms))
  const part = Bitfield.fromRanges([[10, 900_010]])
  assert.is(store.runs(part).length, 1)
  assert.is(sumRuns(SIZE, store.runs(part)).power.raw, 900_000n * SIZE)
  assert.is(store.delete(part).count, 100_000)
  const more = { ...one!, first: 1_000_005, count: 500_000_000 }
  assert.is(store.storeRun(more).runs(Bitfield.fromRanges([[5, 500_000_000]])).length, 1)
})

test.run()
