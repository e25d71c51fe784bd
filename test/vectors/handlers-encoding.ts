/** Addresses, CBOR of messages, headers and actor types, tipset keys, and commitments to data. */
import * as assert from 'uvu/assert'
import * as address from '../../primitives/address.ts'
import { fromHex, toHex } from '../../primitives/bytes.ts'
import { DecodeError } from '../../primitives/cbor.ts'
import { cidOf, parseCid } from '../../primitives/cid.ts'
import * as codec from '../../primitives/codec.ts'
import { bls } from '../../primitives/crypto/bls.ts'
import { Amt } from '../../primitives/amt.ts'
import {
  commitmentCid,
  commitmentOfCid,
  unsealedCid,
  zeroCommitment,
  zeroDataCid,
} from '../../primitives/data-commitment.ts'
import * as block from '../../engine/chain/block.ts'
import { headerFromJson, headerToJson } from '../../engine/chain/block-json.ts'
import {
  type Message,
  messageCid,
  messageCodec,
  messageFromJson,
  messageToJson,
} from '../../engine/chain/message.ts'
import { receiptsRoot } from '../../engine/chain/receipt.ts'
import { tipsetKeyBytes, tipsetKeyCid, tipsetKeyFromBytes } from '../../engine/chain/tipset.ts'
import { actorTypes, unscaledTypes } from './actor-types.ts'
import { type Diagnostic, parseDiagnostic } from './diagnostic.ts'
import type { Case, Handlers } from './handler.ts'

export const handlers: Handlers = {
  address_encoding(c) {
    const bytes = c.str('bytes_hex')
    const built = addressOf(c)
    const parsed = address.addressFromBytes(fromHex(bytes))
    assert.is(toHex(built.bytes), bytes)
    assert.ok(parsed.equals(built))
    assert.is(address.formatAddress(built, 'f'), c.str('string_mainnet'))
    assert.is(address.formatAddress(built, 't'), c.str('string_testnet'))
    for (const text of [c.str('string_mainnet'), c.str('string_testnet')])
      assert.is(toHex(address.parseAddress(text).bytes), bytes)
    roundTrip(codec.address, built, c.str('cbor_hex'))
  },

  address_invalid(c) {
    if (c.has('string')) assert.throws(() => address.parseAddress(c.str('string')), isTypeError)
    else assert.throws(() => address.addressFromBytes(c.hex('bytes_hex')), isTypeError)
  },

  cbor_bigint(c) {
    if (c.has('invalid'))
      assert.throws(
        () => codec.decode(codec.bigInt, c.hex('cbor_hex')),
        (error: unknown) => error instanceof DecodeError,
      )
    else roundTrip(codec.bigInt, c.big('value'), c.str('cbor_hex'))
  },

  cbor_actor_types(c) {
    const type = actorTypes[c.str('type')]
    assert.ok(type, `unknown type ${c.str('type')}`)
    const read = codec.decode(type, c.hex('cbor_hex'))
    const written = c.optStr('rewrites_as') ?? c.str('cbor_hex')
    assert.is(toHex(codec.encode(type, read)), written)
    const described = parseDiagnostic(c.str('diagnostic'))
    if (described === undefined) return
    const fields = described as readonly Diagnostic[]
    const unscaled = unscaledTypes[c.str('type')]
    if (unscaled && toHex(codec.encode(unscaled, fields)) === written) return
    assert.is(toHex(codec.encode(type, fields)), written)
  },

  message_cbor(c) {
    const json = exactIntegers(c.sub('message'), ['Version', 'Nonce', 'GasLimit', 'Method'])
    const message = messageFromJson(json)
    checkMessage(message, c.str('hex_cbor'), c.str('cid'))
    assert.equal(messageFromJson(messageToJson(message)), message)
  },

  mainnet_messages(c) {
    const fields = c.sub('message')
    const message: Message = {
      version: fields.big('version'),
      to: address.parseAddress(fields.str('to')),
      from: address.parseAddress(fields.str('from')),
      nonce: fields.big('nonce'),
      value: fields.big('value'),
      gasLimit: fields.big('gas_limit'),
      gasFeeCap: fields.big('gas_fee_cap'),
      gasPremium: fields.big('gas_premium'),
      method: fields.big('method'),
      params: fields.hex('params_hex'),
    }
    checkMessage(message, c.str('cbor_hex'), c.str('unsigned_cid'))
  },

  block_header_cbor(c) {
    if (c.has('cbor_hex')) checkHeader(c)
    if (c.has('block')) checkHeaderJson(c)
    if (c.has('inputs')) checkHeaderInputs(c)
  },

  genesis_headers(c) {
    const header = codec.decode(block.blockHeaderCodec, c.hex('header_cbor_hex'))
    assert.is(block.headerCid(header).toString(), c.str('genesis_cid'))
    assert.is(toHex(codec.encode(block.blockHeaderCodec, header)), c.str('header_cbor_hex'))
    assert.equal(plain(header), c.raw('decoded_16_tuple'))
    checkGenesisRoots(c, header)
  },

  tipset_key_cid(c) {
    const cids = c.strs('block_cids').map(parseCid)
    assert.is(tipsetKeyCid(cids).toString(), c.str('tipset_key_cid'))
    assert.equal(tipsetKeyFromBytes(tipsetKeyBytes(cids)).map(String), c.strs('block_cids'))
  },

  zero_data_commitment(c) {
    const [size, cid] = [c.big('sector_size'), c.str('cid')]
    assert.is(zeroDataCid(size).toString(), cid)
    assert.is(toHex(zeroCommitment(size)), c.str('commd_hex'))
    assert.is(toHex(commitmentOfCid(parseCid(cid))), c.str('commd_hex'))
    assert.is(commitmentCid(c.hex('commd_hex')).toString(), cid)
  },

  unsealed_cid_from_pieces(c) {
    const pieces = c.subs('pieces').map((piece) => ({
      size: piece.big('size'),
      cid: parseCid(piece.str('piece_cid')),
    }))
    assert.is(unsealedCid(c.big('sector_size'), pieces).toString(), c.str('unsealed_cid'))
  },
}

