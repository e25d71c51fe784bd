// Goal: the node signs for the keys it holds, as Lotus' does. Method: keys of each kind made, brought, used and taken away; what was
// signed is verified, and messages are followed onto the chain.
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { verifyMessageSignature } from '../../engine/chain/message-signature.ts'
import { signedMessageFromJson } from '../../engine/chain/message.ts'
import { idAddress } from '../../primitives/address.ts'
import { encodeBase64 } from '../../primitives/base64.ts'
import { fromHex, utf8 } from '../../primitives/bytes.ts'
import { address as addressCodec, byteString, encode } from '../../primitives/codec.ts'
import { filecoinAddressOf } from '../../primitives/eth-address.ts'
import { fil } from '../../primitives/units.ts'
import { callData, ledgerDevnet } from '../support/drive.ts'
import { int, type Json, rpcDevnet } from '../support/rpc.ts'

const CHANGE_OWNER = 23

test('keys of accounts, owners and workers are there from the start', async () => {
  const { devnet, ask } = await rpcDevnet({ accounts: 2 })
  const [one, two] = devnet.accounts
  const [{ owner, worker }] = devnet.providers as [(typeof devnet.providers)[0]]
  const all = [one!.native, two!.native, one!.delegated, two!.delegated, owner, worker]
  assert.equal(await ask('Filecoin.WalletList'), all.map(String))
  assert.is(await ask('Filecoin.WalletDefaultAddress'), String(one!.native))
  assert.is(await ask('Filecoin.WalletHas', String(owner)), true)
  assert.is(await ask('Filecoin.WalletHas', 'f099'), false)
  for (const who of [owner, worker])
    assert.is(await ask('Filecoin.WalletBalance', String(who)), fil('1000').toString())
})

test('keys are made, signed with, exported, deleted and imported', async () => {
  const { ask, refusal } = await rpcDevnet()
  const data = encodeBase64(utf8('hello'))
  for (const [type, prefix] of [
    ['secp256k1', 'f1'],
    ['bls', 'f3'],
    ['delegated', 'f410'],
  ]) {
    const made = await ask('Filecoin.WalletNew', type)
    assert.is(String(made).slice(0, prefix!.length), prefix)
    const signature = await ask('Filecoin.WalletSign', made, data)
    assert.is(await ask('Filecoin.WalletVerify', made, data, signature), true)
    assert.is(await ask('Filecoin.WalletVerify', made, encodeBase64(utf8('x')), signature), false)
    const info = await ask('Filecoin.WalletExport', made)
    assert.is(info['Type'], type)
    await ask('Filecoin.WalletSetDefault', made)
    assert.is(await ask('Filecoin.WalletDefaultAddress'), made)
    await ask('Filecoin.WalletDelete', made)
    assert.is(await ask('Filecoin.WalletHas', made), false)
    assert.is(String(await ask('Filecoin.WalletDefaultAddress')).slice(0, 2), 'f1')
    assert.match((await refusal('Filecoin.WalletSign', made, data)).message, /key not found/)
    assert.is(await ask('Filecoin.WalletImport', info), made)
    assert.is(await ask('Filecoin.WalletHas', made), true)
  }
})

test('the same seed makes the same keys', async () => {
  const [one, two, three] = await Promise.all(['a', 'a', 'b'].map((seed) => rpcDevnet({ seed })))
  const made = await one!.ask('Filecoin.WalletNew', 'bls')
  assert.is(await two!.ask('Filecoin.WalletNew', 'bls'), made)
  assert.is.not(await three!.ask('Filecoin.WalletNew', 'bls'), made)
})

test('what is no key is refused', async () => {
  const { refusal } = await rpcDevnet()
  const says = async (method: string, ...params: unknown[]) =>
    (await refusal(`Filecoin.${method}`, ...params)).message
  assert.match(
    await says('WalletNew', 'rsa'),
    /param 0: expected one of secp256k1, bls, delegated, got "rsa"/,
  )
  assert.match(
    await says('WalletImport', { Type: 'bls', PrivateKey: 'AAAA' }),
    /PrivateKey: 3 bytes, expected 32/,
  )
  const zeros = encodeBase64(new Uint8Array(32))
  assert.match(
    await says('WalletImport', { Type: 'secp256k1', PrivateKey: zeros }),
    /not a secp256k1 key/,
  )
  assert.match(
    await says('WalletImport', { Type: 'bls', PrivateKey: '*' }),
    /PrivateKey: expected bytes in base64/,
  )
  assert.match(await says('WalletSign', 'f01000', 'AAAA'), /f01000 is not an account/)
  assert.match(await says('WalletValidateAddress', 'f1x'), /expected an address/)
})

