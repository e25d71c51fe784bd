// Goal: Ethereum's methods answer as Lotus does. Method: each against what the chain is known to hold.
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { parseCid } from '../../primitives/cid.ts'
import { toHex } from '../../primitives/bytes.ts'
import { maskedIdAddress } from '../../primitives/eth-address.ts'
import { keccak256 } from '../../primitives/crypto/hash.ts'
import { fil } from '../../primitives/units.ts'
import { fromHex } from '../../primitives/bytes.ts'
import { big, eth, GAS, int, NOBODY, rawTransfer, rpcDevnet, signedOf } from '../support/rpc.ts'

const ZERO_HASH = `0x${'00'.repeat(32)}`
const NO_ACCOUNT = `0x${'12'.repeat(20)}`
const hex = (n: bigint | number) => `0x${n.toString(16)}`

test('what never changes', async () => {
  const { ask } = await rpcDevnet()
  assert.is(await ask('eth_chainId'), '0x13a')
  assert.is(await ask('net_version'), '314')
  assert.is(await ask('net_listening'), true)
  assert.is(await ask('web3_clientVersion'), 'pithead/0.1.0')
  assert.is(await ask('eth_syncing'), false)
  assert.is(await ask('eth_protocolVersion'), '0x1c')
})

test('every method has its twin by the name Lotus gives it', async () => {
  const { devnet, ask } = await rpcDevnet()
  const owner = eth(devnet.accounts[0]!)
  const twins: [string, string, ...unknown[]][] = [
    ['eth_chainId', 'Filecoin.EthChainId'],
    ['eth_getBalance', 'Filecoin.EthGetBalance', owner, 'latest'],
    ['eth_getBlockByNumber', 'Filecoin.EthGetBlockByNumber', 'latest', false],
    ['net_version', 'Filecoin.NetVersion'],
    ['web3_clientVersion', 'Filecoin.Web3ClientVersion'],
  ]
  for (const [one, other, ...params] of twins)
    assert.equal(await ask(other, ...params), await ask(one, ...params), other)
})

test('a transfer is a transaction, and has a receipt', async () => {
  const { devnet, ask } = await rpcDevnet()
  const [from, to] = devnet.accounts
  const raw = rawTransfer(devnet, from!, to!.delegated, { value: fil('2') })
  const hash = await ask('eth_sendRawTransaction', raw)
  assert.is(hash, `0x${toHex(keccak256(fromHex(raw)))}`)
  const { head } = devnet.node
  const { gasUsed } = devnet.node.store.execution(head).receipts[0]!
  const block = await ask('eth_getBlockByNumber', 'latest', false)
  const where = { blockHash: block['hash'], blockNumber: hex(head.height), transactionIndex: '0x0' }
  const { effectiveGasPrice, logsBloom, ...receipt } = await ask('eth_getTransactionReceipt', hash)
  assert.equal(receipt, {
    transactionHash: hash,
    ...where,
    from: eth(from!),
    to: eth(to!),
    root: ZERO_HASH,
    status: '0x1',
    contractAddress: null,
    cumulativeGasUsed: '0x0',
    gasUsed: hex(gasUsed),
    logs: [],
    type: '0x2',
  })
  assert.is(logsBloom, `0x${'00'.repeat(256)}`)
  const paid =
    100_000n * 10n ** 18n - fil('2') - big(await ask('eth_getBalance', eth(from!), 'latest'))
  assert.is(big(effectiveGasPrice), paid / BigInt(gasUsed))
  const { v, r, s, ...transaction } = await ask('eth_getTransactionByHash', hash)
  assert.equal(transaction, {
    ...where,
    chainId: '0x13a',
    nonce: '0x0',
    hash,
    from: eth(from!),
    to: eth(to!),
    value: hex(fil('2')),
    type: '0x2',
    input: '0x',
    gas: hex(GAS.gasLimit),
    maxFeePerGas: hex(GAS.gasFeeCap),
    maxPriorityFeePerGas: hex(GAS.gasPremium),
    accessList: [],
  })
  for (const part of [v, r, s]) assert.match(String(part), /^0x[\da-f]+$/)
  assert.equal(block['transactions'], [hash])
  const whole = await ask('eth_getBlockByHash', block['hash'], true)
  assert.equal(whole['transactions']![0], await ask('eth_getTransactionByHash', hash))
  for (const [method, at] of [
    ['eth_getTransactionByBlockHashAndIndex', block['hash']],
    ['eth_getTransactionByBlockNumberAndIndex', hex(head.height)],
  ] as const)
    assert.equal(await ask(method, at, '0x0'), whole['transactions']![0])
  assert.equal(await ask('eth_getBlockReceipts', 'latest'), [
    await ask('eth_getTransactionReceipt', hash),
  ])
  assert.is(await ask('eth_getBlockTransactionCountByNumber', 'latest'), '0x1')
  assert.is(await ask('eth_getBlockTransactionCountByHash', block['hash']), '0x1')
})

