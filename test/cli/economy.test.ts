// Goal: files are replayed as they are published, and every fault in them is one line that says where. Method: the files
// of test/fixtures/economy, whole, cut, appended and spoilt.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { replayFiles } from '../../cli/economy.ts'
import { InvalidInput } from '../../primitives/invalid-input.ts'
import { UsageError } from '../../cli/usage-error.ts'

const fixture = (name: string) =>
  fileURLToPath(new URL(`../fixtures/economy/${name}`, import.meta.url))
const POWER = fixture('power.csv')
const STATE = fixture('state.csv')
const [powerHeader, ...powerRows] = readFileSync(POWER, 'utf8').trim().split('\n')
const [stateHeader, ...stateRows] = readFileSync(STATE, 'utf8').trim().split('\n')
const EXPECTED = [
  'state  9 of 9 later rows met exactly',
  '2020  mean |error| 0.00 %  (60 days)',
  '2021  mean |error| 0.00 %  (30 days)',
  'ok',
]

const folder = mkdtempSync(join(tmpdir(), 'economy-'))
test.after(() => rmSync(folder, { recursive: true }))

/** Writes lines under `name`. */
function file(name: string, ...lines: (string | undefined)[]): string {
  const path = join(folder, name)
  writeFileSync(path, lines.join('\n'))
  return path
}

test('meets rewards and states that were computed elsewhere', () => {
  assert.equal(replayFiles([POWER], [STATE]), { lines: EXPECTED, ok: true })
})

test('takes several files in any order', () => {
  const early = file('early.csv', powerHeader, ...powerRows.slice(0, 40))
  const late = file('late.csv', powerHeader, ...powerRows.slice(40), '')
  const first = file('first.csv', stateHeader, ...stateRows.slice(0, 3))
  const rest = file('rest.csv', stateHeader, ...stateRows.slice(3))
  assert.equal(replayFiles([late, early], [rest, first]).lines, EXPECTED)
})

test('takes files appended to one another, with their headers, in another order of columns', () => {
  const turned = (row: string) => row.split(',').reverse().join(',')
  const rows = [powerHeader, ...powerRows.slice(0, 40), '', turned(powerHeader!)]
  const appended = file('appended.csv', ...rows, ...powerRows.slice(40).map(turned))
  assert.equal(replayFiles([appended], [STATE]).lines, EXPECTED)
})

test('takes Windows line ends, a byte order mark and quotes', () => {
  const quoted = [powerHeader, ...powerRows].map((row) => `"${row!.split(',').join('","')}"`)
  const windows = file('windows.csv', `\uFEFF${quoted.join('\r\n')}\r\n`)
  assert.equal(replayFiles([windows], [STATE]).lines, EXPECTED)
})

test('takes a last row that is less than a day after the one before', () => {
  const [date, epoch, ...rest] = powerRows.at(-1)!.split(',')
  const last = [date, Number(epoch) - 1000, ...rest].join(',')
  const cut = file('cut.csv', powerHeader, ...powerRows.slice(0, -1), last)
  const { lines } = replayFiles([cut], [STATE])
  assert.match(lines[1]!, /2020 .* \(60 days\)/)
  assert.match(lines[2]!, /2021 .* \(30 days\)/)
})

test('says so when it cannot start with the first state', () => {
  const late = file('power-late.csv', powerHeader, ...powerRows.slice(5))
  const { lines } = replayFiles([late], [STATE])
  assert.is(lines[0], 'start  state.csv, line 3, the first within the power rows')
})

test('fails a year after 2020 that is off by more than half a per cent', () => {
  const off = (factor: number) =>
    powerRows.map((row) => {
      const cells = row.split(',')
      return [...cells.slice(0, 4), (Number(cells[4]) * factor).toFixed(6)].join(',')
    })
  const near = replayFiles([file('near.csv', powerHeader, ...off(1 / 1.0049))], [STATE])
  assert.is(near.lines.at(-1), 'ok')
  const far = replayFiles([file('far.csv', powerHeader, ...off(1 / 1.0061))], [STATE])
  assert.equal(far.lines.slice(1), [
    '2020  mean |error| 0.61 %  (60 days)',
    '2021  mean |error| 0.61 %  (30 days)',
    'failed: year 2021 0.61 % > 0.5 %',
  ])
  assert.not.ok(far.ok)
})