test('a message is priced, signed by the key of its sender, and mined', async () => {
  const { devnet, ask } = await rpcDevnet()
  const { providers, accounts, params } = devnet
  const [{ owner, id }] = providers as [(typeof providers)[0]]
  const heir = devnet.node.state.resolve(accounts[0]!.native)!
  const proposal = encode(addressCodec, idAddress(heir))
  const sent = await ask('Filecoin.MpoolPushMessage', {
    From: String(owner),
    To: `f0${id}`,
    Method: CHANGE_OWNER,
    Params: encodeBase64(proposal),
    Value: '0',
  })
  const signed = signedMessageFromJson(sent)
  assert.ok(verifyMessageSignature(signed, owner, params.chainId))
  assert.ok(int(sent['Message']!['GasLimit']) > 0)
  const lookup = await ask('Filecoin.StateWaitMsg', sent['CID'], 0, -1, true)
  assert.is(lookup['Receipt']!['ExitCode'], 0)
  const info = await ask('Filecoin.StateMinerInfo', `f0${id}`, null)
  assert.is(info['PendingOwnerAddress'], `f0${heir}`)
})

test('an f0 becomes the address whose key signs; every kind of account sends', async () => {
  const { devnet, ask } = await rpcDevnet()
  const { native, delegated } = devnet.accounts[0]!
  const id = devnet.node.state.resolve(native)!
  const to = String(devnet.accounts[1]!.native)
  const byId = await ask('Filecoin.MpoolPushMessage', { From: `f0${id}`, To: to, Value: '5' }, null)
  assert.equal([byId['Message']!['From'], byId['Message']!['Nonce']], [String(native), 0])
  const delegatedTo = String(devnet.accounts[1]!.delegated)
  const eth = { From: String(delegated), To: delegatedTo, Value: '5', Method: 3844450837 }
  const byEth = await ask('Filecoin.MpoolPushMessage', eth, { MaxFee: '1000000000000000000' })
  const hash = await ask('Filecoin.EthGetTransactionHashByCid', byEth['CID'])
  assert.is((await ask('eth_getTransactionReceipt', hash))['status'], '0x1')
  assert.is(await ask('Filecoin.MpoolGetNonce', String(native)), 1)
})

test('messages that cannot be sent are refused, with the reason', async () => {
  const { devnet, ask, refusal } = await rpcDevnet()
  const [one, two] = devnet.accounts
  const message = { From: String(one!.native), To: String(two!.native), Value: '1' }
  const says = async (change: object) =>
    (await refusal('Filecoin.MpoolPushMessage', { ...message, ...change })).message
  assert.match(await says({ Nonce: 3 }), /expects message nonce to be 0, was 3/)
  assert.match(await says({ From: 'f099' }), /no account|not an account|key/)
  assert.match(await says({ Value: fil('200000').toString() }), /SysErrInsufficientFunds/)
  assert.match(
    await says({ From: String(one!.delegated) }),
    /Message.Method: 0, an Ethereum transaction calls/,
  )
  const all = await ask<Json[]>('Filecoin.MpoolBatchPushMessage', [message, message], null)
  assert.equal(
    all.map((sent) => sent['Message']!['Nonce']),
    [0, 1],
  )
  const config = await ask('Filecoin.MpoolGetConfig')
  assert.is(config['GasLimitOverestimation'], 1.25)
})

test('a native message to a contract gets the gas that nested calls need', async () => {
  const { ask, ledger, devnet } = await ledgerDevnet()
  const params = encode(byteString, fromHex(callData('nest', [60n])))
  const sent = await ask('Filecoin.MpoolPushMessage', {
    From: String(devnet.accounts[1]!.native),
    To: String(filecoinAddressOf(fromHex(ledger))),
    Method: 3844450837,
    Params: encodeBase64(params),
  })
  const lookup = await ask('Filecoin.StateWaitMsg', sent['CID'], 0, -1, true)
  assert.is(lookup['Receipt']!['ExitCode'], 0)
})

test('an impersonated sender needs no key', async () => {
  const { devnet, ask } = await rpcDevnet()
  const miner = `f0${devnet.providers[0]!.id}`
  await ask('anvil_impersonateAccount', miner)
  const sent = await ask('Filecoin.MpoolPushMessage', {
    From: miner,
    To: String(devnet.accounts[0]!.native),
    Value: '7',
  })
  const lookup = await ask('Filecoin.StateWaitMsg', sent['CID'], 0, -1, true)
  assert.is(lookup['Receipt']!['ExitCode'], 0)
})

test('what would be mined next is selected', async () => {
  const { devnet, ask } = await rpcDevnet()
  devnet.automine = false
  const [one, two] = devnet.accounts
  const message = { From: String(one!.native), To: String(two!.native), Value: '1' }
  const sent = await ask('Filecoin.MpoolPushMessage', message)
  for (const method of ['Filecoin.MpoolSelect', 'Filecoin.MpoolPending'])
    assert.equal(await ask(method, null, ...(method.endsWith('Select') ? [1] : [])), [sent])
})

test.run()
