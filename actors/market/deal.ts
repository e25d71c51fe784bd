/** Storage deals as the chain holds them: what was agreed, and what became of it. */
import {
  address,
  bool,
  byteString,
  cidLink,
  type Codec,
  epoch,
  type Infer,
  int64,
  text,
  tokenAmount,
  tuple,
  uint64,
} from '../../primitives/codec.ts'
import { MAJOR } from '../../primitives/cbor.ts'

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
