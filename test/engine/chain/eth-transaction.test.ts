// Goal: raw Ethereum transactions become messages, and messages the same transactions again; what Filecoin does not take is
// refused by the name of the field. Method: viem signs and parses the same transactions; then one field wrong at a time.
import fc from 'fast-check'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { parseTransaction, recoverTransactionAddress, keccak256 as viemKeccak } from 'viem'
import { privateKeyToAccount } from 'viem/accounts'
import { concatBytes, fromHex, toHex } from '../../../primitives/bytes.ts'
import { initCrypto } from '../../../primitives/crypto/init.ts'
import { maskedIdAddress } from '../../../primitives/eth-address.ts'
import { InvalidInput } from '../../../primitives/invalid-input.ts'
import { decodeRlp, encodeRlp, type Rlp, rlpInteger } from '../../../primitives/rlp.ts'
import {
  EAM_ADDRESS,
  ethTransactionOfMessage,
  messageOfEthTransaction,
  METHOD_CREATE_EXTERNAL,
  METHOD_INVOKE_EVM,
} from '../../../engine/chain/eth-message.ts'
import {
  decodeEthTransaction,
  encodeEthTransaction,
  ethSender,
  ethTransactionHash,
  type UnsignedEthTransaction,
  withEthSignature,
} from '../../../engine/chain/eth-transaction.ts'
import type { SignedMessage } from '../../../engine/chain/message.ts'
import { verifyMessageSignature } from '../../../engine/chain/message-signature.ts'
import { bytes } from './arbitraries.ts'
import { seed } from '../../support/seed.ts'

const SECRET = `0x${'07'.repeat(32)}` as const
const account = privateKeyToAccount(SECRET)
const CHAIN_IDS = [314n, 314159n, 31415926n] as const

await initCrypto()

const hex = (b: Uint8Array): `0x${string}` => `0x${toHex(b)}`
const money = fc.bigInt({ min: 0n, max: 1n << 90n })
const nonces = fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER })
const recipients = fc.oneof(
  fc.constant(null),
  bytes(20),
  fc.bigInt({ min: 11n, max: (1n << 63n) - 1n }).map(maskedIdAddress),
)

const transaction: fc.Arbitrary<UnsignedEthTransaction> = fc
  .tuple(
    fc.constantFrom('homestead', 'eip155', 'eip1559'),
    fc.constantFrom(...CHAIN_IDS),
    nonces,
    recipients,
    money,
    fc.uint8Array({ maxLength: 100 }),
    fc.tuple(nonces, money, money),
  )
  .map(([kind, chainId, nonce, to, value, input, [gas, cap, premium]]) => ({
    kind,
    chainId: kind === 'homestead' ? 0n : chainId,
    nonce: BigInt(nonce),
    to,
    value,
    input,
    gasLimit: BigInt(gas),
    gasFeeCap: cap,
    gasPremium: kind === 'eip1559' ? (premium < cap ? premium : cap) : cap,
  }))

/** The transaction as viem signs it. */
async function signedByViem(tx: UnsignedEthTransaction): Promise<`0x${string}`> {
  const common = {
    nonce: Number(tx.nonce),
    to: tx.to ? hex(tx.to) : null,
    value: tx.value,
    data: hex(tx.input),
    gas: tx.gasLimit,
  }
  if (tx.kind !== 'eip1559') {
    const chain = tx.kind === 'eip155' ? { chainId: Number(tx.chainId) } : {}
    return account.signTransaction({ type: 'legacy', ...common, ...chain, gasPrice: tx.gasFeeCap })
  }
  return account.signTransaction({
    type: 'eip1559',
    ...common,
    chainId: Number(tx.chainId),
    maxFeePerGas: tx.gasFeeCap,
    maxPriorityFeePerGas: tx.gasPremium,
  })
}

const chainOf = (tx: UnsignedEthTransaction): bigint => (tx.chainId === 0n ? 314n : tx.chainId)