test('a native message is a transaction of masked ids, known by its CID', async () => {
  const { devnet, ask } = await rpcDevnet()
  const cid = devnet.push(signedOf(devnet, { value: 7n }))
  const hash = `0x${toHex(cid.digest)}`
  const [from, to] = devnet.accounts.map(
    ({ native }) => `0x${toHex(maskedIdAddress(devnet.node.state.resolve(native)!))}`,
  )
  const transaction = await ask('eth_getTransactionByHash', hash)
  assert.equal(
    [transaction['from'], transaction['to'], transaction['value'], transaction['type']],
    [from, to, '0x7', '0x2'],
  )
  const receipt = await ask('eth_getTransactionReceipt', hash)
  assert.equal([receipt['from'], receipt['to'], receipt['status']], [from, to, '0x1'])
  assert.is(await ask('Filecoin.EthGetTransactionHashByCid', { '/': cid.toString() }), hash)
  assert.equal(await ask('Filecoin.EthGetMessageCidByTransactionHash', hash), {
    '/': cid.toString(),
  })
})

test('a message to nobody fails on the chain, and is shown with the address of nobody', async () => {
  const { devnet, ask } = await rpcDevnet()
  const cid = devnet.push(signedOf(devnet, { to: NOBODY }))
  const receipt = await ask('eth_getTransactionReceipt', `0x${toHex(cid.digest)}`)
  assert.is(receipt['status'], '0x0')
  assert.is(receipt['to'], `0x${toHex(maskedIdAddress(NOBODY.id!))}`)
  assert.equal(receipt['logs'], [])
})

test('the hash of an Ethereum transaction and the CID of its message lead to each other', async () => {
  const { devnet, ask } = await rpcDevnet()
  const [from, to] = devnet.accounts
  const hash = await ask('eth_sendRawTransaction', rawTransfer(devnet, from!, to!.delegated))
  const cid = await ask('Filecoin.EthGetMessageCidByTransactionHash', hash)
  assert.ok(devnet.node.store.locate(parseCid(String(cid['/']))))
  assert.is(await ask('Filecoin.EthGetTransactionHashByCid', cid), hash)
})

test('a transaction that waits has no receipt and no block', async () => {
  const { devnet, ask } = await rpcDevnet()
  devnet.automine = false
  const [from, to] = devnet.accounts
  const raw = rawTransfer(devnet, from!, to!.delegated)
  const hash = await ask('eth_sendRawTransaction', raw)
  assert.is(await ask('eth_getTransactionReceipt', hash), null)
  const transaction = await ask('eth_getTransactionByHash', hash)
  assert.is(transaction['hash'], hash)
  assert.equal([transaction['blockHash'], transaction['blockNumber']], [null, null])
  assert.is(await ask('eth_getTransactionCount', eth(from!), 'latest'), '0x0')
  assert.is(await ask('eth_getTransactionCount', eth(from!), 'pending'), '0x1')
  devnet.mine()
  assert.is((await ask('eth_getTransactionReceipt', hash))['status'], '0x1')
})

test('what is not there is null', async () => {
  const { ask } = await rpcDevnet()
  const methods = [
    'eth_getTransactionByHash',
    'eth_getTransactionReceipt',
    'Filecoin.EthGetMessageCidByTransactionHash',
  ]
  for (const method of methods) assert.is(await ask(method, ZERO_HASH), null, method)
})

test('a block has the fields and the constants of Lotus', async () => {
  const { devnet, ask } = await rpcDevnet()
  const parent = await ask('eth_getBlockByNumber', '0x0', false)
  const { blocks, height } = devnet.mine()
  const block = await ask('eth_getBlockByNumber', hex(height), false)
  const { hash, ...rest } = block
  assert.match(String(hash), /^0x[\da-f]{64}$/)
  assert.equal(rest, {
    parentHash: parent['hash'],
    sha3Uncles: '0x1dcc4de8dec75d7aab85b567b6ccd41ad312451b948a7413f0a142fd40d49347',
    miner: `0x${'00'.repeat(20)}`,
    stateRoot: ZERO_HASH,
    transactionsRoot: '0x56e81f171bcc55a6ff8345e692c0f86e5b48e01b996cadc001622fb5e363b421',
    receiptsRoot: ZERO_HASH,
    logsBloom: `0x${'00'.repeat(256)}`,
    difficulty: '0x0',
    totalDifficulty: '0x0',
    number: hex(height),
    gasLimit: hex(10_000_000_000 * blocks.length),
    gasUsed: '0x0',
    timestamp: hex(devnet.params.genesisTime + 30 * height),
    extraData: '0x',
    mixHash: ZERO_HASH,
    nonce: '0x0000000000000000',
    baseFeePerGas: hex(blocks[0]!.parentBaseFee),
    size: '0x0',
    transactions: [],
    uncles: [],
  })
  assert.equal(await ask('eth_getBlockByHash', hash, false), block)
})

