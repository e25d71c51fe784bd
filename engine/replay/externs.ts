/** What the recording's host answered, handed back in the same order: randomness, signatures and proofs. */
import type { Syscalls } from '../../actors/ports.ts'
import { fromHex, toHex } from '../../primitives/bytes.ts'
import { cidFromBytes } from '../../primitives/cid.ts'
import { SIGNATURE_TYPE } from '../../primitives/signature.ts'
import type { ChainRandomness } from '../vm/context.ts'
import type { ExternRecord } from './trace-format.ts'

/** An actor asked the world something else than the recorded one did. */
export class ExternMismatch extends Error {
  override name = 'ExternMismatch'
}

export class Externs {
  #queue: ExternRecord[] = []

  /** Answers for the next message. */
  load(externs: readonly ExternRecord[]): void {
    this.#queue = [...externs]
  }

  /** Questions that were recorded and not asked. */
  get unused(): readonly ExternRecord[] {
    return this.#queue
  }

  /** The recorded answer to `name(input)`. @throws ExternMismatch when something else comes next. */
  take(name: string, input: unknown): unknown {
    const next = this.#queue.shift()
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
  }
}
