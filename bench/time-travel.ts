/** Going back and forth in time: snapshots of states of any size, and a day that passes with all its proofs. */
import { Devnet } from '../engine/devnet.ts'
import { initCrypto } from '../primitives/crypto/init.ts'
import { actorId } from '../primitives/units.ts'
import { ANVIL, anvilProgram } from './anvil.ts'
import { type BenchOptions, type BenchResult, interleaved, median } from './area.ts'
import { type RunningDevnet, startDevnet } from './devnet-process.ts'

const SIZES = [
  ['10', 10],
  ['1e4', 10_000],
  ['1e6', 1_000_000],
] as const
const SNAPSHOTS = 50
const DAY_ROUNDS = 1
const DAY_SECONDS = 86_400
const EPOCHS_IN_DAY = 2880

export async function timeTravel(options: BenchOptions): Promise<BenchResult[]> {
  await initCrypto()
  options.log('snapshots')
  const snapshots = SIZES.map(([name, actors]) => ({
    name: `snapshot_${name}`,
    value: snapshotMs(actors),
    unit: 'ms',
  }))
  options.log('a day')
  return [...snapshots, ...(await days(options))]
}

/** Milliseconds to take a snapshot and go back to it, with a tipset made in between. */
function snapshotMs(actors: number): number {
  const devnet = new Devnet({ crypto: 'modelled' })
  const { node, accounts } = devnet
  const [account] = accounts
  node.edit((tree) => {
    const one = tree.get(tree.resolve(account!.native)!)!
    for (let i = 0; i < actors; i++) tree.set(actorId(FIRST_ID + i), one)
  })
  const times = Array.from({ length: SNAPSHOTS }, () => {
    const started = performance.now()
    const id = devnet.snapshots.take()
    const taken = performance.now() - started
    devnet.mine()
    const going = performance.now()
    if (!devnet.snapshots.revert(id)) throw new Error(`snapshot ${id} is gone`)
    return taken + performance.now() - going
  })
  return median(times)
}

/** Above all numbers that a devnet gives. */
const FIRST_ID = 10_000_000

/** A day of ten providers that prove, by one jump of the clock, against as many blocks of anvil's without anything in them. */
async function days(options: BenchOptions): Promise<BenchResult[]> {
  const ours = await startDevnet({
    program: process.execPath,
    args: (port) => [
      `${options.root}cli/pithead.mjs`,
      ...['devnet', '--sps', '10', '--port', `${port}`],
    ],
  })
  const theirs = await startDevnet({
    program: anvilProgram(options),
    args: (port) => ['--port', `${port}`, '--silent'],
  })
  try {
    const [us = 0, them = 0] = await interleaved(DAY_ROUNDS, [
      () => seconds(() => jump(ours)),
      () => seconds(() => theirs.ask('anvil_mine', EPOCHS_IN_DAY)),
    ])
    return [
      { name: 'day_vs_anvil', value: us / them, unit: '×', against: ANVIL },
      { name: 'day_ten_sps', value: us, unit: 's' },
    ]
  } finally {
    await ours.stop()
    await theirs.stop()
  }
}

async function jump({ ask }: RunningDevnet): Promise<void> {
  const before = Number(await ask('eth_blockNumber'))
  await ask('evm_increaseTime', DAY_SECONDS)
  await ask('evm_mine')
  const passed = Number(await ask('eth_blockNumber')) - before
  if (passed < EPOCHS_IN_DAY) throw new Error(`${passed} epochs have passed`)
}

async function seconds(run: () => Promise<unknown>): Promise<number> {
  const started = performance.now()
  await run()
  return (performance.now() - started) / 1000
}
