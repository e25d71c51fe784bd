// Messages as Ethereum clients see them: transactions as they were sent, native messages in Lotus' clothes.
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { formatTransaction, parseTransaction } from 'viem'
import { privateKeyToAccount } from 'viem/accounts'
import { encodeNativeCall } from '../../../actors/evm/native-abi.ts'
import { idAddress, parseAddress } from '../../../primitives/address.ts'
import { fromHex, toHex } from '../../../primitives/bytes.ts'
import { initCrypto } from '../../../primitives/crypto/init.ts'
import { maskedIdAddress } from '../../../primitives/eth-address.ts'
import {
  ethHashOfMessage,
  ethTransactionToJson,
  type NativeParties,
} from '../../../engine/chain/eth-json.ts'
import { EAM_ADDRESS, messageOfEthTransaction } from '../../../engine/chain/eth-message.ts'
import { decodeEthTransaction } from '../../../engine/chain/eth-transaction.ts'
import {
  makeMessage,
  type Message,
  messageCid,
  signedMessageCid,
} from '../../../engine/chain/message.ts'

const CHAIN_ID = 31415926n
const account = privateKeyToAccount(`0x${'07'.repeat(32)}`)
const NEVER = (): NativeParties => {
  throw new Error('an Ethereum transaction needs no look-up')
}

await initCrypto()

test('an Ethereum transaction is shown as it was sent', async () => {
  const common = {
    nonce: 5,
    to: `0x${'11'.repeat(20)}`,
    value: 7n,
    data: '0xc0ffee',
    gas: 9n,
  } as const
  const fees = { maxFeePerGas: 20n, maxPriorityFeePerGas: 10n }
  const chainId = Number(CHAIN_ID)
  const raws = [
    await account.signTransaction({ type: 'eip1559', chainId, ...common, ...fees }),
    await account.signTransaction({ type: 'legacy', chainId, ...common, gasPrice: 20n }),
    await account.signTransaction({ type: 'legacy', ...common, gasPrice: 20n }),
    await account.signTransaction({ type: 'eip1559', chainId, ...fees, to: null, data: '0x60' }),
  ]
  for (const raw of raws) {
    const signed = messageOfEthTransaction(decodeEthTransaction(fromHex(raw), CHAIN_ID))
    const json = ethTransactionToJson(signed, CHAIN_ID, NEVER)
    const shown = formatTransaction(json as never)
    const sent = parseTransaction(raw)
    assert.is(json.from, account.address.toLowerCase())
    assert.is(json.hash, `0x${toHex(ethHashOfMessage(signed, CHAIN_ID))}`)
    assert.is(shown.type, sent.type)
    assert.is(shown.nonce, sent.nonce ?? 0)
    assert.is(shown.to ?? undefined, sent.to ?? undefined)
    assert.is(shown.value, sent.value ?? 0n)
    assert.is(shown.input, sent.data ?? '0x')
    assert.is(shown.gas, sent.gas ?? 0n)
    assert.is(shown.maxFeePerGas, sent.maxFeePerGas)
    assert.is(shown.maxPriorityFeePerGas, sent.maxPriorityFeePerGas)
    assert.is(shown.gasPrice, sent.gasPrice)
    assert.is(BigInt(json.r), BigInt(sent.r!))
    assert.is(BigInt(json.s), BigInt(sent.s!))
    assert.is(shown.chainId ?? 0, sent.chainId ?? 0)
    assert.equal([json.blockHash, json.blockNumber, json.transactionIndex], [null, null, null])
  }
})

const PARTIES = { from: maskedIdAddress(101), to: maskedIdAddress(102) }

function shownNative(change: Partial<Message>) {
  const message = makeMessage({
    from: parseAddress('f17uoq6tp427uzv7fztkbsnn64iwotfrristwpryy'),
    to: idAddress(102),
    nonce: 1n,
    value: 255n,
    gasLimit: 16n,
    gasFeeCap: 4n,
    gasPremium: 3n,
    ...change,
  })
  const signature = { type: 'secp256k1', data: new Uint8Array(65) } as const
  return { message, json: ethTransactionToJson({ message, signature }, CHAIN_ID, () => PARTIES) }
}

test('a native message is shown as a native call of a contract', () => {
  const params = fromHex('814a00989680')
  const { json } = shownNative({ method: 16n, params })
  assert.is(json.input, `0x${toHex(encodeNativeCall(16n, 0x51n, params))}`)
  assert.is(json.from, `0x${toHex(PARTIES.from)}`)
  assert.is(json.to, `0x${toHex(PARTIES.to)}`)
  assert.is(json.type, '0x2')
  assert.is(json.chainId, '0x1df5e76')
  assert.is(json.value, '0xff')
  assert.is(json.maxFeePerGas, '0x4')
  assert.is(json.gasPrice, undefined)
  assert.equal([json.v, json.r, json.s], ['0x0', '0x0', '0x0'])
  const send = shownNative({ method: 0n }).json
  assert.is(send.input, `0x${toHex(encodeNativeCall(0n, 0n, new Uint8Array()))}`)
})

test('a native message that calls or deploys a contract shows its calldata', () => {
  const method = 3844450837n
  assert.is(shownNative({ method, params: fromHex('42beef') }).json.input, '0xbeef')
  assert.is(shownNative({ method }).json.input, '0x')
  const deployment = shownNative({ to: EAM_ADDRESS, method: 4n, params: fromHex('4160') }).json
  assert.is(deployment.input, '0x60')
  assert.is(deployment.to, null)
  // Garbage is shown as a native call.
  const garbage = fromHex('83')
  const shown = shownNative({ method, params: garbage }).json
  assert.is(shown.input, `0x${toHex(encodeNativeCall(method, 0x51n, garbage))}`)
  const undeployed = shownNative({ to: EAM_ADDRESS, method: 4n, params: garbage }).json
  assert.is(undeployed.to, `0x${toHex(PARTIES.to)}`)
})

test('the hash of a native message is the digest of its chain CID', () => {
  const { message } = shownNative({})
  const secp = { message, signature: { type: 'secp256k1', data: new Uint8Array(65) } } as const
  const bls = { message, signature: { type: 'bls', data: new Uint8Array(96) } } as const
  assert.equal(ethHashOfMessage(secp, CHAIN_ID), signedMessageCid(secp).digest)
  assert.equal(ethHashOfMessage(bls, CHAIN_ID), messageCid(message).digest)
})

test.run()
