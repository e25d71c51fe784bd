// `pithead inspect`: what it prints of a state, and what it says of one that is whole and one that is not.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { BURNT_FUNDS_ACTOR, POWER_ACTOR } from '../../actors/singletons.ts'
import type { PowerState } from '../../actors/power/state.ts'
import { main } from '../../cli/main.ts'
import { Devnet } from '../../engine/devnet.ts'
import { stateCodec, StateTree } from '../../engine/vm/state-tree.ts'
import { openState } from '../../engine/vm/stored-state.ts'
import { Blockstore } from '../../primitives/blockstore.ts'
import { writeCar } from '../../primitives/car.ts'
import { cidOf, parseCid } from '../../primitives/cid.ts'
import { utf8 } from '../../primitives/bytes.ts'
import { initCrypto } from '../../primitives/crypto/init.ts'
import { Link } from '../../primitives/link.ts'
import { formatFil } from '../../primitives/units.ts'
import { totalFil } from '../../scenarios/checkers.ts'

const folder = mkdtempSync(join(tmpdir(), 'inspect-'))
const trace = fileURLToPath(new URL('../traces/mainnet/e-rewards.jsonl.gz', import.meta.url))

test.before(() => initCrypto())
test.after(() => rmSync(folder, { recursive: true }))

/** A state as a CAR file. */
function carOf(tree: StateTree, name: string): string {
  const store = new Blockstore()
  const root = tree.root(store)
  const file = join(folder, name)
  writeFileSync(file, writeCar([root], store.entries()))
  return file
}

interface Run {
  readonly lines: string[]
  readonly errors: string[]
  readonly exitCode: number
}

async function inspect(...args: string[]): Promise<Run> {
  const [lines, errors]: string[][] = [[], []]
  const { log, error } = console
  const before = process.exitCode
  console.log = (line: string) => lines!.push(line)
  console.error = (line: string) => errors!.push(line)
  process.exitCode = 0
  try {
    await main(['inspect', ...args])
    return { lines: lines!, errors: errors!, exitCode: Number(process.exitCode) }
  } finally {
    console.log = log
    console.error = error
    process.exitCode = before
  }
}

const network = () => new Devnet({ seed: 'inspect', crypto: 'modelled' })

test('a state is listed: every actor with its type, balance and head, and what they are together', async () => {
  const { node } = network()
  const { lines, exitCode } = await inspect(carOf(node.state, 'genesis.car'))
  const burnt = lines.find((line) => line.startsWith('f099 '))
  const head = node.state.get(BURNT_FUNDS_ACTOR)!.state.cid()
  assert.match(burnt!, new RegExp(`^f099 +account +0 FIL  ${head}$`))
  const { actors } = openState(node.state.root(storeOf(node.state)), storeOf(node.state))
  assert.is(lines.length, [...actors.entries()].length + 1)
  const total = formatFil(totalFil(node.state))
  assert.is(
    lines.at(-1),
    `${lines.length - 1} actors, ${total} FIL, state root ${node.state.root()}`,
  )
  assert.is(exitCode, 0)
})

function storeOf(tree: StateTree): Blockstore {
  const store = new Blockstore()
  tree.root(store)
  return store
}

test('a network that goes on from its genesis is whole', async () => {
  const net = network()
  const genesis = carOf(net.node.state, 'first.car')
  const supply = formatFil(totalFil(net.node.state))
  net.mine(5)
  const later = carOf(net.node.state, 'later.car')
  const { lines, exitCode } = await inspect(later, '--check', '--genesis', genesis)
  assert.is(lines.at(-1), 'check: all invariants hold', lines.join('\n'))
  assert.is(exitCode, 0)
  assert.is((await inspect(later, '--check', '--genesis', genesis, '--supply', supply)).exitCode, 0)
})

test('power that a genesis gave without sectors is a finding where the genesis is not known', async () => {
  const net = network()
  const { lines, exitCode } = await inspect(carOf(net.node.state, 'alone.car'), '--check')
  assert.ok(lines.some((line) => /^broken: power: miner f01000 claims .* prove 0\/0$/.test(line)))
  assert.match(lines.at(-1)!, /^check: \d+ invariants broken$/)
  assert.is(exitCode, 1)
})

test('money, pledge and supply that do not add up are found', async () => {
  const net = network()
  const genesis = carOf(net.node.state, 'before.car')
  const tree = net.node.fork()
  const power = tree.get(POWER_ACTOR)!.state.get() as PowerState
  const wrong = { ...power, totalPledgeCollateral: power.totalPledgeCollateral + 5n }
  tree.update(POWER_ACTOR, { state: Link.to(stateCodec('storagepower'), wrong) })
  tree.deposit(BURNT_FUNDS_ACTOR, 3n)
  const { lines, exitCode } = await inspect(
    carOf(tree, 'wrong.car'),
    '--check',
    '--genesis',
    genesis,
  )
  const broken = lines.filter((line) => line.startsWith('broken: '))
  assert.is(broken.length, 2, broken.join('\n'))
  assert.match(broken[0]!, /there are \d+ attoFIL, 3 more than the supply/)
  assert.match(broken[1]!, /total pledge is 5 more/)
  assert.is(exitCode, 1)
  const supply = await inspect(genesis, '--check', '--genesis', genesis, '--supply', '1')
  assert.ok(supply.lines.some((line) => /more than the supply/.test(line)))
})

test('a trace is inspected in the state it ends with', async () => {
  const { lines, exitCode } = await inspect(trace, '--check')
  const roots = JSON.parse(readFileSync(join(trace, '../stateroots.json'), 'utf8')) as Record<
    string,
    { end: { stateRoot: string } }
  >
  const { hex } = parseCid(lines.at(-2)!.split(' ').at(-1)!)
  assert.is(hex, roots['e-rewards']!.end.stateRoot)
  assert.is(lines.at(-1), 'check: all invariants hold')
  assert.is(exitCode, 0)
})

test('what is no state is one line and exit code 2', async () => {
  const file = (name: string, bytes: Uint8Array) => {
    writeFileSync(join(folder, name), bytes)
    return join(folder, name)
  }
  const block = utf8('no state')
  const cid = cidOf(block)
  const store = storeOf(network().node.state)
  const some = [...store.entries()].slice(0, 5)
  const cases: [string[], RegExp][] = [
    [[join(folder, 'nothing.car')], /nothing.car: ENOENT/],
    [[folder], /EISDIR/],
    [[file('a.car', utf8('not a car'))], /a.car: header/],
    [[file('b.car', writeCar([cid], [{ cid, block }]))], /b.car: root: .* is no state root/],
    [[file('c.car', writeCar([], []))], /0 roots, expected the one of a state/],
    [[file('d.car', writeCar([some[0]!.cid], some))], /is no state root/],
    [[file('e.json', utf8('{"t":"header"}'))], /e.json: line 1/],
    [[trace, '--supply', 'much'], /--supply: expected FIL, got "much"/],
  ]
  for (const [args, expected] of cases) {
    const { errors, exitCode } = await inspect('--check', ...args)
    assert.match(errors.join('\n'), expected)
    assert.is(errors.length, 1)
    assert.is(exitCode, 2, args.join(' '))
  }
})

test.run()
