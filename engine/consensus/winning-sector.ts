/**
 * Which sector a winner must prove. It is drawn from those that had power a finality ago, ordered by number. Power that genesis
 * gave without sectors takes part in the draw as the sectors it would be, after the real ones.
 */
import { activeSectors } from '../../actors/miner/partition-state.ts'
import type { MinerState } from '../../actors/miner/state.ts'
import type { SectorInfo } from '../../actors/proof-info.ts'
import { idAddress } from '../../primitives/address.ts'
import { defined } from '../../primitives/assert.ts'
import { Bitfield } from '../../primitives/bitfield.ts'
import type { ActorId, ChainEpoch } from '../../primitives/units.ts'
import { winningPostSectorChallenge } from '../../proofs-mock/challenges.ts'
import type { PostStatement } from '../../proofs-mock/posts.ts'
import type { Actors } from '../vm/state-tree.ts'
import { powerStateOf } from './lookback.ts'
import { winningPostRandomness } from './winning-post.ts'

/** What a block's winning PoSt is about; undefined where it is a sector that nobody can look at. */
export function winningPostStatement(
  state: Actors,
  miner: ActorId,
  beacon: Uint8Array,
  epoch: ChainEpoch,
): PostStatement | undefined {
  const randomness = winningPostRandomness(beacon, epoch, idAddress(miner).bytes)
  const sector = challengedSector(state, miner, randomness)
  return sector ? { randomness, prover: miner, challengedSectors: [sector] } : undefined
}

/** The sector that `randomness` asks for; null where it is one that genesis gave and nobody can look at. */
export function challengedSector(
  state: Actors,
  miner: ActorId,
  randomness: Uint8Array,
): SectorInfo | null {
  const { sectors, deadlines, info } = defined(state.get(miner), 'miner').state.get() as MinerState
  // Most providers of a young network have only what genesis gave.
  if (sectors.count === 0) return null
  const proven = provenSectors(deadlines.get().due)
  const count = proven.countNumber()
  if (count === 0) return null
  const size = info.get().sectorSize
  const { rawBytePower } = defined(powerStateOf(state).claims.get(miner), 'claim')
  const endowed = Number((rawBytePower - size * BigInt(count)) / size)
  const index = winningPostSectorChallenge(randomness, miner, count + Math.max(0, endowed))
  if (index >= count) return null
  const number = nth(proven, index)
  const { sealProof, sealedCid } = defined(sectors.get(number), `sector ${number}`)
  return { proof: sealProof, sectorNumber: number, sealedCid }
}

/** Sectors of a miner that have power. */
function provenSectors(due: ReturnType<MinerState['deadlines']['get']>['due']): Bitfield {
  const active: Bitfield[] = []
  for (const link of due) {
    const { liveSectors, partitions } = link.get()
    if (liveSectors > 0)
      for (const partition of partitions.values()) active.push(activeSectors(partition))
  }
  return Bitfield.union(...active)
}

function nth(numbers: Bitfield, index: number): bigint {
  let left = index
  for (const number of numbers.values()) if (left-- === 0) return number
  throw new RangeError(`member ${index} of a smaller set`)
}
