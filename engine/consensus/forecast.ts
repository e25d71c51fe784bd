/**
 * The elections of coming epochs, held ahead of time. Who wins and with which ticket depends on the beacon, on power a finality
 * ago and on the tickets before, but not on messages; so all of a tipset's signatures except its blocks' own can be made
 * on another thread while nobody waits. A forecast that turns out otherwise (power has changed) is only not used.
 */
import { idAddress } from '../../primitives/address.ts'
import type { ActorId, ChainEpoch, StoragePower } from '../../primitives/units.ts'
import type { BeaconEntry } from '../chain/block.ts'
import { beaconRound } from './beacon-entries.ts'
import { type CryptoOptions, consensusCrypto, type KnownSignature } from './crypto.ts'
import { electionInput, winCount } from './election.ts'
import { compareTickets, ticketInput } from './ticket.ts'

export interface Candidate {
  readonly miner: ActorId
  readonly secret: Uint8Array
  readonly qaPower: StoragePower
}

export interface ForecastRequest {
  readonly crypto: CryptoOptions
  /** First epoch, and how many. */
  readonly from: ChainEpoch
  readonly epochs: number
  /** VRF proof of the smallest ticket of the tipset before. */
  readonly parentTicket: Uint8Array
  readonly candidates: readonly Candidate[]
  readonly totalPower: StoragePower
}

export interface Forecast {
  readonly signatures: readonly KnownSignature[]
  readonly entries: readonly BeaconEntry[]
  /** From where the next forecast goes on. */
  readonly next: { readonly from: ChainEpoch; readonly parentTicket: Uint8Array }
}

export function forecast(request: ForecastRequest): Forecast {
  const crypto = consensusCrypto(request.crypto)
  const signatures: KnownSignature[] = []
  const entries: BeaconEntry[] = []
  const make = (secret: Uint8Array, message: Uint8Array): Uint8Array => {
    const signature = crypto.sign(secret, message)
    signatures.push({ secret, message, signature })
    return signature
  }
  let { parentTicket } = request
  const end = request.from + request.epochs
  for (let epoch = request.from; epoch < end; epoch++) {
    const entry = crypto.beaconEntry(beaconRound(epoch))
    entries.push(entry)
    const tickets: Uint8Array[] = []
    for (const { miner, secret, qaPower } of request.candidates) {
      const address = idAddress(miner).bytes
      const proof = make(secret, electionInput(entry.data, epoch, address))
      if (winCount(proof, qaPower, request.totalPower) < 1) continue
      tickets.push(make(secret, ticketInput(entry.data, epoch, address, parentTicket)))
    }
    parentTicket = tickets.sort(compareTickets)[0] ?? parentTicket
  }
  return { signatures, entries, next: { from: end, parentTicket } }
}
