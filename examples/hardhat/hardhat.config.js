const { join } = require('node:path')
const { subtask } = require('hardhat/config')
const { TASK_COMPILE_SOLIDITY_GET_SOLC_BUILD } = require('hardhat/builtin-tasks/task-names')
require('@nomicfoundation/hardhat-ethers')

const VERSION = '0.8.30'

// The compiler of package.json, so that nothing is downloaded.
subtask(TASK_COMPILE_SOLIDITY_GET_SOLC_BUILD, async ({ solcVersion }, _, runSuper) => {
  if (solcVersion !== VERSION) return runSuper()
  const compilerPath = join(require.resolve('solc/package.json'), '..', 'soljson.js')
  const longVersion = require('solc').version().replace('.Emscripten.clang', '')
  return { compilerPath, isSolcJs: true, version: VERSION, longVersion }
})

/** @type import('hardhat/config').HardhatUserConfig */
module.exports = {
  solidity: {
    version: VERSION,
    settings: { evmVersion: 'cancun', optimizer: { enabled: true, runs: 200 } },
  },
  defaultNetwork: 'pithead',
  networks: {
    pithead: {
      url: process.env.PITHEAD_URL ?? 'http://127.0.0.1:1234/rpc/v1',
      chainId: 314,
      // The first two keys of a devnet with the usual seed.
      accounts: ['0x1c1207a014d376abd47d74af59a82939dc10aaab56782b0673553459f44ea085'],
    },
  },
}
