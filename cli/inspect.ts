/** `pithead inspect`: who is in a state and what they hold, and whether it all adds up. */
import { readFileSync } from 'node:fs'
import type { CommandModule } from 'yargs'
import { brokenInvariants, factsOfGenesis, type NetworkFacts } from '../actors/invariants.ts'
import { DEVNET_2K_POLICY, MAINNET_POLICY } from '../actors/policy.ts'
import { actorMap, endState } from '../engine/replay/end-state.ts'
import type { Actor, Actors } from '../engine/vm/state-tree.ts'
import { rootOf } from '../engine/vm/state-tree.ts'
import { openState } from '../engine/vm/stored-state.ts'
import { Blockstore } from '../primitives/blockstore.ts'
import { CarError, openCar } from '../primitives/car.ts'
import type { Cid } from '../primitives/cid.ts'
import { initCrypto } from '../primitives/crypto/init.ts'
import { InvalidInput } from '../primitives/invalid-input.ts'
import { type ActorId, fil, formatFil, type TokenAmount } from '../primitives/units.ts'
import { recordedRoots, traceRecords } from './trace-file.ts'
import { UsageError } from './usage-error.ts'

interface Options {
  file: string
  check: boolean
  genesis: string | undefined
  supply: string | undefined
}

export const inspect: CommandModule<object, Options> = {
  command: 'inspect <file>',
  describe: 'Print the actors of a state, and check that everything in it adds up',
  builder: (yargs) =>
    yargs
      .positional('file', {
        type: 'string',
        demandOption: true,
        describe: 'CAR whose root is a state root, or a recorded trace, for the state it ends with',
      })
      .option('check', {
        type: 'boolean',
        default: false,
        describe:
          'check every invariant of every actor and between them; exit code 1 if any is broken',
      })
      .option('genesis', {
        type: 'string',
        describe:
          "CAR of the network's genesis: what it gave its providers without sectors is then no mistake",
      })
      .option('supply', { type: 'string', describe: 'FIL of all actors together' })
      .example('$0 inspect state.car --check', 'what is wrong with a snapshot, if anything'),
  handler: async ({ file, check, genesis, supply }) => {
    await initCrypto()
    const state = readState(file)
    const actors = actorMap(state.actors)
    print(actors, state.root)
    if (check) report(brokenInvariants(actors, knownFacts(state, actors, genesis, supply)))
  },
}

interface State {
  readonly root: Cid
  readonly actors: Actors
  readonly facts: NetworkFacts
}

/** @throws UsageError naming the file and what is wrong with it. */
function readState(file: string): State {
  try {
    return isTrace(readFileSync(file)) ? traceState(file) : carState(file)
  } catch (error) {
    if (error instanceof InvalidInput || error instanceof CarError)
      throw new UsageError(`${file}: ${error.message}`)
    const { code } = error as NodeJS.ErrnoException
    if (code !== undefined) throw new UsageError(`${file}: ${code}`)
    throw error
  }
}

/** Traces are JSON lines, plain or gzip; a CAR begins with the length of its header. */
const isTrace = (bytes: Uint8Array): boolean =>
  bytes[0] === 0x7b || (bytes[0] === 0x1f && bytes[1] === 0x8b)

function traceState(file: string): State {
  const { actors, manifest, facts } = endState(traceRecords(file), recordedRoots(file))
  return { actors, facts, root: rootOf(manifest, actors) }
}

function carState(file: string): State {
  const { roots, blocks } = openCar(readFileSync(file))
  const [root] = roots
  if (root === undefined || roots.length > 1)
    throw new CarError(`${roots.length} roots, expected the one of a state`)
  const store = new Blockstore()
  for (const { cid, block } of blocks) store.put(cid, block)
  const { actors, manifest } = openState(root, store)
  const policy = manifest.bundle === 'mainnet' ? MAINNET_POLICY : DEVNET_2K_POLICY
  return { root, actors, facts: { policy, manifest } }
}

/** What the state is checked against: what its file says, and what the user adds. */
function knownFacts(
  { facts }: State,
  actors: ReadonlyMap<ActorId, Actor>,
  genesis: string | undefined,
  supply: string | undefined,
): NetworkFacts {
  const total = supply === undefined ? {} : { supply: parseSupply(supply) }
  if (genesis === undefined) return { ...facts, ...total }
  const first = actorMap(readState(genesis).actors)
  const { endowment, uncountedPledge, ...rest } = factsOfGenesis(first, facts)
  // Miners that came later made deposits that the total pledge leaves out.
  const later = [...actors].some(([id, { type }]) => type === 'storageminer' && !first.has(id))
  return { ...facts, ...rest, endowment, ...(later ? {} : { uncountedPledge }), ...total }
}

function parseSupply(text: string): TokenAmount {
  try {
    return fil(text)
  } catch {
    throw new UsageError(`--supply: expected FIL, got ${JSON.stringify(text)}`)
  }
}

function print(actors: ReadonlyMap<ActorId, Actor>, root: Cid): void {
  const rows = [...actors].map(([id, { type, balance, state }]) => [
    `f0${id}`,
    type,
    `${formatFil(balance)} FIL`,
    state.cid().toString(),
  ])
  const widths = [0, 1, 2].map((i) => Math.max(...rows.map((row) => row[i]!.length)))
  for (const [id, type, balance, head] of rows) {
    const cells = [id!.padEnd(widths[0]!), type!.padEnd(widths[1]!), balance!.padStart(widths[2]!)]
    console.log([...cells, head].join('  '))
  }
  let total = 0n
  for (const { balance } of actors.values()) total += balance
  console.log(`${actors.size} actors, ${formatFil(total)} FIL, state root ${root}`)
}

function report(broken: readonly string[]): void {
  if (broken.length === 0) {
    console.log('check: all invariants hold')
    return
  }
  for (const what of broken) console.log(`broken: ${what}`)
  console.log(`check: ${broken.length} ${broken.length === 1 ? 'invariant' : 'invariants'} broken`)
  process.exitCode = 1
}