const isTypeError = (error: unknown): boolean => error instanceof TypeError

/** Encodes to `hex`, and what is decoded from it encodes to it again. */
function roundTrip<T>(type: codec.Codec<T>, value: T, hex: string): void {
  assert.is(toHex(codec.encode(type, value)), hex)
  const read = codec.decode(type, fromHex(hex))
  assert.is(codec.difference(type, value, read), undefined)
  assert.is(toHex(codec.encode(type, read)), hex)
}

/** The address from its ingredients. */
function addressOf(c: Case): address.Address {
  switch (c.num('protocol')) {
    case address.PROTOCOL.id:
      return address.idAddress(c.big('input'))
    case address.PROTOCOL.secp256k1:
      return address.secp256k1Address(c.hex('input_hex'))
    case address.PROTOCOL.actor:
      return address.actorAddress(c.hex('input_hex'))
    case address.PROTOCOL.bls:
      return address.blsAddress(c.hex('input_hex'))
    default:
      return address.delegatedAddress(c.big('namespace'), c.hex('subaddress_hex'))
  }
}

/** The fields of a JSON object, those named as bigints. */
function exactIntegers(c: Case, names: readonly string[]): Record<string, unknown> {
  const fields = c.keys().filter((name) => c.has(name))
  return Object.fromEntries(
    fields.map((name) => [name, names.includes(name) ? c.big(name) : c.raw(name)]),
  )
}

function checkMessage(message: Message, hex: string, cid: string): void {
  roundTrip(messageCodec, message, hex)
  assert.is(messageCid(message).toString(), cid)
}

function checkHeader(c: Case): void {
  const header = codec.decode(block.blockHeaderCodec, c.hex('cbor_hex'))
  roundTrip(block.blockHeaderCodec, header, c.str('cbor_hex'))
  assert.is(block.headerCid(header).toString(), c.str('cid'))
  assert.is(toHex(block.headerSigningBytes(header)), c.str('signing_bytes_hex'))
  if (c.has('miner')) assert.is(header.miner.toString(), c.str('miner'))
  if (c.has('height')) assert.is(header.height, c.num('height'))
  if (c.has('timestamp')) assert.is(header.timestamp, c.num('timestamp'))
  if (c.has('beacon_round')) assert.is(header.beaconEntries.at(-1)?.round, c.num('beacon_round'))
  if (!c.has('signer')) return
  const { payload } = address.parseAddress(c.str('signer'))
  const signed = block.headerSigningBytes(header)
  assert.ok(bls().verify(payload, signed, header.blockSig!.data), 'block signature')
}

function checkHeaderJson(c: Case): void {
  const json = exactIntegers(c.sub('block'), ['Height', 'Timestamp', 'ForkSignaling'])
  const header = headerFromJson(json)
  assert.is(toHex(codec.encode(block.blockHeaderCodec, header)), c.str('cbor_hex'))
  assert.equal(headerFromJson(headerToJson(header, 't')), header)
}

