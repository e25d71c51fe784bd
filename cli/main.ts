/** `pithead`: the command line. Wires the commands; each has a file of its own. */
import yargs from 'yargs'
import { economy } from './economy.ts'
import { replay } from './replay.ts'
import { UsageError } from './usage-error.ts'
import { InvalidInput } from '../primitives/invalid-input.ts'

/** Runs a command; what the user got wrong is one line on stderr and exit code 2. */
export async function main(argv: readonly string[]): Promise<void> {
  const parser = yargs([...argv])
    .scriptName('pithead')
    .usage('$0 <command>\n\nA Filecoin network in one process.')
    .command(economy)
    .command(replay)
    .demandCommand(1, 'which command? pithead --help lists them')
    .strict()
    .help()
    .fail((message, error) => {
      throw error ?? new UsageError(message)
    })
  try {
    await parser.parseAsync()
  } catch (error) {
    if (!(error instanceof UsageError) && !(error instanceof InvalidInput)) throw error
    console.error(`pithead: ${error.message}`)
    process.exitCode = 2
  }
}
