/** Blocks that a provider's own software makes. Reference: Lotus `chain/consensus/filcns/mine.go`, `node/impl/full/sync.go`. */
import type { BlockHeader } from '../../engine/chain/block.ts'
import { headerFromJson, headerToJson } from '../../engine/chain/block-json.ts'
import type { BlockMessages } from '../../engine/chain/chain-store.ts'
import { cidFromJson, listToJson, readList, readObject } from '../../engine/chain/lotus-json.ts'
import {
  type SignedMessage,
  signedMessageCid,
  signedMessageFromJson,
} from '../../engine/chain/message.ts'
import type { Tipset } from '../../engine/chain/tipset.ts'
import { lookbackFor, workerKey } from '../../engine/consensus/lookback.ts'
import { byKind, fieldsOn, signHeader } from '../../engine/consensus/producer.ts'
import { InvalidBlock, validateBlock } from '../../engine/consensus/validator.ts'
import type { Cid } from '../../primitives/cid.ts'
import { inField } from '../../primitives/invalid-input.ts'
import { idIn, shownAddress } from '../actors.ts'
import type { RpcContext } from '../context.ts'
import { refused } from '../errors.ts'
import { type Decoder, method } from '../method.ts'
import { tipsetOf } from '../tipsets.ts'

/** Fields of a `BlockTemplate` by the names that headers have for them. */
const HEADER_FIELDS = {
  Miner: 'Miner',
  Ticket: 'Ticket',
  ElectionProof: 'Eproof',
  BeaconEntries: 'BeaconValues',
  WinPoStProof: 'WinningPoStProof',
  Parents: 'Parents',
  Height: 'Epoch',
  Timestamp: 'Timestamp',
}

interface Template {
  readonly fields: Readonly<Record<string, unknown>>
  readonly parents: readonly Cid[]
  readonly messages: readonly SignedMessage[]
}

const template: Decoder<Template> = (value) => {
  const fields = readObject(value, 'BlockTemplate')
  return {
    fields,
    parents: readList(fields, 'Parents', cidFromJson),
    messages: readList(fields, 'Messages', (item, name) =>
      inField(name, () => signedMessageFromJson(item)),
    ),
  }
}

interface Submitted {
  readonly header: BlockHeader
  readonly bls: readonly Cid[]
  readonly secp: readonly Cid[]
}

const blockMsg: Decoder<Submitted> = (value) => {
  const fields = readObject(value, 'BlockMsg')
  return {
    header: headerFromJson(fields['Header']),
    bls: readList(fields, 'BlsMessages', cidFromJson),
    secp: readList(fields, 'SecpkMessages', cidFromJson),
  }
}

export const miningBlockMethods = [
  method<[Template]>('Filecoin.MinerCreateBlock', [template], createBlock),
  method<[Submitted]>('Filecoin.SyncSubmitBlock', [blockMsg], submitBlock),
]

/** A block as the template has it, signed by the miner's worker. Whether anybody may build on it is seen when it is submitted. */
function createBlock(context: RpcContext, { fields, parents, messages }: Template) {
  const { node } = context
  const { letter } = node.params
  if (parents.length === 0) throw refused('failed to load parent tipset: no parents')
  const base = tipsetOf(context, parents)
  const given = Object.entries(HEADER_FIELDS).map(([name, from]) => [name, fields[from]])
  const template = headerFromJson({
    ...headerToJson(base.blocks[0]!, letter),
    ...Object.fromEntries(given),
  })
  const chosen = byKind(messages)
  const header = { ...template, ...fieldsOn(node.parentOf(base), chosen) }
  const signed = signHeader(header, workerSecret(context, header, base), node.crypto)
  const cids = (all: readonly SignedMessage[]) =>
    listToJson(all, (one) => signedMessageCid(one).toJSON())
  return {
    Header: headerToJson(signed, letter),
    BlsMessages: cids(chosen.bls),
    SecpkMessages: cids(chosen.secp),
  }
}

/** @throws RpcError where the key of the worker that the election knows is not here. */
function workerSecret(
  context: RpcContext,
  { miner, height }: BlockHeader,
  base: Tipset,
): Uint8Array {
  const { store, params, election } = context.node
  const id = idIn(context, miner, base.cids)
  const lookback = lookbackFor(store, base, height, params.policy.chainFinality)
  const worker = workerKey(lookback.state, id)
  const secret = worker && election.keys.secretOf(worker)
  if (secret) return secret
  const who = worker
    ? shownAddress(context, worker)
    : `the worker of ${shownAddress(context, miner)}`
  throw refused(`failed to sign new block: key of ${who} not found in the wallet`)
}

/** Judges a block by all rules and makes it a tipset on the head. */
function submitBlock(context: RpcContext, { header, bls, secp }: Submitted): null {
  const { node } = context
  const parent = tipsetOf(context, header.parents)
  if (header.parents.length === 0 || parent.key !== node.head.key)
    throw refused(
      `sync to submitted block failed: it is not on the head, which is at ${node.head.height}`,
    )
  const messages = { bls: loaded(context, bls), secp: loaded(context, secp) }
  try {
    validateBlock(node.election, node.parentOf(parent), header, messages)
  } catch (error) {
    if (error instanceof InvalidBlock)
      throw refused(`sync to submitted block failed: ${error.code}: ${error.message}`)
    throw error
  }
  node.accept([header], [messages])
  return null
}

/** Messages that wait. @throws RpcError naming one that does not. */
const loaded = ({ node }: RpcContext, cids: readonly Cid[]): BlockMessages['bls'] =>
  cids.map((cid) => {
    const found = node.pool.find(cid)
    if (!found) throw refused(`failed to load message: could not find ${cid}`)
    return found
  })