test('what viem signs is read, with its sender and hash', async () => {
  await fc.assert(
    fc.asyncProperty(transaction, async (tx) => {
      const raw = await signedByViem(tx)
      const read = decodeEthTransaction(fromHex(raw), chainOf(tx))
      const { v, r, s, ...unsigned } = read
      assert.equal(unsigned, tx)
      assert.is(hex(ethSender(read)), account.address.toLowerCase())
      assert.is(hex(ethTransactionHash(read)), viemKeccak(raw))
      assert.is(hex(encodeEthTransaction(read)), raw)
      const theirs = parseTransaction(raw)
      assert.is(r, BigInt(theirs.r!))
      assert.is(s, BigInt(theirs.s!))
      // viem keeps the parity of EIP-1559 apart from v.
      if (tx.kind === 'eip1559') assert.is(v, BigInt(theirs.yParity!))
      else assert.is(v, theirs.v)
    }),
    { seed, numRuns: 60 },
  )
})

test('a message made from a transaction gives the same transaction', async () => {
  await fc.assert(
    fc.asyncProperty(transaction, async (tx) => {
      const read = decodeEthTransaction(fromHex(await signedByViem(tx)), chainOf(tx))
      const signed = messageOfEthTransaction(read)
      assert.equal(ethTransactionOfMessage(signed, chainOf(tx)), read)
      assert.ok(verifyMessageSignature(signed, signed.message.from, chainOf(tx)))
      assert.is(signed.message.method, tx.to ? METHOD_INVOKE_EVM : METHOD_CREATE_EXTERNAL)
      assert.is(signed.message.to.equals(EAM_ADDRESS), tx.to === null)
      assert.is(signed.message.params.length === 0, tx.input.length === 0)
    }),
    { seed, numRuns: 60 },
  )
})

test('a transaction signed here is what viem reads', async () => {
  const unsigned: UnsignedEthTransaction = {
    kind: 'eip1559',
    chainId: 314n,
    nonce: 1n,
    to: fromHex('11'.repeat(20)),
    value: 2n,
    input: fromHex('c0ffee'),
    gasLimit: 3n,
    gasFeeCap: 5n,
    gasPremium: 4n,
  }
  const r = fromHex('706d871013403cf8b965dfa7f2be5a4d185d746da45b21d5a67c667c26d255d6')
  const tx = withEthSignature(unsigned, concatBytes(r, r, Uint8Array.of(1)))
  assert.is(tx.v, 1n)
  const raw = hex(encodeEthTransaction(tx))
  const theirs = parseTransaction(raw)
  assert.is(theirs.nonce, 1)
  assert.is(theirs.gas, 3n)
  assert.is(
    hex(ethSender(tx)),
    (await recoverTransactionAddress({ serializedTransaction: raw as never })).toLowerCase(),
  )
  for (const [kind, v] of [
    ['homestead', 27n],
    ['eip155', 663n],
  ] as const)
    assert.is(withEthSignature({ ...unsigned, kind }, concatBytes(r, r, Uint8Array.of(0))).v, v)
})

/** A signed transaction's RLP fields, to change one of them. */
async function fieldsOf(kind: UnsignedEthTransaction['kind']): Promise<Rlp[]> {
  const raw = fromHex(
    await signedByViem({ ...SAMPLE, kind, gasPremium: kind === 'eip1559' ? 1n : 2n }),
  )
  return [...(decodeRlp(kind === 'eip1559' ? raw.subarray(1) : raw) as Rlp[])]
}

const SAMPLE: UnsignedEthTransaction = {
  kind: 'eip1559',
  chainId: 314n,
  nonce: 1n,
  to: fromHex('11'.repeat(20)),
  value: 3n,
  input: fromHex('c0ffee'),
  gasLimit: 4n,
  gasFeeCap: 2n,
  gasPremium: 1n,
}

const refusedAs = (raw: Uint8Array, field: string, chainId = 314n): void =>
  assert.throws(
    () => ethSender(decodeEthTransaction(raw, chainId)),
    (error: unknown) => error instanceof InvalidInput && error.field === field,
    `${field}: ${toHex(raw).slice(0, 40)}`,
  )

