// timeout: 400
// Goal: contracts as protocols write them work: proxies, factories, linked libraries, tokens, whatever is handed gas. Method: ones built
// on OpenZeppelin are deployed and driven by ethers over HTTP, and read back by it.
import {
  Contract,
  ContractFactory,
  getCreate2Address,
  Interface,
  JsonRpcProvider,
  keccak256,
  type Result,
  Signature,
  Wallet,
  zeroPadValue,
} from 'ethers'
import { readFileSync } from 'node:fs'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { createDevnet } from '../../cli/library.ts'
import { fil } from '../../primitives/units.ts'
import { type Compiled, compileSolidity } from './compile.ts'

const source = readFileSync(new URL('sol/Shapes.sol', import.meta.url), 'utf8')
const compiled = compileSolidity({ 'Shapes.sol': source })

const devnet = await createDevnet({ crypto: 'modelled', seed: 'shapes' })
const server = await devnet.listen()
const chainId = Number(devnet.node.params.chainId)
const provider = new JsonRpcProvider(server.url, chainId, { staticNetwork: true, cacheTimeout: -1 })
provider.pollingInterval = 20
const [me, other] = [0, 1].map((i) => new Wallet(devnet.accounts[i]!.privateKey, provider)) as [
  Wallet,
  Wallet,
]
const SALT = zeroPadValue('0x5a17', 32)
const MINER = 1000n
const GET_OWNER = 3275365574n

test('a linked library behind a UUPS proxy reaches a miner, before and after an upgrade', async () => {
  const library = await deploy('MinerApi')
  const first = await deploy('PoolV1', [], { MinerApi: await library.getAddress() })
  const init = first.interface.encodeFunctionData('initialize', [me.address])
  const proxy = await deploy('ERC1967Proxy', [await first.getAddress(), init])
  const pool = new Contract(await proxy.getAddress(), first.interface, me)
  assert.is(await pool['version']!(), 1n)
  const owner = await pool['ask']!.staticCall(MINER, GET_OWNER, '0x')
  assert.match(owner, /^0x824.00.*f6$/)
  const stranger = await pool['ask']!.staticCall(MINER, 2280458852n, '0x814200ff').catch(revertOf)
  // Of the library's own error the pool knows nothing: it passes through as it is.
  assert.equal(library.interface.parseError(stranger)?.args.toArray(), [18n])
  await (await me.sendTransaction({ to: await pool.getAddress(), value: fil('2') })).wait()
  assert.is(await pool['balanceOf']!(me.address), fil('2'))
  const second = await deploy('PoolV2', [], { MinerApi: await library.getAddress() })
  const upgrade = [await second.getAddress(), '0x'] as const
  const error = await (pool.connect(other) as Contract)
    ['upgradeToAndCall']!.staticCall(...upgrade)
    .catch((thrown: { revert?: { name: string } }) => thrown.revert?.name)
  assert.is(error, 'OwnableUnauthorizedAccount')
  await sent(pool, 'upgradeToAndCall', ...upgrade)
  assert.is(await pool['version']!(), 2n)
  assert.is(await pool['balanceOf']!(me.address), fil('2'))
})

test('factories make contracts at the addresses they foretell, and code is seen as it is', async () => {
  const factory = await deploy('Factory')
  const at = await factory.getAddress()
  const agentCode = `0x${compiled['Agent']!.bytecode}`
  const foretold = getCreate2Address(at, SALT, keccak256(agentCode))
  assert.is(await provider.getCode(foretold), '0x')
  const plain = await made(factory, 'plain', SALT)
  assert.is(plain['agent'], foretold)
  assert.is(plain['codehash'], keccak256(await provider.getCode(foretold)))
  const clone = await made(factory, 'clone', SALT)
  assert.is(clone['codehash'], keccak256(await provider.getCode(clone['agent'])))
  const again = await factory['clone']!.staticCall(SALT).catch(reasonOf)
  assert.is(again, 'there')
  const collision = await factory['plain']!.staticCall(SALT).catch(revertOf)
  assert.is(collision, '0x')
  const { agent } = await made(factory, 'fromBeacon')
  const proxied = new Contract(agent, compiled['Agent']!.abi as never, me)
  assert.is(await proxied['owner']!(), me.address)
  assert.is(await factory['caught']!(agent, 'as it happens'), 'as it happens')
})

test('value arrives where it is received, also by transfer', async () => {
  const factory = await deploy('Factory')
  const { agent } = await made(factory, 'plain', SALT)
  const receiver = new Contract(agent, compiled['Agent']!.abi as never, me)
  for (const way of ['byTransfer', 'bySendValue']) {
    const transaction = await factory[way]!(agent, { value: 5n })
    assert.is((await transaction.wait()).status, 1)
  }
  assert.is(await receiver['received']!(), 10n)
  assert.is(await provider.getBalance(agent), 10n)
})

