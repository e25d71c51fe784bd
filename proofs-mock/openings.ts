/**
 * What a prover must show before it may sign: the challenged nodes, each with its way to the commitment. A real proof hides
 * these openings in a SNARK; here they are checked, and a signature takes their place.
 */
import type { SectorNumber } from '../actors/miner/wire.ts'
import { equalBytes } from '../primitives/bytes.ts'
import { commitmentOfCid } from '../primitives/data-commitment.ts'
import { blakeNode, nodeAt, openLeaf, rootOf, rootOfOpening, shaNode } from './merkle.ts'
import { leafOf, type Replica, sectorName, type SectorIdentity } from './replica.ts'
import type { SectorData } from './sector-data.ts'

/** The node of a replica, if it can be read and is the one that was sealed. */
export function openNode(replica: Replica, index: number): Uint8Array | undefined {
  if (replica.lost.has(index)) return undefined
  const node = nodeAt(replica.nodes, index)
  const opening = { ...openLeaf(replica.tree, index), leaf: leafOf(node) }
  return equalBytes(rootOfOpening(opening, blakeNode), rootOf(replica.tree)) ? node : undefined
}

/** The node of the data, if it belongs to CommD. */
export function openData({ tree, commD }: SectorData, index: number): Uint8Array | undefined {
  const opening = openLeaf(tree, index)
  return equalBytes(rootOfOpening(opening, shaNode), commitmentOfCid(commD))
    ? opening.leaf
    : undefined
}

/** The first of these nodes that cannot be opened. */
export const firstUnopened = (
  replica: Replica,
  challenges: readonly number[],
): number | undefined => challenges.find((index) => openNode(replica, index) === undefined)

/** A prover that would have to prove what is not so. It signs nothing. */
export class Unprovable extends Error {
  override name = 'Unprovable'
  /** Sectors that cannot be proven. */
  readonly sectors: readonly SectorNumber[]

  constructor(sectors: readonly SectorNumber[], why: string) {
    super(why)
    this.sectors = sectors
  }
}

export const unprovable = (
  sector: Pick<SectorIdentity, 'miner' | 'number'>,
  why: string,
): Unprovable => new Unprovable([sector.number], `${sectorName(sector)}: ${why}`)