test('an EIP-1559 transaction with one field wrong is refused by its name', async () => {
  const fields = await fieldsOf('eip1559')
  const raw = (changed: Rlp[]) => concatBytes(Uint8Array.of(2), encodeRlp(changed))
  assert.is(decodeEthTransaction(raw(fields), 314n).nonce, 1n)
  const cases: [number, Rlp, string][] = [
    [0, rlpInteger(1n), 'chainId'],
    [0, new Uint8Array(), 'chainId'],
    [1, fromHex('0001'), 'nonce'],
    [1, fromHex('00'), 'nonce'],
    [1, new Uint8Array(9).fill(1), 'nonce'],
    [1, [], 'nonce'],
    [2, [fromHex('01')], 'maxPriorityFeePerGas'],
    [2, fromHex('0001'), 'maxPriorityFeePerGas'],
    [3, new Uint8Array(33).fill(1), 'maxFeePerGas'],
    [4, rlpInteger(1n << 63n), 'gas'],
    [5, new Uint8Array(19), 'to'],
    [5, new Uint8Array(21), 'to'],
    [5, [], 'to'],
    [6, new Uint8Array(33).fill(1), 'value'],
    [6, [], 'value'],
    [7, [], 'input'],
    [8, [[fromHex('11'.repeat(20)), []]], 'accessList'],
    [8, new Uint8Array(), 'accessList'],
    [9, fromHex('02'), 'v'],
    [9, fromHex('1b'), 'v'],
    [10, new Uint8Array(33).fill(1), 'r'],
    [11, new Uint8Array(33).fill(1), 's'],
    [10, new Uint8Array(), 'signature'],
    [11, new Uint8Array(), 'signature'],
    [10, new Uint8Array(32).fill(255), 'signature'],
  ]
  for (const [i, value, field] of cases) refusedAs(raw(fields.with(i, value)), field)
  refusedAs(raw(fields.slice(0, -1)), 'transaction')
  refusedAs(raw([...fields, new Uint8Array()]), 'transaction')
})

test('a legacy transaction with one field wrong is refused by its name', async () => {
  for (const kind of ['homestead', 'eip155'] as const) {
    const fields = await fieldsOf(kind)
    assert.is(decodeEthTransaction(encodeRlp(fields), 314n).kind, kind)
    const cases: [number, Rlp, string][] = [
      [0, [], 'nonce'],
      [1, fromHex('0001'), 'gasPrice'],
      [2, rlpInteger(1n << 63n), 'gas'],
      [3, new Uint8Array(1), 'to'],
      [4, [], 'value'],
      [5, [], 'input'],
      [6, new Uint8Array(), 'v'],
      [6, fromHex('01'), 'v'],
      [6, fromHex('1a'), 'v'],
      [6, fromHex('1d'), 'v'],
      [6, fromHex('23'), 'v'], // chain id 0
      [6, fromHex('25'), 'v'], // chain id 1
      [6, rlpInteger(314n * 2n + 34n), 'v'],
      [6, rlpInteger(314n * 2n + 37n), 'v'],
      [6, new Uint8Array(33).fill(1), 'v'],
      [7, new Uint8Array(), 'signature'],
      [8, new Uint8Array(33).fill(1), 's'],
    ]
    for (const [i, value, field] of cases) refusedAs(encodeRlp(fields.with(i, value)), field)
    refusedAs(encodeRlp(fields.slice(0, 6)), 'transaction')
  }
  const eip155 = encodeRlp(await fieldsOf('eip155'))
  for (const chainId of [1n, 314159n]) refusedAs(eip155, 'v', chainId)
})

