/**
 * Randomness of the chain as actors and producers see it: tickets of tipsets and beacon entries, by epoch
 * (Lotus `chain/rand`). For a null round, tickets come from the first tipset after it.
 */
import { defined } from '../../primitives/assert.ts'
import { blake2b256 } from '../../primitives/crypto/hash.ts'
import type { Cid } from '../../primitives/cid.ts'
import type { ChainEpoch } from '../../primitives/units.ts'
import type { ConsensusCrypto } from '../consensus/crypto.ts'
import { beaconRound } from '../consensus/beacon-entries.ts'
import type { ChainRandomness } from '../vm/context.ts'
import type { ChainStore } from './chain-store.ts'
import { minTicket, type Tipset, tipsetKeyCid } from './tipset.ts'

/**
 * Randomness for executing `tipset`, whose parent is the head of `store`.
 * Beacon entries that no block carries, in rounds that a jump of the clock passed over, are taken from the beacon.
 */
export function chainRandomness(
  store: ChainStore,
  crypto: ConsensusCrypto,
  tipset: Tipset,
): ChainRandomness {
  const at = (epoch: ChainEpoch): Tipset =>
    epoch > store.head.height ? tipset : defined(store.atOrAfter(epoch), `tipset at ${epoch}`)
  return {
    ticketDigest: (epoch) => blake2b256(minTicket(at(Math.max(epoch, 0))).vrfProof),
    beaconDigest: (epoch) => blake2b256(crypto.beaconEntry(beaconRound(epoch)).data),
    tipsetCid: (epoch): Cid => tipsetKeyCid(at(epoch).cids),
  }
}
