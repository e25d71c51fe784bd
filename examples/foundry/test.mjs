/** Deploys with `forge script --broadcast`, and uses what was deployed with cast: `npm test`, with a devnet running. */
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { createRequire } from 'node:module'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const HERE = fileURLToPath(new URL('.', import.meta.url))
const URL_ = process.env.PITHEAD_URL ?? 'http://127.0.0.1:1234/rpc/v1'
/** The first key of a devnet with the usual seed. */
const KEY = '0x1c1207a014d376abd47d74af59a82939dc10aaab56782b0673553459f44ea085'
const MINER = 1000
const MASKED = '0xff000000000000000000000000000000000003e8'

const deployed = forge('script/Watch.s.sol')
assert.match(deployed, /ONCHAIN EXECUTION COMPLETE & SUCCESSFUL/)
const watch = broadcastOf('Watch.s.sol').transactions[0].contractAddress
console.log('ok - forge script deploys')

const owner = cast('call', watch, 'ownerOf(uint64)(bytes)', MINER)
assert.match(owner, /^0x824.00.*f6$/)
console.log('ok - cast call reaches the miner actor')

const sent = JSON.parse(cast('send', watch, 'look(uint64)', MINER, '--private-key', KEY, '--json'))
assert.equal(sent.status, '0x1')
assert.equal(sent.logs.length, 1)
const seen = () => BigInt(cast('call', watch, 'seen(uint64)(uint256)', MINER).split(' ')[0])
const before = seen()
assert.ok(before > 0n && before <= BigInt(cast('balance', MASKED)))
console.log('ok - cast send writes down what the miner has')

const refused = failureOf(() => cast('call', watch, 'look(uint64)', 4))
assert.match(refused, /ErrUnhandledMessage|0199066700/)
console.log('ok - a revert says why')

cast('rpc', 'evm_increaseTime', 3600)
const plain = failureOf(() =>
  forge('script/Look.s.sol', '--tc', 'Look', '--sig', 'plain(address,uint64)', watch, MINER),
)
assert.match(plain, /revert/i)
console.log("ok - forge's own EVM has no Filecoin precompiles")

forge('script/Look.s.sol', '--tc', 'Look', '--sig', 'standIn(address,uint64)', watch, MINER)
assert.ok(seen() > before, 'the miner earned as time passed')
console.log('ok - with a stand-in for forge, the devnet does the real call')

assert.match(forge('script/Look.s.sol', '--tc', 'Look', '--sig', 'head()'), /0x[0-9a-f]+/)
console.log('ok - a script asks the devnet through vm.rpc')

function forge(script, ...args) {
  const flags = ['--rpc-url', URL_, '--private-key', KEY, '--broadcast', '--skip-simulation']
  return run('@foundry-rs/forge', 'script', script, ...args, ...flags)
}

function cast(...args) {
  return run('@foundry-rs/cast', ...args.map(String), '--rpc-url', URL_).trim()
}

/** The programs' launchers on npm end with 0 also where the program failed: then it says so. */
function run(name, ...args) {
  const require = createRequire(import.meta.url)
  const { bin } = require(`${name}/package.json`)
  const program = require.resolve(`${name}/${Object.values(bin)[0]}`)
  const options = { cwd: HERE, encoding: 'utf8' }
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [program, ...args.map(String)],
    options,
  )
  if (status !== 0 || /^Error/m.test(stderr)) throw new Error(stdout + stderr)
  return stdout
}

function broadcastOf(script) {
  return JSON.parse(readFileSync(`${HERE}broadcast/${script}/314/run-latest.json`, 'utf8'))
}

function failureOf(work) {
  try {
    work()
  } catch (error) {
    return error.message
  }
  throw new Error('it did not fail')
}
