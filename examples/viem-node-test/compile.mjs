import { readFileSync } from 'node:fs'
import solc from 'solc'

/** ABI and bytecode of the contract in contracts/<name>.sol. */
export function compile(name) {
  const file = `${name}.sol`
  const content = readFileSync(new URL(`contracts/${file}`, import.meta.url), 'utf8')
  const input = {
    language: 'Solidity',
    sources: { [file]: { content } },
    settings: { outputSelection: { '*': { '*': ['abi', 'evm.bytecode.object'] } } },
  }
  const { contracts, errors = [] } = JSON.parse(solc.compile(JSON.stringify(input)))
  if (errors.length > 0) throw new Error(errors.map((e) => e.formattedMessage).join('\n'))
  const { abi, evm } = contracts[file][name]
  return { abi, bytecode: `0x${evm.bytecode.object}` }
}