test('other types of transactions are refused by name', async () => {
  const cases: [string, RegExp][] = [
    ['', /transaction: no bytes/],
    ['01c0', /type: EIP-2930 transaction is not supported/],
    ['03c0', /type: EIP-4844/],
    ['04c0', /type: EIP-7702/],
    ['05c0', /type: unsupported transaction type 5/],
    ['00c0', /type: unsupported transaction type 0/],
    ['7fc0', /type: unsupported transaction type 127/],
    ['02', /transaction: invalid RLP/],
    ['0280', /transaction: not an RLP list/],
    ['02c0', /transaction: 0 fields, expected 12/],
    ['c0', /transaction: 0 fields, expected 9/],
    ['80', /transaction: not an RLP list/],
    ['f8', /transaction: invalid RLP/],
  ]
  for (const [raw, why] of cases)
    assert.throws(() => decodeEthTransaction(fromHex(raw), 314n), why, raw)
  const signed = await account.signTransaction({
    type: 'eip2930',
    chainId: 314,
    gas: 1n,
    gasPrice: 1n,
    accessList: [],
  })
  assert.throws(() => decodeEthTransaction(fromHex(signed), 314n), /EIP-2930/)
})

test('a transaction cut short anywhere is refused', async () => {
  for (const kind of ['eip155', 'eip1559'] as const) {
    const raw = fromHex(await signedByViem({ ...SAMPLE, kind, gasPremium: 2n }))
    for (let i = 0; i < raw.length; i++)
      assert.throws(
        () => decodeEthTransaction(raw.subarray(0, i), 314n),
        (error: unknown) => error instanceof InvalidInput,
        `${i}`,
      )
    assert.throws(() => decodeEthTransaction(concatBytes(raw, Uint8Array.of(0)), 314n), /left over/)
  }
})

test('an actor number beyond 63 bits has no address', async () => {
  const raw = await signedByViem({ ...SAMPLE, to: maskedIdAddress(1n << 63n) })
  const tx = decodeEthTransaction(fromHex(raw), 314n)
  assert.throws(() => messageOfEthTransaction(tx), /to: actor number 9223372036854775808/)
})

test('the address manager is not called by its address', async () => {
  const raw = await signedByViem({ ...SAMPLE, to: maskedIdAddress(10) })
  const tx = decodeEthTransaction(fromHex(raw), 314n)
  assert.throws(() => messageOfEthTransaction(tx), /^to: the address manager/)
})

test('a signature of another form is refused, whatever the message', async () => {
  const make = async (kind: UnsignedEthTransaction['kind']): Promise<SignedMessage> => {
    const raw = await signedByViem({ ...SAMPLE, kind, gasPremium: 2n })
    return messageOfEthTransaction(decodeEthTransaction(fromHex(raw), 314n))
  }
  const [homestead, eip155, eip1559] = [
    await make('homestead'),
    await make('eip155'),
    await make('eip1559'),
  ]
  const lengths = [homestead, eip155, eip1559].map(({ signature }) => signature.data.length)
  assert.equal(lengths, [66, 67, 65])
  assert.equal(
    [homestead, eip155].map(({ signature }) => signature.data[0]),
    [1, 2],
  )
  const withData = (signed: SignedMessage, data: Uint8Array): SignedMessage => ({
    ...signed,
    signature: { type: 'delegated', data },
  })
  const { data } = homestead.signature
  const wrong: [SignedMessage, RegExp][] = [
    [{ ...homestead, signature: { type: 'bls', data } }, /Signature.Type/],
    [withData(homestead, data.with(0, 2)), /Signature.Data/],
    [withData(homestead, data.with(0, 3)), /Signature.Data/],
    [withData(homestead, data.with(65, 29)), /v is 29, expected 27 or 28/],
    [withData(homestead, data.subarray(0, 64)), /unsupported length 64/],
    [withData(eip155, eip155.signature.data.with(0, 1)), /Signature.Data/],
    [withData(eip1559, eip1559.signature.data.with(64, 2)), /v is 2/],
    [withData(eip1559, new Uint8Array()), /unsupported length 0/],
  ]
  for (const [signed, why] of wrong)
    assert.throws(() => ethTransactionOfMessage(signed, 314n), why, String(why))
  const unequalFees = { ...homestead, message: { ...homestead.message, gasPremium: 0n } }
  assert.throws(() => ethTransactionOfMessage(unequalFees, 314n), /no Ethereum transaction/)
})

test.run()
