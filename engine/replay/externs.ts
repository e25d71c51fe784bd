/** What the recording's host answered, handed back in the same order: randomness, signatures and proofs. */
import type { ConsensusFault, Syscalls } from '../../actors/ports.ts'
import {
  AggregateSealVerifyProofAndInfos,
  PieceInfo,
  ReplicaUpdateInfo,
  SealVerifyInfo,
  WindowPoStVerifyInfo,
} from '../../actors/proof-info.ts'
import { fromHex, toHex } from '../../primitives/bytes.ts'
import { cidFromBytes } from '../../primitives/cid.ts'
import { type Codec, encode, list } from '../../primitives/codec.ts'
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
  take(name: string, input: unknown): unknown {
    const next = this.#queue[this.#next++]
    const asked = `${name}(${JSON.stringify(input)})`
    const recorded = next ? `${next.name}(${JSON.stringify(next.in)})` : 'nothing'
    if (asked !== recorded)
      throw new ExternMismatch(`asked ${asked.slice(0, 300)}, recorded ${recorded.slice(0, 300)}`)
    return next!.out
  }

  readonly randomness: ChainRandomness = {
    ticketDigest: (epoch) => fromHex(this.take('get_chain_randomness', [epoch]) as string),
    beaconDigest: (epoch) => fromHex(this.take('get_beacon_randomness', [epoch]) as string),
    tipsetCid: (epoch) => cidFromBytes(fromHex(this.take('tipset_cid', [epoch]) as string)),
  }

  readonly syscalls: Syscalls = {
    verifySignature: (type, signature, signer, plaintext) =>
      this.take('verify_signature', [
        SIGNATURE_TYPE[type],
        toHex(signature),
        toHex(signer.bytes),
        toHex(plaintext),
      ]) === true,
    verifyPost: (info) => this.take('verify_post', [hexOf(WindowPoStVerifyInfo, info)]) === true,
    batchVerifySeals: (seals) =>
      this.take('batch_verify_seals', [hexOf(list(SealVerifyInfo), seals)]) as boolean[],
    verifyAggregateSeals: (aggregate) =>
      this.take('verify_aggregate_seals', [hexOf(AggregateSealVerifyProofAndInfos, aggregate)]) ===
      true,
    verifyReplicaUpdate: (update) =>
      this.take('verify_replica_update', [hexOf(ReplicaUpdateInfo, update)]) === true,
    verifyConsensusFault: (...headers) =>
      consensusFault(this.take('verify_consensus_fault', headers.map(toHex))),
    computeUnsealedSectorCid: (sealProof, pieces) => {
      const computed = computeUnsealedSectorCid(sealProof, pieces)
      if (computed === null) return null // such calls are not recorded
      const input = [sealProof, hexOf(list(PieceInfo), pieces)]
      const recorded = this.take('compute_unsealed_sector_cid', input)
      if (recorded !== computed.hex)
        throw new ExternMismatch(`computed CommD ${computed.hex}, recorded ${String(recorded)}`)
      return computed
    },
  }
}

const hexOf = <T>(codec: Codec<T>, value: T): string => toHex(encode(codec, value))

const FAULT_TYPES = ['double-fork', 'parent-grinding', 'time-offset'] as const

/** A recorded fault; one that could not be verified is none. */
function consensusFault(recorded: unknown): ConsensusFault | null {
  if (recorded === null || recorded === 'error') return null
  const { type, epoch, target } = recorded as { type: number; epoch: number; target: number }
  return { target: actorId(target), epoch, type: FAULT_TYPES[type - 1]! }
}