test('tags and numbers name blocks; the head is executed and so the latest', async () => {
  const { devnet, ask, refusal } = await rpcDevnet()
  const head = devnet.mine(40)
  const number = async (at: string) =>
    Number((await ask('eth_getBlockByNumber', at, false))['number'])
  assert.is(await ask('eth_blockNumber'), hex(head.height))
  for (const at of ['latest', 'pending', hex(head.height), `${head.height}`])
    assert.is(await number(at), head.height, at)
  const safe = await number('safe')
  assert.ok(safe <= head.height - 30 && safe > head.height - 40, `${safe} of ${head.height}`)
  assert.is(await number('finalized'), 0)
  assert.equal(await refusal('eth_getBlockByNumber', 'earliest', false), {
    code: 1,
    message: 'block param "earliest" is not supported',
  })
  assert.equal(await refusal('eth_getBlockByNumber', hex(head.height + 1), false), {
    code: 1,
    message: `requested a future epoch (beyond 'latest')`,
  })
})

test('a null round is error 12 for a block, and the tipset before it for a balance', async () => {
  const { devnet, ask, refusal } = await rpcDevnet()
  const before = devnet.mine()
  devnet.increaseTime(60)
  devnet.push(signedOf(devnet, { value: fil('1') }))
  const nullRound = before.height + 1
  const error = {
    code: 12,
    message: `requested epoch was a null round (${nullRound})`,
    data: nullRound,
  }
  assert.equal(await refusal('eth_getBlockByNumber', hex(nullRound), false), error)
  assert.equal(await refusal('eth_getBlockReceipts', hex(nullRound)), error)
  assert.equal(await refusal('eth_getBlockTransactionCountByNumber', hex(nullRound)), error)
  const owner = await ask(
    'Filecoin.FilecoinAddressToEthAddress',
    devnet.accounts[1]!.native.toString(),
    'latest',
  )
  const balance = (at: unknown) => ask('eth_getBalance', owner, at)
  assert.is(await balance(hex(nullRound)), await balance(hex(before.height)))
  assert.is.not(await balance('latest'), await balance(hex(before.height)))
  const { hash } = (await ask('eth_getBlockByNumber', hex(before.height), false)) as {
    hash: string
  }
  for (const at of [
    hash,
    { blockHash: hash },
    { blockHash: hash, requireCanonical: true },
    { blockNumber: hex(before.height) },
  ])
    assert.is(await balance(at), await balance(hex(before.height)))
})

test('accounts that are not there have nothing', async () => {
  const { ask, refusal } = await rpcDevnet()
  assert.is(await ask('eth_getBalance', NO_ACCOUNT, 'latest'), '0x0')
  assert.is(await ask('eth_getTransactionCount', NO_ACCOUNT, 'latest'), '0x0')
  assert.is(await ask('eth_getCode', NO_ACCOUNT, 'latest'), '0x')
  assert.is(await ask('eth_getStorageAt', NO_ACCOUNT, '0x00', 'latest'), ZERO_HASH)
  assert.is((await refusal('eth_getTransactionCount', NO_ACCOUNT, 'pending')).code, 11)
})

