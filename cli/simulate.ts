/** `pithead simulate`: runs a scenario twice, compares, and reports. */
import type { CommandModule } from 'yargs'
import { scenario } from '../scenarios/library/index.ts'
import { type Check, formatReport, type Report, reportToJson } from '../scenarios/report.ts'
import { runAll } from '../scenarios/run-pool.ts'
import { UsageError } from './usage-error.ts'

interface Options {
  scenario: string
  seed: string
  days: number
  crypto: string
  json: boolean
}

export const simulate: CommandModule<object, Options> = {
  command: 'simulate <scenario>',
  describe: 'Run a scenario and report how the network fared',
  builder: (yargs) =>
    yargs
      .positional('scenario', {
        type: 'string',
        demandOption: true,
        describe: 'such as first-light',
      })
      .option('seed', {
        type: 'string',
        default: 'pithead',
        describe: 'the same seed gives the same run',
      })
      .option('days', {
        type: 'number',
        default: 30,
        describe: 'how long, in days of 2,880 epochs',
      })
      .option('crypto', {
        choices: ['modelled', 'real'],
        default: 'modelled',
        describe: 'win blocks with hashes of the same distribution, or with real BLS',
      })
      .option('json', { type: 'boolean', default: false, describe: 'print the report as JSON' })
      .example('$0 simulate first-light --days 30 --seed x', 'ten providers mine for a month'),
  handler: async ({ scenario: name, seed, days, crypto, json }) => {
    if (!(days > 0 && days <= MAX_DAYS))
      throw new UsageError(`--days: expected more than 0 and at most ${MAX_DAYS}, got ${days}`)
    scenario(name)
    const options = {
      seed,
      days,
      crypto: crypto === 'real' ? ('real' as const) : ('modelled' as const),
    }
    const [first, second] = await runAll(
      [
        { name, options },
        { name, options },
      ],
      2,
    )
    const report = { ...first!, checks: [...first!.checks, sameTwice(first!, second!)] }
    console.log(json ? reportToJson(report) : formatReport(report))
    if (report.checks.some(({ ok }) => !ok)) process.exitCode = 1
  },
}

/** Ten years. */
const MAX_DAYS = 3653

function sameTwice(first: Report, second: Report): Check {
  const [a, b] = [first.head.join(), second.head.join()]
  return {
    name: 'the same seed gives the same head twice',
    ok: a === b,
    detail: a === b ? 'two runs on two threads' : `${a} and ${b}`,
  }
}
