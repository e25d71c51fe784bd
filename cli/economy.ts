/** `pithead economy`: the protocol's money against a network's records. */
import type { CommandModule } from 'yargs'
import { replayEconomy, type PowerRecord, type RewardRecord } from '../engine/economy-replay.ts'
import { readCsv, wrong, type CsvRow } from './csv.ts'

/** From 2021 on, a year's mean error above this many per cent fails. */
const LIMIT_PERCENT = 0.5
const LAST_UNGATED_YEAR = 2020

interface Options {
  power: string[]
  state: string[]
}

const replay: CommandModule<object, Options> = {
  command: 'replay',
  describe: 'Mint by recorded power and compare each day’s reward with the recorded one',
  builder: (yargs) =>
    yargs
      .option('power', {
        type: 'string',
        array: true,
        demandOption: true,
        describe: 'CSV: date, epoch, rbp_eib, reward_per_wincount_fil; a row a day',
      })
      .option('state', {
        type: 'string',
        array: true,
        demandOption: true,
        describe: 'CSV of reward actor states; the first row is the start',
      })
      .example('$0 economy replay --power power.csv --state reward.csv', 'a line for each year'),
  handler: ({ power, state }) => {
    const { lines, ok } = replayFiles(power, state)
    for (const line of lines) console.log(line)
    if (!ok) process.exitCode = 1
  },
}

export const economy: CommandModule = {
  command: 'economy',
  describe: 'Replay the economy of a network from its records',
  builder: (yargs) => yargs.command(replay).demandCommand(1, 'which? pithead economy --help'),
  handler: () => {},
}

/**
 * Replays files in the order of their first rows. The last line says whether every gated year is within the limit.
 *
 * @throws UsageError or InvalidInput, on one line, naming file, line and column.
 */
export function replayFiles(
  powerFiles: readonly string[],
  stateFiles: readonly string[],
): { lines: string[]; ok: boolean } {
  const power = records(powerFiles, POWER_COLUMNS, powerRecord)
  const state = records(stateFiles, STATE_COLUMNS, stateRecord)
  const { start, years, states } = replayEconomy(power, state)
  const lines = years.map(({ year, meanErrorPercent, records: days }) => {
    return `${year}  mean |error| ${meanErrorPercent.toFixed(2)} %  (${days} days)`
  })
  const missed = states.missed === undefined ? '' : `; not ${states.missed}`
  if (states.of > 0)
    lines.unshift(`state  ${states.met} of ${states.of} later rows met exactly${missed}`)
  if (start !== state[0]) lines.unshift(`start  ${start.where}, the first within the power rows`)
  const failures = years
    .filter((y) => y.year > LAST_UNGATED_YEAR && !(y.meanErrorPercent <= LIMIT_PERCENT))
    .map((y) => `year ${y.year} ${y.meanErrorPercent.toFixed(2)} % > ${LIMIT_PERCENT} %`)
  lines.push(failures.length === 0 ? 'ok' : `failed: ${failures.join(', ')}`)
  return { lines, ok: failures.length === 0 }
}

const POWER_COLUMNS = ['date', 'epoch', 'rbp_eib', 'reward_per_wincount_fil']
const STATE_COLUMNS = [
  'epoch',
  'this_epoch_reward_atto',
  'effective_network_time',
  'cumsum_realized',
  'baseline_power_bytes',
]

/** Of all files, the one with the earliest first row first. */
function records<T extends { epoch: number }>(
  files: readonly string[],
  columns: readonly string[],
  parse: (row: CsvRow) => T,
): T[] {
  const each = files.map((file) => readCsv(file, columns).map(parse))
  return each.sort((a, b) => a[0]!.epoch - b[0]!.epoch).flat()
}

function powerRecord(row: CsvRow): PowerRecord {
  const exbibytes = row.decimal('rbp_eib')
  const rewardPerWin = row.decimal('reward_per_wincount_fil')
  if (exbibytes < 0) throw wrong(row.where, 'rbp_eib', 'is negative')
  if (!(rewardPerWin > 0)) throw wrong(row.where, 'reward_per_wincount_fil', 'is not positive')
  return {
    where: row.where,
    year: row.year('date'),
    epoch: row.integer('epoch'),
    rawBytePower: BigInt(Math.trunc(exbibytes * 2 ** 60)),
    rewardPerWin,
  }
}

function stateRecord(row: CsvRow): RewardRecord {
  return {
    where: row.where,
    epoch: row.integer('epoch'),
    thisEpochReward: row.bigint('this_epoch_reward_atto'),
    effectiveNetworkTime: row.integer('effective_network_time'),
    cumsumRealized: row.bigint('cumsum_realized'),
    thisEpochBaselinePower: row.bigint('baseline_power_bytes'),
  }
}
