/** `pithead`: the command line. Wires the commands; each has a file of its own, which is loaded when it is asked for. */
import type { CommandModule } from 'yargs'
import { plainArguments, startDevnet } from './devnet.ts'
import { UsageError } from './usage-error.ts'
import { InvalidInput } from '../primitives/invalid-input.ts'

/** Each command takes options of its own; yargs gives it what it declares. */
type Command = CommandModule<object, never>

const COMMANDS: Readonly<Record<string, () => Promise<Command>>> = {
  devnet: async () => (await import('./devnet.ts')).devnet as Command,
  economy: async () => (await import('./economy.ts')).economy as Command,
  info: async () => (await import('./info.ts')).info as Command,
  inspect: async () => (await import('./inspect.ts')).inspect as Command,
  replay: async () => (await import('./replay.ts')).replay as Command,
  simulate: async () => (await import('./simulate.ts')).simulate as Command,
}

/** Runs a command; what the user got wrong is one line on stderr and exit code 2. */
export async function main(argv: readonly string[]): Promise<void> {
  const plain = argv[0] === 'devnet' ? plainArguments(argv.slice(1)) : undefined
  try {
    await (plain ? startDevnet(plain) : parse(argv))
  } catch (error) {
    if (!(error instanceof UsageError) && !(error instanceof InvalidInput)) throw error
    console.error(`pithead: ${error.message}`)
    process.exitCode = 2
  }
}

async function parse(argv: readonly string[]): Promise<void> {
  const { default: yargs } = await import('yargs')
  const asked = COMMANDS[argv[0] ?? '']
  const parser = yargs([...argv])
    .scriptName('pithead')
    .usage('$0 <command>\n\nA Filecoin network in one process.')
    .demandCommand(1, 'which command? pithead --help lists them')
    .strict()
    .help()
    .fail((message, error) => {
      throw error ?? new UsageError(message)
    })
  for (const load of asked ? [asked] : Object.values(COMMANDS)) parser.command(await load())
  await parser.parseAsync()
}