/** A header described by its fields, with a BLS aggregate of a type that readers refuse, so it is given as bytes. */
function checkHeaderInputs(c: Case): void {
  const inputs = c.sub('inputs')
  const cid = parseCid(inputs.str('all_cids'))
  const pairs = (name: string): [number, Uint8Array][] =>
    inputs.list(name).map((pair) => {
      const [n, hex] = pair as [number, string]
      return [n, fromHex(hex)]
    })
  const [winCount, proof] = inputs.list('ElectionProof') as [number, string]
  const [, aggregateType] = /^type byte (\d+), empty data$/.exec(inputs.str('BLSAggregate')) ?? []
  const fields = {
    ...block.blockHeaderFields,
    blsAggregate: codec.byteString,
  }
  const header = {
    miner: address.parseAddress(inputs.str('Miner').split(' ')[0]!),
    ticket: { vrfProof: inputs.hex('Ticket') },
    electionProof: { winCount, vrfProof: fromHex(proof) },
    beaconEntries: pairs('BeaconEntries').map(([round, data]) => ({ round, data })),
    winPoStProof: pairs('WinPoStProof').map(([postProof, proofBytes]) => ({
      postProof,
      proofBytes,
    })),
    parents: [cid],
    parentWeight: inputs.big('ParentWeight'),
    height: inputs.num('Height'),
    parentStateRoot: cid,
    parentMessageReceipts: cid,
    messages: cid,
    blsAggregate: Uint8Array.of(Number(aggregateType)),
    timestamp: inputs.num('Timestamp'),
    blockSig: null,
    forkSignaling: inputs.big('ForkSignaling'),
    parentBaseFee: inputs.big('ParentBaseFee'),
  }
  assert.is(toHex(codec.encode(codec.tuple(fields), header)), c.str('signing_bytes_hex'))
}

/** A header as nested arrays: bytes as hexadecimal, CIDs as `{"/"}`. */
function plain(header: block.BlockHeader): unknown[] {
  const hex = (bytes: Uint8Array): string => toHex(bytes)
  const signature = (s: block.BlockHeader['blockSig']) =>
    s && toHex(codec.encode(block.blockHeaderFields.blockSig, s).subarray(2))
  return [
    hex(header.miner.bytes),
    header.ticket && [hex(header.ticket.vrfProof)],
    header.electionProof && [header.electionProof.winCount, hex(header.electionProof.vrfProof)],
    header.beaconEntries.map(({ round, data }) => [round, hex(data)]),
    header.winPoStProof.map(({ postProof, proofBytes }) => [postProof, hex(proofBytes)]),
    header.parents.map((cid) => cid.toJSON()),
    hex(codec.bigIntBytes(header.parentWeight)),
    header.height,
    header.parentStateRoot.toJSON(),
    header.parentMessageReceipts.toJSON(),
    header.messages.toJSON(),
    signature(header.blsAggregate),
    header.timestamp,
    signature(header.blockSig),
    Number(header.forkSignaling),
    hex(codec.bigIntBytes(header.parentBaseFee)),
  ]
}

/** The roots in a genesis header; it has no messages, so two of them can be computed. */
function checkGenesisRoots(c: Case, header: block.BlockHeader): void {
  assert.is(header.timestamp, c.num('timestamp'))
  assert.is(header.parentStateRoot.toString(), c.str('parent_state_root'))
  assert.is(header.messages.toString(), c.str('messages_root'))
  assert.is(block.messagesRoot([], []).toString(), c.str('messages_root'))
  assert.is(header.parentMessageReceipts.toString(), c.str('receipts_root'))
  assert.is(receiptsRoot([]).toString(), c.str('receipts_root'))
  for (const [name, root] of [
    ['messages_block_hex', 'messages_root'],
    ['receipts_block_hex', 'receipts_root'],
    ['state_root_block_hex', 'parent_state_root'],
  ] as const)
    if (c.has(name)) assert.is(cidOf(c.hex(name)).toString(), c.str(root))
  if (c.has('messages_block_hex')) {
    const empty = Amt.empty(codec.cidLink, 3, 0)
    const meta = codec.encode(block.msgMetaCodec, { blsMessages: empty, secpMessages: empty })
    assert.is(toHex(meta), c.str('messages_block_hex'))
  }
}
