/** `pithead devnet`: a network of one's own behind JSON-RPC. What it takes to run one is loaded when it runs. */
import { parseArgs } from 'node:util'
import type { CommandModule } from 'yargs'

const OPTIONS = {
  port: { type: 'string', default: '1234', describe: 'to listen on; 0 for any free one' },
  host: { type: 'string', default: '127.0.0.1', describe: 'to listen on' },
  seed: {
    type: 'string',
    default: 'pithead',
    describe: 'the same seed gives the same network, keys included',
  },
  sps: { type: 'string', default: '1', describe: 'storage providers with power' },
  sectors: {
    type: 'string',
    default: '2',
    describe: 'sectors that each really holds and proves, beside the power it is given',
  },
  accounts: { type: 'string', default: '10', describe: 'funded keys' },
  preset: {
    type: 'string',
    default: 'mainnet',
    describe: 'protocol parameters: mainnet, or 2k for sectors of 2 KiB',
  },
  'block-time': {
    type: 'string',
    default: '0',
    describe: 'seconds from tipset to tipset; 0 makes one for each message and on demand',
  },
  artifacts: {
    type: 'string',
    default: '',
    describe: 'folder of Hardhat or Foundry artifacts: errors of these contracts are shown by name',
  },
  'strict-lotus': {
    type: 'boolean',
    default: false,
    describe: 'answer as Lotus does and no more: no cheats, no keys behind eth_ methods, no debug_',
  },
} as const

/** Numbers are still text: whoever reads them says what is wrong with them. */
export type DevnetArguments = {
  readonly [name in keyof typeof OPTIONS]: (typeof OPTIONS)[name]['type'] extends 'boolean'
    ? boolean
    : string
}

export const devnet: CommandModule<object, DevnetArguments> = {
  command: 'devnet',
  describe: 'Run a Filecoin network in this process and serve its JSON-RPC',
  builder: (yargs) =>
    yargs
      .options(OPTIONS)
      .example('$0 devnet --seed test --block-time 2', 'a tipset every two seconds'),
  handler: startDevnet,
}

/**
 * The arguments, where they are plain ones; undefined where yargs has something to say. A devnet is started again and again,
 * and loading yargs takes as long as making the network.
 */
export function plainArguments(argv: readonly string[]): DevnetArguments | undefined {
  try {
    return { ...parseArgs({ args: [...argv], options: OPTIONS, strict: true }).values }
  } catch {
    return undefined
  }
}

/** Resolves once a signal has ended it. @throws InvalidInput naming the option that is wrong. */
export async function startDevnet(given: DevnetArguments): Promise<void> {
  const { runDevnet } = await import('./run-devnet.ts')
  await runDevnet(given)
}
