/** `pithead simulate`: the report, its checks, and what it says to wrong input. */
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { main } from '../../cli/main.ts'
import { initCrypto } from '../../primitives/crypto/init.ts'
import { SCENARIOS } from '../../scenarios/library/index.ts'
import type { Report } from '../../scenarios/report.ts'

test.before(() => initCrypto())

interface Outcome {
  out: string
  err: string
  exitCode: number
}

/** Runs a command in this process. */
async function run(...argv: string[]): Promise<Outcome> {
  const { log, error } = console
  const outcome: Outcome = { out: '', err: '', exitCode: 0 }
  console.log = (line: string) => (outcome.out += `${line}\n`)
  console.error = (line: string) => (outcome.err += `${line}\n`)
  try {
    await main(argv)
  } finally {
    Object.assign(console, { log, error })
  }
  outcome.exitCode = Number(process.exitCode ?? 0)
  process.exitCode = 0
  return outcome
}

test('first light reports wins by power, and passes its checks', async () => {
  const { out, exitCode } = await run(
    'simulate',
    'first-light',
    '--days',
    '0.3',
    '--seed',
    'x',
    '--json',
  )
  assert.is(exitCode, 0, out)
  const report = JSON.parse(out) as Report
  assert.is(report.epochs, 864)
  assert.is(report.crypto, 'modelled')
  assert.is(report.providers.length, 10)
  assert.is(report.tipsets + report.nullRounds, 864)
  const [smallest, largest] = [report.providers[0]!, report.providers[9]!]
  assert.ok(largest.wins > 5 * smallest.wins)
  assert.ok(BigInt(largest.rewards) > 0n && BigInt(largest.locked) > 0n)
  assert.is(report.checks.length, 3)
  for (const { name, ok, detail } of report.checks) assert.ok(ok, `${name}: ${detail}`)
})

test('the report is a table for a person', async () => {
  const { out } = await run('simulate', 'first-light', '--days', '0.02', '--seed', 'y')
  assert.match(
    out,
    /^first-light: 0\.02 days, 58 epochs, seed y, crypto modelled, roots deferred\n/,
  )
  assert.match(out, /provider +power PiB +blocks +wins +rewards FIL +vested FIL +locked FIL/)
  assert.match(out, /yes {2}FIL is conserved at every epoch/)
})

test('wrong input is one line', async () => {
  for (const [argv, message] of [
    [['nothing'], /^pithead: scenario: no scenario "nothing"; there are: first-light\n$/],
    [
      ['first-light', '--days', '0'],
      /^pithead: --days: expected more than 0 and at most 3653, got 0\n$/,
    ],
    [['first-light', '--days', 'x'], /^pithead: --days: expected more than 0/],
    [['first-light', '--crypto', 'none'], /crypto/],
  ] as const) {
    const { err, out, exitCode } = await run('simulate', ...argv)
    assert.is(exitCode, 2)
    assert.is(out, '')
    assert.match(err, message)
  }
})

test('every scenario gives the same report for the same seed', () => {
  const options = { seed: 'library', days: 0.01, crypto: 'modelled' as const }
  for (const scenario of SCENARIOS) assert.equal(scenario.run(options), scenario.run(options))
})

test.run()