test('counts the states that other power would not lead to', () => {
  const spoilt = stateRows.map((row, i) =>
    i === 4 ? row.replace(/^([^,]*,[^,]*,\d+)\d,/, '$19,') : row,
  )
  assert.not.equal(spoilt, stateRows)
  const { lines } = replayFiles([POWER], [file('spoilt.csv', stateHeader, ...spoilt)])
  assert.is(lines[0], 'state  8 of 9 later rows met exactly; not spoilt.csv, line 6')
})

const edit = (rows: readonly string[], line: number, change: (row: string) => string | string[]) =>
  rows.flatMap((row, i) => (i + 2 === line ? change(row) : row))
const withCell = (at: number, text: string) => (row: string) =>
  row
    .split(',')
    .map((cell, i) => (i === at ? text : cell))
    .join(',')

const faults: [what: string, message: string, rows: string[]][] = [
  [
    'a missing column',
    'p.csv, line 1, column rbp_eib: missing',
    [powerHeader!.replace('rbp_eib', 'power'), ...powerRows],
  ],
  [
    'a missing column in an appended part',
    'p.csv, line 12, column epoch: missing',
    [
      powerHeader!,
      ...powerRows.slice(0, 10),
      powerHeader!.replace('epoch', 'height'),
      ...powerRows.slice(10),
    ],
  ],
  [
    'words for a number',
    'p.csv, line 9, column rbp_eib: "n/a" is not a number',
    [powerHeader!, ...edit(powerRows, 9, withCell(2, 'n/a'))],
  ],
  [
    'an empty value',
    'p.csv, line 9, column reward_per_wincount_fil: "" is not a number',
    [powerHeader!, ...edit(powerRows, 9, withCell(4, ''))],
  ],
  [
    'a reward of nothing',
    'p.csv, line 9, column reward_per_wincount_fil: is not positive',
    [powerHeader!, ...edit(powerRows, 9, withCell(4, '0'))],
  ],
  [
    'negative power',
    'p.csv, line 9, column rbp_eib: is negative',
    [powerHeader!, ...edit(powerRows, 9, withCell(2, '-1'))],
  ],
  [
    'half an epoch',
    'p.csv, line 9, column epoch: "3.5" is not a whole number',
    [powerHeader!, ...edit(powerRows, 9, withCell(1, '3.5'))],
  ],
  [
    'a date that is none',
    'p.csv, line 9, column date: "8/11/2020" is not a date like 2021-12-31',
    [powerHeader!, ...edit(powerRows, 9, withCell(0, '8/11/2020'))],
  ],
  [
    'a short line',
    'p.csv, line 9, column reward_per_wincount_fil: missing',
    [powerHeader!, ...edit(powerRows, 9, (row) => row.slice(0, row.lastIndexOf(',')))],
  ],
  [
    'a long line',
    'p.csv, line 9: 6 values, but 5 columns',
    [powerHeader!, ...edit(powerRows, 9, (row) => `${row},1`)],
  ],
  [
    'a missing day',
    'p.csv, line 9, column epoch: a gap: 222000 follows 216240',
    [powerHeader!, ...edit(powerRows, 9, () => [])],
  ],
  [
    'a repeated day',
    'p.csv, line 10, column epoch: 219120 is not after 219120',
    [powerHeader!, ...edit(powerRows, 9, (row) => [row, row])],
  ],
  ['nothing but a header', 'p.csv: no rows', [powerHeader!]],
]

for (const [what, message, rows] of faults)
  test(`refuses ${what} and says where`, () => {
    const path = file('p.csv', ...rows)
    assert.throws(
      () => replayFiles([path], [STATE]),
      (error: unknown) => {
        assert.ok(error instanceof UsageError || error instanceof InvalidInput)
        assert.is(error.message, message)
        return true
      },
    )
  })

test('refuses a state of another network', () => {
  const other = file('s.csv', stateHeader, ...edit(stateRows, 2, withCell(5, '123')))
  assert.throws(
    () => replayFiles([POWER], [other]),
    /^s\.csv, line 2, column baseline_power_bytes: is 3293871145391460326 in epoch 198960$/,
  )
})

test('refuses a file that is not there', () => {
  assert.throws(() => replayFiles([join(folder, 'none.csv')], [STATE]), /none\.csv: ENOENT$/)
})

test.run()