test('gas is estimated with what it takes to make the account of the receiver', async () => {
  const { devnet, ask, refusal } = await rpcDevnet()
  const [from, to] = devnet.accounts
  const estimate = async (call: object) => Number(await ask('eth_estimateGas', call))
  const known = await estimate({ from: eth(from!), to: eth(to!), value: '0x1' })
  const unknown = await estimate({ from: eth(from!), to: NO_ACCOUNT, value: '0x1' })
  assert.ok(unknown > known + 2_000_000, `${known}, ${unknown}`)
  const raw = rawTransfer(devnet, from!, to!.delegated, { gasLimit: BigInt(known) })
  const hash = await ask('eth_sendRawTransaction', raw)
  const receipt = await ask('eth_getTransactionReceipt', hash)
  assert.is(receipt['status'], '0x1')
  const ratio = known / Number(receipt['gasUsed'])
  assert.ok(ratio > 1.2 && ratio <= 1.26, `${ratio}`)
  assert.ok((await estimate({ to: eth(to!), data: '0x1234' })) > 0)
  assert.equal(await refusal('eth_estimateGas', { from: NO_ACCOUNT, to: eth(to!), value: '0x1' }), {
    code: 3,
    message:
      'message execution failed (exit=[SysErrInsufficientFunds(6)], vm error=[message failed with backtrace:\n00: f0103 (method 3844450837) -- actor 1001 cannot pay 1 (InsufficientFunds)\n (RetCode=6)])',
    data: '0x',
  })
  const masked = `0x${toHex(maskedIdAddress(100))}`
  assert.equal(await refusal('eth_estimateGas', { from: masked, to: eth(to!) }), {
    code: -32602,
    message: 'from: expected a class 4 address, got f0100',
  })
})

test('a call of an account does nothing, of a native actor it fails', async () => {
  const { devnet, ask, refusal } = await rpcDevnet()
  const before = devnet.node.head.key
  assert.is(await ask('eth_call', { to: eth(devnet.accounts[0]!), data: '0x1234' }, 'latest'), '0x')
  const masked = `0x${toHex(maskedIdAddress(devnet.providers[0]!.id))}`
  assert.equal(await refusal('eth_call', { to: masked, input: '0x1234' }, 'latest'), {
    code: 3,
    message:
      'message execution failed (exit=[ErrUnhandledMessage(22)], vm error=[message failed with backtrace:\n00: f01000 (method 3844450837) -- invalid method: 3844450837 (ErrUnhandledMessage(22))\n (RetCode=22)])',
    data: '0x',
  })
  assert.is(devnet.node.head.key, before)
})

test('prices follow the base fee and what was offered', async () => {
  const { devnet, ask } = await rpcDevnet()
  devnet.mine()
  const baseFee = devnet.node.head.blocks[0]!.parentBaseFee
  assert.is(await ask('eth_maxPriorityFeePerGas'), hex(200_000))
  assert.is(await ask('eth_gasPrice'), hex(baseFee + 200_000n))
  assert.is(await ask('eth_baseFee'), hex(devnet.node.baseFeeAfter(devnet.node.head)))
})

test('fee history is oldest first, without genesis', async () => {
  const { devnet, ask, refusal } = await rpcDevnet()
  devnet.mine(2)
  devnet.push(signedOf(devnet, { gasPremium: 123_456n }))
  const head = devnet.node.head
  const history = await ask('eth_feeHistory', 10, 'latest', [0, 50, 100])
  assert.is(Object.keys(history).join(' '), 'oldestBlock baseFeePerGas gasUsedRatio reward')
  const tipsets = int(history['gasUsedRatio']!['length'])
  assert.is(tipsets, 3)
  assert.is(history['baseFeePerGas']!.length, tipsets + 1)
  assert.is(history['baseFeePerGas']![tipsets - 1], hex(head.blocks[0]!.parentBaseFee))
  assert.ok(int(history['gasUsedRatio']![tipsets - 1]) > 0)
  assert.equal(history['reward']![tipsets - 1], [123_456, 123_456, 123_456].map(hex))
  assert.equal(history['reward']![0], [100_000, 100_000, 100_000].map(hex))
  const one = await ask('eth_feeHistory', '0x1', hex(head.height))
  assert.is(one['oldestBlock'], hex(head.height))
  assert.is('reward' in one, false)
  const { code } = await refusal('eth_feeHistory', 10, 'latest', [50, 10])
  assert.is(code, -32602)
})

test('time is moved and tipsets are made on demand', async () => {
  const { devnet, ask, refusal } = await rpcDevnet()
  const time = async () => Number((await ask('eth_getBlockByNumber', 'latest', false))['timestamp'])
  const start = await time()
  assert.is(await ask('evm_mine'), '0x0')
  const mined = await time()
  assert.ok(mined >= start + 30)
  assert.is(await ask('evm_increaseTime', 3600), 3600)
  assert.is(await ask('evm_increaseTime', '0x1e'), 3630)
  assert.is(await time(), mined)
  await ask('evm_mine')
  assert.ok((await time()) >= mined + 3660)
  const wanted = (await time()) + 100_000
  await ask('evm_mine', wanted)
  assert.ok((await time()) >= wanted && (await time()) < wanted + 1200)
  const { height } = devnet.node.head
  const { code, message } = await refusal('evm_mine', start)
  assert.is(code, -32602)
  assert.match(message, `timestamp: ${start} is before`)
  assert.is(devnet.node.head.height, height)
})

test.run()