test('tokens: permits are signed for this chain, vaults hold them, calls come in batches', async () => {
  const token = await deploy('Wrapped')
  const vault = await deploy('Vault', [await token.getAddress()])
  await (await token['deposit']!({ value: fil('10') })).wait()
  const [owner, spender, value] = [me.address, await vault.getAddress(), fil('4')]
  const { name, version, verifyingContract } = await token['eip712Domain']!()
  const types = {
    Permit: [
      'address owner',
      'address spender',
      'uint256 value',
      'uint256 nonce',
      'uint256 deadline',
    ]
      .map((field) => field.split(' '))
      .map(([type, name]) => ({ type: type!, name: name! })),
  }
  const permit = { owner, spender, value, nonce: 0n, deadline: 2n ** 40n }
  const domain = { name, version, chainId, verifyingContract }
  const { v, r, s } = Signature.from(await me.signTypedData(domain, types, permit))
  await sent(token, 'permit', owner, spender, value, permit.deadline, v, r, s)
  await sent(vault, 'deposit', value, owner)
  assert.is(await vault['balanceOf']!(owner), value)
  assert.is(await token['balanceOf']!(spender), value)
  await sent(vault, 'withdraw', fil('1'), owner, owner)
  const transfers = [1n, 2n].map((amount) =>
    token.interface.encodeFunctionData('transfer', [other.address, amount]),
  )
  await sent(token, 'multicall', transfers)
  assert.is(await token['balanceOf']!(other.address), 3n)
  await sent(token, 'withdraw', fil('1'))
  assert.is(await provider.getBalance(await token.getAddress()), fil('9'))
  assert.is(await vault['guarded']!.staticCall(spender), false, 'it cannot be entered again')
})

test('a frame keeps a 64th of its gas, and what burns or fills a block ends', async () => {
  const gas = await deploy('Gas')
  const depth = await gas['dive']!.staticCall(0n, { gasLimit: 1_000_000_000n })
  assert.ok(depth > 20n && depth < 1024n, `${depth} deep`)
  assert.match(await gas['burn']!.staticCall().catch(messageOf), /out of gas/)
  // Beyond 512 MiB there is none, beyond half of what 32 bits count the actor gives up, and beyond that it refuses.
  const bombs = { [2 ** 29 + 1]: 4, [2 ** 31 - 64]: 24, [2 ** 32 - 100]: 38 }
  for (const [size, code] of Object.entries(bombs)) {
    const said = await gas['bomb']!.staticCall(size).catch(messageOf)
    assert.ok(said.includes(`(RetCode=${code})`), said)
  }
  assert.is(await provider.getBlockNumber(), devnet.node.head.height)
})

test('code of 24,576 bytes is taken, one byte more is not', async () => {
  const initcode = (length: number) => `0x62${length.toString(16).padStart(6, '0')}5ff3`
  const deployed = await (await me.sendTransaction({ data: initcode(24_576) })).wait()
  assert.is((await provider.getCode(deployed!.contractAddress!)).length, 2 + 2 * 24_576)
  const failed = await me.sendTransaction({ data: initcode(24_577) }).catch(messageOf)
  assert.match(failed as string, /EVM byte code length \(24577\) is exceeding the maximum/)
})

test.after(() => server.close())

async function deploy(
  name: string,
  args: readonly unknown[] = [],
  libraries: Readonly<Record<string, string>> = {},
): Promise<Contract> {
  const { abi, ...made } = compiled[name]!
  const factory = new ContractFactory(abi as never, linked(made, libraries), me)
  const contract = await factory.deploy(...args)
  await contract.waitForDeployment()
  return contract as Contract
}

function linked(
  { bytecode, links }: Pick<Compiled, 'bytecode' | 'links'>,
  libraries: Readonly<Record<string, string>>,
): string {
  let code = bytecode
  for (const [name, places] of Object.entries(links))
    for (const { start } of places) {
      const at = 2 * start
      code = code.slice(0, at) + libraries[name]!.slice(2).toLowerCase() + code.slice(at + 40)
    }
  return `0x${code}`
}

async function sent(contract: Contract, name: string, ...args: readonly unknown[]): Promise<void> {
  const transaction = await contract[name]!(...args)
  assert.is((await transaction.wait()).status, 1)
}

/** Arguments of the event of a factory. */
async function made(factory: Contract, name: string, ...args: unknown[]): Promise<Result> {
  const transaction = await factory[name]!(...args)
  const { logs } = (await transaction.wait()) as { logs: { topics: string[]; data: string }[] }
  const { interface: known } = factory as { interface: Interface }
  return logs.map((log) => known.parseLog(log)).find((event) => event?.name === 'Made')!.args
}

const revertOf = (thrown: { data?: string }): string => thrown.data ?? ''
const reasonOf = (thrown: { reason?: string }): string => thrown.reason ?? ''
/** What the devnet said, where ethers has it. */
const messageOf = (thrown: Error & { info?: { error?: { message: string } } }): string =>
  thrown.info?.error?.message ?? thrown.message

test.run()
