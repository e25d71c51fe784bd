/** Ethereum's side: addresses, hashes, RLP, transactions as messages, and the native ABI. */
import * as assert from 'uvu/assert'
import {
  decodeNativeAbi,
  decodeNativeAbiStrict,
  encodeNativeAbi,
  encodeNativeCall,
} from '../../actors/evm/native-abi.ts'
import { parseAddress } from '../../primitives/address.ts'
import { toHex } from '../../primitives/bytes.ts'
import { parseCid } from '../../primitives/cid.ts'
import { decode, encode } from '../../primitives/codec.ts'
import * as eth from '../../primitives/eth-address.ts'
import { decodeRlp, encodeRlp, type Rlp } from '../../primitives/rlp.ts'
import { SIGNATURE_TYPE } from '../../primitives/signature.ts'
import { ethTransactionOfMessage, messageOfEthTransaction } from '../../engine/chain/eth-message.ts'
import * as tx from '../../engine/chain/eth-transaction.ts'
import {
  messageCid,
  type SignedMessage,
  signedMessageCid,
  signedMessageCodec,
} from '../../engine/chain/message.ts'
import { messageSignatureError } from '../../engine/chain/message-signature.ts'
import { cidOfEthHash, ethHashOfCid } from '../../engine/chain/tipset.ts'
import type { Case, Handlers } from './handler.ts'

export const handlers: Handlers = {
  eth_hash_cid(c) {
    assert.is(cidOfEthHash(c.hex('eth_hash')).toString(), c.str('cid'))
    assert.is(hex(ethHashOfCid(parseCid(c.str('cid')))), c.str('eth_hash').toLowerCase())
  },

  eth_masked_id_address(c) {
    const address = eth.parseEthAddress(c.str('eth_address'))
    const id = c.optBig('actor_id')
    assert.is(eth.maskedId(address), id)
    if (id === undefined) return
    assert.is(eth.formatEthAddress(eth.maskedIdAddress(id)), c.str('eth_address').toLowerCase())
    assert.is(eth.filecoinAddressOf(address).toString(), `f0${id}`)
    assert.equal(eth.ethAddressOf(parseAddress(`f0${id}`)), address)
  },

  rlp_encoding(c) {
    const value = rlpOf(c.raw('value'))
    assert.is(hex(encodeRlp(value)), c.str('rlp'))
    assert.equal(decodeRlp(c.hex('rlp')), value)
  },

  eam_create_addresses(c) {
    const created = createdAddress(c)
    assert.is(eth.formatEthAddress(created), c.str('address').toLowerCase())
    assert.is(eth.filecoinAddressOf(created).toString(), c.str('f410'))
    assert.equal(eth.ethAddressOf(parseAddress(c.str('f410'))), created)
  },

  evm_native_abi(c) {
    const value = { first: c.big('method_or_exit'), codec: c.big('codec'), data: c.hex('data_hex') }
    assert.is(toHex(encodeNativeAbi(value)), c.str('abi_hex'))
    assert.equal(decodeNativeAbi(c.hex('abi_hex'), (1n << 64n) - 1n), value)
    assert.equal(decodeNativeAbiStrict(c.hex('abi_hex')), value)
    const call = c.optStr('calldata_handle_filecoin_method')
    if (call !== undefined)
      assert.is(toHex(encodeNativeCall(value.first, value.codec, value.data)), call)
  },

  eth_transactions(c) {
    // A homestead transaction names no chain; any will do.
    const chainId = c.num('chain_id') === 0 ? 314n : c.big('chain_id')
    const decoded = tx.decodeEthTransaction(c.hex('raw_tx'), chainId)
    assert.is(c.str('kind').replace('legacy ', ''), decoded.kind)
    assert.is(decoded.chainId, c.big('chain_id'))
    assert.is(hex(tx.ethSigningBytes(decoded)), c.str('unsigned_rlp'))
    assert.is(hex(tx.ethTransactionHash(decoded)), c.str('tx_hash'))
    assert.is(hex(tx.ethSender(decoded)), c.str('sender_eth'))
    assert.is(hex(tx.encodeEthTransaction(decoded)), c.str('raw_tx'))
    const signed = messageOfEthTransaction(decoded)
    checkMessage(c, signed)
    assert.is(messageSignatureError(signed, signed.message.from, chainId), undefined)
    assert.equal(ethTransactionOfMessage(signed, chainId), decoded)
  },
}

const hex = (bytes: Uint8Array): string => `0x${toHex(bytes)}`

function checkMessage(c: Case, signed: SignedMessage): void {
  const { message, signature } = signed
  assert.is(message.from.toString(), c.str('sender_f410'))
  assert.is(message.to.toString(), c.str('to'))
  assert.is(message.nonce, c.big('nonce'))
  assert.is(message.value, c.big('value'))
  assert.is(message.gasLimit, c.big('gas_limit'))
  assert.is(message.gasFeeCap, c.big('gas_fee_cap'))
  assert.is(message.gasPremium, c.big('gas_premium'))
  assert.is(message.method, c.big('method'))
  assert.is(toHex(message.params), c.str('params_hex'))
  assert.is(SIGNATURE_TYPE[signature.type], c.num('signature_type'))
  assert.is(toHex(signature.data), c.str('signature_hex'))
  assert.is(toHex(encode(signedMessageCodec, signed)), c.str('signed_message_cbor_hex'))
  assert.is(signedMessageCid(signed).toString(), c.str('signed_message_cid'))
  assert.is(messageCid(message).toString(), c.str('unsigned_message_cid'))
  const read = decode(signedMessageCodec, c.hex('signed_message_cbor_hex'))
  assert.is(toHex(encode(signedMessageCodec, read)), c.str('signed_message_cbor_hex'))
}

/** Nested lists of `0x` strings. */
function rlpOf(value: unknown): Rlp {
  if (Array.isArray(value)) return value.map(rlpOf)
  assert.type(value, 'string')
  return Uint8Array.from(Buffer.from((value as string).slice(2), 'hex'))
}

function createdAddress(c: Case): eth.EthAddress {
  if (c.has('salt')) return eth.create2Address(c.hex('creator'), c.hex('salt'), c.hex('initcode'))
  if (!c.has('account')) return eth.createAddress(c.hex('creator'), c.big('nonce'))
  const account = parseAddress(c.str('account'))
  const creator = eth.delegatedEthAddress(account) ?? eth.nativeCreatorAddress(account)
  if (c.has('stand_in_eth_address'))
    assert.is(eth.formatEthAddress(creator), c.str('stand_in_eth_address').toLowerCase())
  return eth.createAddress(creator, c.big('nonce'))
}
