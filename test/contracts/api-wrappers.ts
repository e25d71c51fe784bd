/** Contracts that lend out every function of the public libraries for builtin actors: written from the libraries' own text. */
import {
  type Compiled,
  type Compiler,
  compileSolidity,
  packageFile,
  SOLC,
  SOLC_0_8_17,
} from './compile.ts'

export const PACKAGES = ['@zondax/filecoin-solidity', 'filecoin-solidity-api'] as const
export type PackageName = (typeof PACKAGES)[number]

/** What their pragmas ask for. They read MSIZE, which the optimiser of assembly would change. */
const COMPILERS: Record<PackageName, Compiler> = {
  '@zondax/filecoin-solidity': { ...SOLC_0_8_17, yul: false },
  'filecoin-solidity-api': { ...SOLC, yul: false },
}

export const LIBRARIES = [
  'MinerAPI',
  'PowerAPI',
  'MarketAPI',
  'VerifRegAPI',
  'DataCapAPI',
  'AccountAPI',
  'SendAPI',
  'PrecompilesAPI',
] as const
export type LibraryName = (typeof LIBRARIES)[number]

interface LibraryFunction {
  readonly name: string
  readonly params: string
  readonly rest: string
}

/** The wrapper of each library of a package, and `WrappedAmounts`, which makes a number of a miner's available balance. */
export function wrappers(of: PackageName): Record<LibraryName | 'Amounts', Compiled> {
  const sources = LIBRARIES.map((name) => [`${name}.sol`, wrapper(of, name)] as const)
  const compiled = compileSolidity(
    Object.fromEntries([...sources, ['Amounts.sol', amounts(of)]]),
    COMPILERS[of],
  )
  return Object.fromEntries(
    [...LIBRARIES, 'Amounts'].map((name) => [name, compiled[`Wrapped${name}`]!]),
  ) as Record<LibraryName | 'Amounts', Compiled>
}

/** Names of a library's functions; those that are there twice, twice. */
export function functionsOf(of: PackageName, library: LibraryName): LibraryFunction[] {
  const text = packageFile(path(of, library)).replace(/\/\/.*/g, '')
  const found = text.matchAll(/function (\w+)\(([^)]*)\)([^{]*)\{/g)
  return [...found].map(([, name, params, rest]) => ({
    name: name!,
    params: params!.replace(/\s+/g, ' ').trim(),
    rest: rest!.replace(/\s+/g, ' ').replace('internal', 'external').trim(),
  }))
}

function wrapper(of: PackageName, library: LibraryName): string {
  const functions = functionsOf(of, library).map(({ name, params, rest }) => {
    const names = params.split(',').map((param) => param.trim().split(' ').at(-1))
    const call = `${library}.${name}(${names.join(', ')})`
    // What the libraries only do to nothing is view by their word.
    return `function ${name}(${params}) ${rest} { ${rest.includes('returns') ? 'return ' : ''}${call}; }`
  })
  return [
    '// SPDX-License-Identifier: Apache-2.0',
    'pragma solidity ^0.8.17;',
    `import "${path(of, library)}";`,
    `contract Wrapped${library} { ${RECEIVING} ${functions.join('\n')} }`,
  ].join('\n')
}

function amounts(of: PackageName): string {
  const returned =
    of === 'filecoin-solidity-api'
      ? '(, CommonTypes.BigInt memory amount)'
      : 'CommonTypes.BigInt memory amount'
  return [
    '// SPDX-License-Identifier: Apache-2.0',
    'pragma solidity ^0.8.17;',
    `import "${path(of, 'MinerAPI')}";`,
    `import "${of}/contracts/v0.8/utils/BigInts.sol";`,
    `contract WrappedAmounts {
      function available(CommonTypes.FilActorId miner) external returns (uint256, bool) {
        ${returned} = MinerAPI.getAvailableBalance(miner);
        return BigInts.toUint256(amount);
      }
    }`,
  ].join('\n')
}

/** Takes FIL, and calls from actors: datacap asks who gets it. */
const RECEIVING = `
  receive() external payable {}
  function handle_filecoin_method(uint64, uint64, bytes memory) external pure returns (uint32, uint64, bytes memory) {
    return (0, 0, "");
  }`

const path = (of: PackageName, library: LibraryName): string =>
  `${of}/contracts/v0.8/${library}.sol`
