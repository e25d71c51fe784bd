/** Storage deals as the chain holds them: what was agreed, and what became of it. */
import {
  address,
  bool,
  byteString,
  cidLink,
  type Codec,
  encode,
  epoch,
  type Infer,
  int64,
  text,
  tokenAmount,
  tuple,
  uint64,
} from '../../primitives/codec.ts'
import { defined } from '../../primitives/assert.ts'
import { MAJOR } from '../../primitives/cbor.ts'
import { type Cid, cidOf } from '../../primitives/cid.ts'
import { keySignature } from '../key-signature.ts'
import type { ActorId, TokenAmount } from '../../primitives/units.ts'

/** What a client calls a deal: text or bytes, which are different things on the wire. */
export type Label = string | Uint8Array
export const Label: Codec<Label> = {
  name: 'Label',
  encode: (label, out) =>
    typeof label === 'string' ? text.encode(label, out) : byteString.encode(label, out),
  decode: (input) =>
    input.peekMajor() === MAJOR.text ? text.decode(input) : byteString.decode(input),
}

export const DealProposal = tuple(
  {
    pieceCid: cidLink,
    /** Padded bytes. */
    pieceSize: uint64,
    verifiedDeal: bool,
    /** Any address when proposed, an ID address once published; so for the provider. */
    client: address,
    provider: address,
    label: Label,
    /** The piece must be in a proven sector by then, and is paid for from then on. Nothing bounds it above. */
    startEpoch: int64,
    endEpoch: int64,
    storagePricePerEpoch: tokenAmount,
    providerCollateral: tokenAmount,
    clientCollateral: tokenAmount,
  },
  'DealProposal',
)
export type DealProposal = Infer<typeof DealProposal>

/** A proposal and the client's signature over its bytes. */
export const ClientDealProposal = tuple(
  { proposal: DealProposal, clientSignature: keySignature },
  'ClientDealProposal',
)
export type ClientDealProposal = Infer<typeof ClientDealProposal>

/** State of a deal whose piece is in a proven sector. Epochs are -1 where there is none. */
export const DealState = tuple(
  {
    sectorNumber: uint64,
    sectorStartEpoch: epoch,
    lastUpdatedEpoch: epoch,
    slashEpoch: epoch,
  },
  'DealState',
)
export type DealState = Infer<typeof DealState>

/** Epochs from start to end. */
export const dealDuration = ({ startEpoch, endEpoch }: DealProposal): bigint =>
  endEpoch - startEpoch

/** All that a client pays for a deal that is kept to its end. */
export function totalStorageFee(deal: DealProposal): TokenAmount {
  return deal.storagePricePerEpoch * dealDuration(deal)
}

/** What a deal locks of its client's. */
export function clientBalanceRequirement(deal: DealProposal): TokenAmount {
  return deal.clientCollateral + totalStorageFee(deal)
}

/** Client of a published deal. */
export const clientOf = ({ client }: DealProposal): ActorId => defined(client.id, 'id of a client')

/** Provider of a published deal. */
export const providerOf = ({ provider }: DealProposal): ActorId =>
  defined(provider.id, 'id of a provider')

const cids = new WeakMap<DealProposal, Cid>()

/** CID of a proposal, by which a pending one is known. */
export function dealCid(deal: DealProposal): Cid {
  let cid = cids.get(deal)
  if (!cid) cids.set(deal, (cid = cidOf(encode(DealProposal, deal))))
  return cid
}
