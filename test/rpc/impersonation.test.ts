// Goal: any actor can be sent for without its key, and nobody who was not asked for. Method: accounts of each kind, a miner, a
// multisig and a singleton send FIL, through Ethereum's form and Filecoin's; what they sent is read back by clients.
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { MultisigConstructorParams } from '../../actors/multisig/params.ts'
import { ExecParams } from '../../actors/init/params.ts'
import { makeMessage, messageToJson, signedMessageToJson } from '../../engine/chain/message.ts'
import { unsigned } from '../../engine/chain/unsigned.ts'
import { type Address, idAddress, PROTOCOL } from '../../primitives/address.ts'
import { encode } from '../../primitives/codec.ts'
import { ethAddressOf, filecoinAddressOf, formatEthAddress } from '../../primitives/eth-address.ts'
import { fil } from '../../primitives/units.ts'
import { eth, GAS, METHOD_INVOKE_EVM, rpcDevnet, type RpcDevnet } from '../support/rpc.ts'

const balance = async ({ ask }: RpcDevnet, of: Address): Promise<bigint> =>
  BigInt(await ask<string>('Filecoin.WalletBalance', String(of)))

/** Of an Ethereum account nothing but a call of a contract can be signed, a transfer among them. */
const transfer = (from: Address, to: Address) => {
  const method = from.protocol === PROTOCOL.delegated ? METHOD_INVOKE_EVM : 0n
  return messageToJson(makeMessage({ from, to, value: 7n, method }))
}

/** A multisig of the first account's with 10 FIL in it. */
async function multisig(net: RpcDevnet): Promise<Address> {
  const { devnet, ask } = net
  const from = devnet.accounts[0]!.native
  const signers = [from]
  const params = { signers, numApprovalsThreshold: 1n, unlockDuration: 0n, startEpoch: 0n }
  const exec = encode(ExecParams, {
    codeCid: devnet.node.manifest.codeOf('multisig'),
    constructorParams: encode(MultisigConstructorParams, params),
  })
  await ask('anvil_impersonateAccount', String(from))
  const value = fil('10')
  const message = makeMessage({ from, to: idAddress(1), method: 2n, value, params: exec })
  await ask('Filecoin.MpoolPushMessage', messageToJson(message))
  const found = [...devnet.node.state.entries()].find(([, { type }]) => type === 'multisig')
  return idAddress(found![0])
}

test('actors of every kind send FIL', async () => {
  const net = await rpcDevnet()
  const { devnet, ask } = net
  const { owner, id } = devnet.providers[0]!
  const [a, b] = devnet.accounts
  const senders = [a!.native, a!.delegated, owner, idAddress(id), idAddress(2), await multisig(net)]
  devnet.node.edit((tree) => tree.deposit(tree.resolve(owner)!, fil('1')))
  for (const from of senders) {
    await ask('hardhat_impersonateAccount', String(from))
    const before = await balance(net, b!.delegated)
    const { CID } = await ask('Filecoin.MpoolPushMessage', transfer(from, b!.delegated))
    assert.is((await balance(net, b!.delegated)) - before, 7n, `from ${from}`)
    assert.is(Number((await ask('Filecoin.StateWaitMsg', CID))['Receipt']!['ExitCode']), 0)
  }
})

test('a transaction of Ethereum is known by its hash, and has the sender it was sent for', async () => {
  const { devnet, ask } = await rpcDevnet()
  const [a, b] = devnet.accounts
  const hashes = new Set<string>()
  for (const account of [a!, b!]) {
    const from = eth(account)
    await ask('anvil_impersonateAccount', from)
    const request = { from, to: eth(devnet.accounts[2]!), value: '0x5' }
    const hash = await ask<string>('eth_sendUnsignedTransaction', request)
    hashes.add(hash)
    const found = await ask('eth_getTransactionByHash', hash)
    assert.equal([found['from'], found['hash'], found['value']], [from, hash, '0x5'])
    assert.equal((await ask('eth_getTransactionReceipt', hash))['status'], '0x1')
  }
  assert.is(hashes.size, 2, 'two senders of the same transaction have two hashes')
})

test('a miner pays no gas, an account does', async () => {
  const net = await rpcDevnet()
  const { devnet, ask } = net
  const miner = idAddress(devnet.providers[0]!.id)
  await ask('anvil_autoImpersonateAccount', true)
  const from = formatEthAddress(ethAddressOf(miner)!)
  const to = eth(devnet.accounts[0]!)
  const receiver = filecoinAddressOf(devnet.accounts[0]!.eth)
  const [had, received] = [await balance(net, miner), await balance(net, receiver)]
  const hash = await ask<string>('eth_sendUnsignedTransaction', { from, to, value: '0x64' })
  const receipt = await ask('eth_getTransactionReceipt', hash)
  assert.is(receipt['from'] as unknown, from)
  assert.ok(Number(receipt['gasUsed']) > 0)
  assert.is((await balance(net, receiver)) - received, 100n)
  // It also won the block: what it has is what it had, less the value, and the reward.
  assert.ok((await balance(net, miner)) > had - 100n)
  const account = devnet.accounts[1]!.delegated
  const before = await balance(net, account)
  await ask('Filecoin.MpoolPushMessage', transfer(account, receiver))
  assert.ok((await balance(net, account)) < before - 7n)
})

test('nobody is sent for who was not asked for', async () => {
  const { devnet, ask, refusal } = await rpcDevnet()
  const [a, b] = devnet.accounts
  const request = { from: eth(a!), to: eth(b!) }
  const notAsked = /is not impersonated: ask for it/
  assert.match((await refusal('eth_sendUnsignedTransaction', request)).message, notAsked)
  await ask('anvil_impersonateAccount', eth(a!))
  await ask('eth_sendUnsignedTransaction', request)
  await ask('anvil_stopImpersonatingAccount', eth(a!))
  assert.match((await refusal('eth_sendUnsignedTransaction', request)).message, notAsked)
})

test('the mark of an unsigned message is not a signature to the pool', async () => {
  const { devnet, refusal } = await rpcDevnet()
  const [a, b] = devnet.accounts
  const miner = idAddress(devnet.providers[0]!.id)
  for (const from of [a!.native, miner]) {
    const message = makeMessage({ from, to: b!.native, value: 1n, ...GAS })
    const { message: why } = await refusal(
      'Filecoin.MpoolPush',
      signedMessageToJson(unsigned(message)),
    )
    assert.match(why, /invalid signature/)
  }
})

test('wrong parameters are named', async () => {
  const { refusal } = await rpcDevnet()
  for (const [name, given, why] of [
    ['anvil_impersonateAccount', 'f0', /anvil_impersonateAccount param 0: expected an address/],
    ['hardhat_impersonateAccount', '0x12', /expected an Ethereum address/],
    ['anvil_autoImpersonateAccount', 1, /expected true or false/],
    ['eth_sendUnsignedTransaction', { to: '0x' }, /param 0: from: expected an address/],
  ] as const)
    assert.match((await refusal(name, given)).message, why)
})

test.run()
