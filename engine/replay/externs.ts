/** What the recording's host answered, handed back in the same order: randomness, signatures and proofs. */
import type { ConsensusFault, Syscalls } from '../../actors/ports.ts'
import {
  AggregateSealVerifyProofAndInfos,
  PieceInfo,
  ReplicaUpdateInfo,
  SealVerifyInfo,
  WindowPoStVerifyInfo,
} from '../../actors/proof-info.ts'
import { fromHex, isHexOf, toHex } from '../../primitives/bytes.ts'
import { cidFromBytes } from '../../primitives/cid.ts'
import { encode, list } from '../../primitives/codec.ts'
import { SIGNATURE_TYPE } from '../../primitives/signature.ts'
import { actorId } from '../../primitives/units.ts'
import type { ChainRandomness } from '../vm/context.ts'
import { computeUnsealedSectorCid } from '../vm/unsealed-cid.ts'
import type { ExternRecord } from './trace-format.ts'

/** An actor asked the world something else than the recorded one did. */
export class ExternMismatch extends Error {
  override name = 'ExternMismatch'
}

export class Externs {
  #queue: readonly ExternRecord[] = []
  #next = 0

  /** Answers for the next message. */
  load(externs: readonly ExternRecord[]): void {
    this.#queue = externs
    this.#next = 0
  }

  /** The first question that was recorded and not asked. */
  get unused(): ExternRecord | undefined {
    return this.#queue[this.#next]
  }

  /** The recorded answer to `name(input)`. @throws ExternMismatch when something else comes next. */
  take(name: string, input: readonly Asked[]): unknown {
    const next = this.#queue[this.#next++]
    if (next?.name === name && isSame(input, next.in)) return next.out
    const asked = `${name}(${JSON.stringify(input.map(written))})`
    const recorded = next ? `${next.name}(${JSON.stringify(next.in)})` : 'nothing'
    throw new ExternMismatch(`asked ${asked.slice(0, 300)}, recorded ${recorded.slice(0, 300)}`)
  }

  readonly randomness: ChainRandomness = {
    ticketDigest: (epoch) => fromHex(this.take('get_chain_randomness', [epoch]) as string),
    beaconDigest: (epoch) => fromHex(this.take('get_beacon_randomness', [epoch]) as string),
    tipsetCid: (epoch) => cidFromBytes(fromHex(this.take('tipset_cid', [epoch]) as string)),
  }

  readonly syscalls: Syscalls = {
    verifySignature: (type, signature, signer, plaintext) =>
      this.take('verify_signature', [SIGNATURE_TYPE[type], signature, signer.bytes, plaintext]) ===
      true,
    recoverSecpPublicKey: (hash, signature) => {
      const key = this.take('recover_secp_public_key', [hash, signature])
      return key === null ? null : fromHex(key as string)
    },
    verifyPost: (info) => this.take('verify_post', [encode(WindowPoStVerifyInfo, info)]) === true,
    batchVerifySeals: (seals) =>
      this.take('batch_verify_seals', [encode(Seals, seals)]) as boolean[],
    verifyAggregateSeals: (aggregate) =>
      this.take('verify_aggregate_seals', [encode(AggregateSealVerifyProofAndInfos, aggregate)]) ===
      true,
    verifyReplicaUpdate: (update) =>
      this.take('verify_replica_update', [encode(ReplicaUpdateInfo, update)]) === true,
    verifyConsensusFault: (...headers) =>
      consensusFault(this.take('verify_consensus_fault', headers)),
    computeUnsealedSectorCid: (sealProof, pieces) => {
      const computed = computeUnsealedSectorCid(sealProof, pieces)
      if (computed === null) return null // such calls are not recorded
      const input = [sealProof, encode(Pieces, pieces)]
      const recorded = this.take('compute_unsealed_sector_cid', input)
      if (recorded !== computed.hex)
        throw new ExternMismatch(`computed CommD ${computed.hex}, recorded ${String(recorded)}`)
      return computed
    },
  }
}

const Seals = list(SealVerifyInfo)
const Pieces = list(PieceInfo)

/** What is asked with; bytes are recorded in hexadecimal. */
type Asked = number | string | Uint8Array

const written = (asked: Asked): number | string =>
  asked instanceof Uint8Array ? toHex(asked) : asked

function isSame(asked: readonly Asked[], recorded: unknown): boolean {
  return (
    Array.isArray(recorded) &&
    recorded.length === asked.length &&
    asked.every((item, i) => {
      const other: unknown = recorded[i]
      return item instanceof Uint8Array
        ? typeof other === 'string' && isHexOf(other, item)
        : item === other
    })
  )
}

const FAULT_TYPES = ['double-fork', 'parent-grinding', 'time-offset'] as const

/** A recorded fault; one that could not be verified is none. */
function consensusFault(recorded: unknown): ConsensusFault | null {
  if (recorded === null || recorded === 'error') return null
  const { type, epoch, target } = recorded as { type: number; epoch: number; target: number }
  return { target: actorId(target), epoch, type: FAULT_TYPES[type - 1]! }
}
