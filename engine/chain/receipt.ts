/** Receipts: what came of a message. Reference: Lotus `chain/types/message_receipt.go`, FIP-0049. */
import { Amt, amtV0 } from '../../primitives/amt.ts'
import type { BlockSink } from '../../primitives/cbor.ts'
import type { Cid } from '../../primitives/cid.ts'
import { byteString, cidLink, type Codec, int, nullable, tuple } from '../../primitives/codec.ts'
import {
  bytesToJson,
  type LotusCid,
  readBytes,
  readInteger,
  readNullable,
  readObject,
  cidFromJson,
} from './lotus-json.ts'

export interface Receipt {
  /** 0 for success; below 16 from the system, else from the actor. */
  readonly exitCode: number
  /** CBOR of what the method returned; empty for nothing. */
  readonly returnValue: Uint8Array
  /** Gas units. */
  readonly gasUsed: number
  /** AMT of the message's events; null when there were none. */
  readonly eventsRoot: Cid | null
}

export const receiptCodec: Codec<Receipt> = tuple(
  { exitCode: int, returnValue: byteString, gasUsed: int, eventsRoot: nullable(cidLink) },
  'receipt',
)

/** Codec of a link to the receipts of a tipset, in the order its messages were applied. */
export const receiptsCodec: Codec<Amt<Receipt>> = amtV0(receiptCodec)

/** The header's `parentMessageReceipts`. With `sink`, writes the blocks. */
export function receiptsRoot(receipts: readonly Receipt[], sink?: BlockSink): Cid {
  if (receipts.length === 0) return NO_RECEIPTS.cid(sink)
  return Amt.from(receiptCodec, RECEIPTS_BIT_WIDTH, receipts.entries(), 0).cid(sink)
}

const RECEIPTS_BIT_WIDTH = 3
const NO_RECEIPTS = Amt.empty(receiptCodec, RECEIPTS_BIT_WIDTH, 0)

export interface LotusReceipt {
  ExitCode: number
  Return: string | null
  GasUsed: number
  EventsRoot: LotusCid | null
}

export function receiptToJson(receipt: Receipt): LotusReceipt {
  return {
    ExitCode: receipt.exitCode,
    Return: bytesToJson(receipt.returnValue),
    GasUsed: receipt.gasUsed,
    EventsRoot: receipt.eventsRoot?.toJSON() ?? null,
  }
}

/** @throws InvalidInput naming the field. */
export function receiptFromJson(json: unknown): Receipt {
  const fields = readObject(json, 'MessageReceipt')
  const limit = BigInt(Number.MAX_SAFE_INTEGER)
  return {
    exitCode: Number(readInteger(fields, 'ExitCode', -limit, limit)),
    returnValue: readBytes(fields, 'Return'),
    gasUsed: Number(readInteger(fields, 'GasUsed', -limit, limit)),
    eventsRoot: readNullable(fields, 'EventsRoot', cidFromJson),
  }
}
