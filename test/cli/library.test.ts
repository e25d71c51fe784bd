// Goal: `import { createDevnet } from 'pithead'` gives a devnet to test against. Method: everything the handle has, used once.
import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { POWER_ACTOR } from '../../actors/singletons.ts'
import type { PowerState } from '../../actors/power/state.ts'
import { createDevnet, RpcError } from '../../cli/library.ts'
import { parseAddress } from '../../primitives/address.ts'
import { fil, GiB } from '../../primitives/units.ts'
import { signedOf } from '../support/rpc.ts'
import { Devnet } from '../../engine/devnet.ts'

const PROJECT = fileURLToPath(new URL('../..', import.meta.url))

test('the package is the library', () => {
  const { exports } = JSON.parse(readFileSync(`${PROJECT}package.json`, 'utf8')) as {
    exports: Record<string, { types: string; default: string }>
  }
  const { types, default: entry } = exports['.']!
  assert.equal([types, entry], ['./dist/cli/library.d.ts', './dist/cli/library.js'])
  assert.ok(existsSync(`${PROJECT}cli/library.ts`))
})

test('keys and providers are text that clients take', async () => {
  const { accounts, providers, node } = await createDevnet({ accounts: 3, sps: 1 })
  assert.is(accounts.length, 3)
  const { privateKey, native, delegated, eth, balance, index } = accounts[1]!
  assert.is(index, 1)
  assert.match(privateKey, /^0x[\da-f]{64}$/)
  assert.match(native, /^f1/)
  assert.match(delegated, /^f410f/)
  assert.match(eth, /^0x[\da-fA-F]{40}$/)
  assert.is(balance, fil('100000'))
  assert.is(providers.length, 1)
  assert.is(node.state.get(parseAddress(providers[0]!.address).id!)?.type, 'storageminer')
  assert.match(providers[0]!.owner, /^f3/)
  assert.match(providers[0]!.workerKey, /^0x[\da-f]{64}$/)
})

test('requests are answered, and refused as EIP-1193 has it', async () => {
  const devnet = await createDevnet({ crypto: 'modelled' })
  assert.is(await devnet.request({ method: 'eth_chainId' }), '0x13a')
  const error: unknown = await devnet
    .request({ method: 'eth_getBlockByNumber', params: ['0x5', false] })
    .catch((thrown: unknown) => thrown)
  assert.instance(error, RpcError)
  assert.is((error as RpcError).code, 1)
  const unknown: unknown = await devnet.request({ method: 'x' }).catch((thrown: unknown) => thrown)
  assert.is((unknown as RpcError).code, -32601)
})

test('a provider proves its sectors by itself, and can be told to lose them', async () => {
  const { operators, node, increaseTime, mine } = await createDevnet({ crypto: 'modelled' })
  const [operator] = operators
  const power = () =>
    (node.state.get(POWER_ACTOR)!.state.get() as PowerState).claims.get(operator!.miner)!
      .rawBytePower
  const before = power()
  increaseTime(86_400)
  mine()
  assert.is(power() - before, GiB(64))
  operator!.damage([0n], { kind: 'lost-sector' })
  increaseTime(86_400)
  mine()
  assert.is(power() - before, GiB(32))
})

test('time passes when it is told to', async () => {
  const devnet = await createDevnet({ crypto: 'modelled' })
  const head = devnet.mine()
  assert.is(devnet.increaseTime(300), 300)
  const { height } = devnet.mine(2)
  assert.ok(height >= head.height + 12)
  assert.is(await devnet.request({ method: 'eth_blockNumber' }), `0x${height.toString(16)}`)
})

test('a signed message can be pushed', async () => {
  const options = { crypto: 'modelled', seed: 'library' } as const
  const devnet = await createDevnet(options)
  const cid = devnet.push(signedOf(new Devnet(options), { value: 5n }))
  assert.ok(devnet.node.store.locate(cid))
})

test('listens on any free port until it is closed', async () => {
  const devnet = await createDevnet({ crypto: 'modelled' })
  const servers = [await devnet.listen(), await devnet.listen()]
  for (const { url } of servers) {
    const body = '{"jsonrpc":"2.0","method":"net_version","id":1}'
    const response = await fetch(url, { method: 'POST', body })
    assert.is(((await response.json()) as { result: string }).result, '314')
  }
  for (const server of servers) await server.close()
  await fetch(servers[0]!.url, { method: 'POST' }).then(
    () => assert.unreachable('still there'),
    () => undefined,
  )
})

test.run()
