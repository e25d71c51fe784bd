/** Block headers in Lotus' JSON. Reference: Lotus `chain/types/blockheader.go` and its OpenRPC document. */
import { formatAddress, type NetworkLetter } from '../../primitives/address.ts'
import { encodeBase64 } from '../../primitives/base64.ts'
import { inField } from '../../primitives/invalid-input.ts'
import type { BeaconEntry, BlockHeader, ElectionProof, PoStProof, Ticket } from './block.ts'
import {
  cidFromJson,
  integerToJson,
  type JsonInteger,
  listToJson,
  type LotusCid,
  type LotusSignature,
  readAddress,
  readAmount,
  readBytes,
  readCid,
  readInteger,
  readList,
  readNullable,
  readObject,
  readUint,
  readUint64,
  signatureFromJson,
  signatureToJson,
} from './lotus-json.ts'

export interface LotusTicket {
  VRFProof: string
}
export interface LotusElectionProof {
  WinCount: number
  VRFProof: string
}
export interface LotusBeaconEntry {
  Round: number
  Data: string
}
export interface LotusPoStProof {
  PoStProof: number
  ProofBytes: string
}

export interface LotusBlockHeader {
  Miner: string
  Ticket: LotusTicket | null
  ElectionProof: LotusElectionProof | null
  BeaconEntries: LotusBeaconEntry[] | null
  WinPoStProof: LotusPoStProof[] | null
  Parents: LotusCid[] | null
  ParentWeight: string
  Height: number
  ParentStateRoot: LotusCid
  ParentMessageReceipts: LotusCid
  Messages: LotusCid
  BLSAggregate: LotusSignature | null
  Timestamp: number
  BlockSig: LotusSignature | null
  ForkSignaling: JsonInteger
  ParentBaseFee: string
}

export function headerToJson(header: BlockHeader, letter: NetworkLetter = 'f'): LotusBlockHeader {
  const { ticket, electionProof, blsAggregate, blockSig } = header
  return {
    Miner: formatAddress(header.miner, letter),
    Ticket: ticket && { VRFProof: encodeBase64(ticket.vrfProof) },
    ElectionProof: electionProof && {
      WinCount: electionProof.winCount,
      VRFProof: encodeBase64(electionProof.vrfProof),
    },
    BeaconEntries: listToJson(header.beaconEntries, beaconEntryToJson),
    WinPoStProof: listToJson(header.winPoStProof, ({ postProof, proofBytes }) => ({
      PoStProof: postProof,
      ProofBytes: encodeBase64(proofBytes),
    })),
    Parents: listToJson(header.parents, (cid) => cid.toJSON()),
    ParentWeight: header.parentWeight.toString(),
    Height: header.height,
    ParentStateRoot: header.parentStateRoot.toJSON(),
    ParentMessageReceipts: header.parentMessageReceipts.toJSON(),
    Messages: header.messages.toJSON(),
    BLSAggregate: blsAggregate && signatureToJson(blsAggregate),
    Timestamp: header.timestamp,
    BlockSig: blockSig && signatureToJson(blockSig),
    ForkSignaling: integerToJson(header.forkSignaling),
    ParentBaseFee: header.parentBaseFee.toString(),
  }
}

export function beaconEntryToJson({ round, data }: BeaconEntry): LotusBeaconEntry {
  return { Round: round, Data: encodeBase64(data) }
}

/** @throws InvalidInput naming the field. */
export function headerFromJson(json: unknown): BlockHeader {
  const fields = readObject(json, 'BlockHeader')
  return {
    miner: readAddress(fields, 'Miner'),
    ticket: readNullable(fields, 'Ticket', ticketFromJson),
    electionProof: readNullable(fields, 'ElectionProof', electionProofFromJson),
    beaconEntries: readList(fields, 'BeaconEntries', beaconEntryFromJson),
    winPoStProof: readList(fields, 'WinPoStProof', postProofFromJson),
    parents: readList(fields, 'Parents', cidFromJson),
    parentWeight: readAmount(fields, 'ParentWeight'),
    height: readUint(fields, 'Height'),
    parentStateRoot: readCid(fields, 'ParentStateRoot'),
    parentMessageReceipts: readCid(fields, 'ParentMessageReceipts'),
    messages: readCid(fields, 'Messages'),
    blsAggregate: readNullable(fields, 'BLSAggregate', signatureFromJson),
    timestamp: readUint(fields, 'Timestamp'),
    blockSig: readNullable(fields, 'BlockSig', signatureFromJson),
    forkSignaling: readUint64(fields, 'ForkSignaling'),
    parentBaseFee: readAmount(fields, 'ParentBaseFee'),
  }
}

function ticketFromJson(json: unknown, name: string): Ticket {
  const fields = readObject(json, name)
  return inField(name, () => ({ vrfProof: readBytes(fields, 'VRFProof') }))
}

function electionProofFromJson(json: unknown, name: string): ElectionProof {
  const fields = readObject(json, name)
  return inField(name, () => ({
    winCount: readSmall(fields, 'WinCount'),
    vrfProof: readBytes(fields, 'VRFProof'),
  }))
}

function beaconEntryFromJson(json: unknown, name: string): BeaconEntry {
  const fields = readObject(json, name)
  return inField(name, () => ({
    round: readUint(fields, 'Round'),
    data: readBytes(fields, 'Data'),
  }))
}

function postProofFromJson(json: unknown, name: string): PoStProof {
  const fields = readObject(json, name)
  return inField(name, () => ({
    postProof: readSmall(fields, 'PoStProof'),
    proofBytes: readBytes(fields, 'ProofBytes'),
  }))
}

/** A signed integer that a number holds exactly. */
function readSmall(fields: Readonly<Record<string, unknown>>, name: string): number {
  const limit = BigInt(Number.MAX_SAFE_INTEGER)
  return Number(readInteger(fields, name, -limit, limit))
}
