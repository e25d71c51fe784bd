/** Damage to replicas, as data: it can be printed, drawn from a seed, and done again. */
import type { SectorNumber } from '../actors/miner/wire.ts'
import { InvalidInput } from '../primitives/invalid-input.ts'
import type { Prng } from '../primitives/prng.ts'
import { NODE_SIZE } from './merkle.ts'
import { nodeCount, type Replica, type Sealed } from './replica.ts'

export type Damage =
  /** These nodes cannot be read. */
  | { readonly kind: 'lost-nodes'; readonly nodes: readonly number[] }
  /** These nodes read as something else. */
  | { readonly kind: 'corrupted-nodes'; readonly nodes: readonly number[] }
  | { readonly kind: 'lost-sector' }

/** The replica after the damage. @throws InvalidInput for a node that it does not have. */
export function damaged(replica: Replica, damage: Damage): Replica {
  const count = nodeCount(replica)
  const nodes = damage.kind === 'lost-sector' ? allNodes(count) : damage.nodes
  for (const node of nodes)
    if (!Number.isInteger(node) || node < 0 || node >= count)
      throw new InvalidInput('nodes', `node ${node} of ${count}`)
  if (damage.kind !== 'corrupted-nodes')
    return { ...replica, lost: new Set([...replica.lost, ...nodes]) }
  const bytes = replica.nodes.slice()
  for (const node of nodes) bytes[node * NODE_SIZE] = bytes[node * NODE_SIZE]! ^ 1
  return { ...replica, nodes: bytes }
}

/** A share of a replica's nodes, drawn anew, cannot be read. */
export function partialLoss(prng: Prng, replica: Replica, lost: number): Damage {
  const nodes = prng.shuffle(allNodes(nodeCount(replica))).slice(0, lost)
  return { kind: 'lost-nodes', nodes: nodes.sort((a, b) => a - b) }
}

/** Sectors by number: what a provider holds. */
export type SealedSectors = ReadonlyMap<SectorNumber, Sealed>

/** What is left after damage to a disk of sectors. @throws InvalidInput naming a sector that is not there. */
export function damagedSectors(
  sectors: SealedSectors,
  disk: Iterable<SectorNumber>,
  damage: Damage,
): SealedSectors {
  const left = new Map(sectors)
  for (const number of disk) {
    const sealed = left.get(number)
    if (!sealed) throw new InvalidInput('disk', `there is no sector ${number}`)
    left.set(number, { ...sealed, replica: damaged(sealed.replica, damage) })
  }
  return left
}

const allNodes = (count: number): number[] => Array.from({ length: count }, (_, i) => i)
