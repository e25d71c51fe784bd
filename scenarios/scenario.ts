/** A scenario: a question, a network to ask it of, and what is expected. A run is a function of its options. */
import type { CryptoKind } from '../engine/consensus/crypto.ts'
import type { Report } from './report.ts'

export interface ScenarioOptions {
  readonly seed: string
  readonly days: number
  readonly crypto: CryptoKind
}

export interface Scenario {
  readonly name: string
  /** What it is there to answer. */
  readonly question: string
  /** Runs it to its end: the same options give the same report. */
  run(options: ScenarioOptions): Report
}
