/**
 * The collection of sectors that keeps runs. It gives the same sectors, and the same root, as the one that keeps each sector
 * by itself; only a root, or something that asks for every sector, makes them all.
 */
import { Amt } from '../../primitives/amt.ts'
import type { Bitfield } from '../../primitives/bitfield.ts'
import { type Bound, minus, toBound } from '../../primitives/bitfield-runs.ts'
import { ActorError, ExitCode } from '../runtime.ts'
import { RunList } from './run-list.ts'
import { endOf, expandRuns, runsOf, sectorAt, type SectorRun, sumRuns } from './sector-run.ts'
import {
  checkAsked,
  checkStored,
  SECTORS_AMT_BIT_WIDTH,
  SectorOnChainInfo,
  type SectorStore,
} from './sectors.ts'

/** Sectors as runs. */
export function sectorsInRuns(runs: RunList): SectorStore {
  let amt: Amt<SectorOnChainInfo> | undefined
  return {
    get count() {
      return runs.count
    },
    get(number) {
      checkAsked(number)
      const at = toBound(number)
      const run = runs.at(at)
      return run && sectorAt(run, Number(minus(at, run.first)))
    },
    load: (numbers) => expandRuns(foundRuns(runs, numbers)),
    runs: (numbers) => foundRuns(runs, numbers),
    powerOf: (size, numbers) => sumRuns(size, foundRuns(runs, numbers)).power,
    store(infos) {
      checkStored(infos)
      return sectorsInRuns(runsOf(inOrder(infos)).reduce(put, runs))
    },
    storeRun(run) {
      checkStored([sectorAt(run, run.count - 1)])
      return sectorsInRuns(put(runs, run))
    },
    delete(numbers) {
      foundRuns(runs, numbers)
      let next = runs
      for (const [start, end] of boundsOf(numbers)) next = next.replace(start, end, [])
      return sectorsInRuns(next)
    },
    toAmt() {
      const infos = () => expandRuns(runs).map((info) => [info.sectorNumber, info] as const)
      return (amt ??= Amt.from(SectorOnChainInfo, SECTORS_AMT_BIT_WIDTH, infos()))
    },
  }
}

export const NO_SECTORS_IN_RUNS: SectorStore = sectorsInRuns(RunList.empty)

const put = (runs: RunList, run: SectorRun): RunList => runs.replace(run.first, endOf(run), [run])

function* boundsOf(numbers: Bitfield): Generator<[start: Bound, end: Bound]> {
  for (const [start, end] of numbers.ranges()) yield [toBound(start), toBound(end)]
}

/** Parts of the runs that hold the numbers. @throws ActorError `NotFound` naming the first that is not there. */
function foundRuns(runs: RunList, numbers: Bitfield): SectorRun[] {
  const found: SectorRun[] = []
  for (const [start, end] of boundsOf(numbers)) {
    let next = start
    for (const part of runs.within(start, end)) {
      if (part.first !== next) break
      found.push(part)
      next = endOf(part)
    }
    if (next !== end) throw new ActorError(ExitCode.NotFound, `sector not found: ${next}`)
  }
  return found
}

/** Ascending; of several with the same number the last one counts. */
function inOrder(infos: readonly SectorOnChainInfo[]): readonly SectorOnChainInfo[] {
  const isAscending = infos.every(
    ({ sectorNumber }, i) => i === 0 || infos[i - 1]!.sectorNumber < sectorNumber,
  )
  if (isAscending) return infos
  const byNumber = new Map(infos.map((info) => [info.sectorNumber, info]))
  return [...byNumber.values()].sort((a, b) => (a.sectorNumber < b.sectorNumber ? -1 : 1))
}
