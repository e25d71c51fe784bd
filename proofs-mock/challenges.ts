/**
 * Which nodes a proof must open: drawn from randomness as the protocol draws them, among the nodes a replica has. Counts are
 * the protocol's, so that partial loss is caught as often. Reference: rust-fil-proofs `stacked/vanilla/challenges.rs`,
 * `fallback/vanilla.rs`, `filecoin-proofs/src/api/winning_post.rs`; FIP-0092.
 */
import { sealProofInfo } from '../actors/miner/policy.ts'
import { assert, defined } from '../primitives/assert.ts'
import { concatBytes } from '../primitives/bytes.ts'
import { blake2b256, sha256 } from '../primitives/crypto/hash.ts'
import type { ActorId } from '../primitives/units.ts'
import { encodeUvarint } from '../primitives/varint.ts'

/** Nodes challenged in each sector of a window PoSt. */
export const WINDOW_POST_CHALLENGES = 10
/** Nodes challenged in the sector of a winning PoSt. */
export const WINNING_POST_CHALLENGES = 66
/** Sectors challenged in a winning PoSt. */
export const WINNING_POST_SECTOR_COUNT = 1

const LARGE = 32n << 30n

/** How a seal proof is divided: partitions, and challenges in each. */
export function porepShape(sealProof: number): { partitions: number; challenges: number } {
  const { sectorSize, kind } = defined(sealProofInfo(sealProof), `seal proof ${sealProof}`)
  const isLarge = sectorSize >= LARGE
  const interactive = isLarge ? 10 : 1
  // Without interaction there are 12.8 times as many challenges.
  const nonInteractive = isLarge ? 126 : 13
  const partitions = kind === 'non-interactive' ? nonInteractive : interactive
  return { partitions, challenges: isLarge ? 18 : 2 }
}

/** How the proof of a replica update is divided. */
export function updateShape(sectorSize: bigint): { partitions: number; challenges: number } {
  if (sectorSize <= 8n << 10n) return { partitions: 1, challenges: 10 }
  if (sectorSize <= 16n << 20n) return { partitions: 4, challenges: 10 }
  return { partitions: 16, challenges: 86 }
}

/** What a seal's challenges follow from. */
export interface PorepChallengeSeed {
  readonly sealProof: number
  /** Each 32 bytes. */
  readonly replicaId: Uint8Array
  readonly commR: Uint8Array
  readonly interactiveRandomness: Uint8Array
}

/** Nodes of a replica that its seal must open, each once. The first node is never challenged. */
export function porepChallenges(seed: PorepChallengeSeed, nodes: number): number[] {
  const { partitions, challenges } = porepShape(seed.sealProof)
  const draw = porepDraw(seed, nodes)
  return distinct(partitions * challenges, draw)
}

function porepDraw(
  { sealProof, replicaId, commR, interactiveRandomness }: PorepChallengeSeed,
  nodes: number,
): (i: number) => number {
  const { kind } = defined(sealProofInfo(sealProof), `seal proof ${sealProof}`)
  if (kind === 'non-interactive')
    return (i) => withoutFirst(sha256(replicaId, commR, uint32le(i)), nodes)
  const interactive = (i: number): Uint8Array =>
    sha256(replicaId, interactiveRandomness, uint32le(i))
  if (kind !== 'synthetic') return (i) => withoutFirst(interactive(i), nodes)
  // Drawn in advance from the replica; the randomness chooses among them.
  const count = Math.min(nodes, SYNTHETIC_CHALLENGES)
  return (i) => {
    const chosen = modulo(interactive(i), count)
    return withoutFirst(blake2b256(SYNTHETIC, replicaId, commR, uint32le(chosen)), nodes)
  }
}

const SYNTHETIC_CHALLENGES = 1 << 18
const SYNTHETIC = Uint8Array.of(1)

/** Nodes of a sector that a PoSt must open. */
export function postChallenges(
  randomness: Uint8Array,
  sector: bigint,
  count: number,
  nodes: number,
): number[] {
  const seed = concatBytes(fieldRandomness(randomness), uint64le(sector))
  return distinct(count, (i) => modulo64(sha256(seed, uint64le(BigInt(i))), nodes))
}

/** Nodes that a replica update must open, in the old replica, the new one, and the new data. */
export function updateChallenges(
  sectorSize: bigint,
  newCommR: Uint8Array,
  nodes: number,
): number[] {
  const { partitions, challenges } = updateShape(sectorSize)
  return distinct(partitions * challenges, (i) => modulo(sha256(newCommR, uint32le(i)), nodes))
}

/** The randomness as a PoSt takes it: an element of its field, the top two bits of the last byte cleared. */
export function fieldRandomness(randomness: Uint8Array): Uint8Array {
  assert(randomness.length === 32, `randomness of ${randomness.length} bytes`)
  const out = randomness.slice()
  out[31] = out[31]! & 0x3f
  return out
}

/** A miner as proofs name it: its id as a varint, padded with zeros to 32 bytes. */
export function proverId(miner: ActorId | number | bigint): Uint8Array {
  const out = new Uint8Array(32)
  out.set(encodeUvarint(miner))
  return out
}

/**
 * Position of the challenged sector among `sectorCount` eligible ones, ordered by number: u64le(SHA-256(prover ‖ randomness ‖
 * u64le(0))) mod count.
 */
export function winningPostSectorChallenge(
  randomness: Uint8Array,
  miner: ActorId | number | bigint,
  sectorCount: number,
): number {
  assert(Number.isSafeInteger(sectorCount) && sectorCount > 0, `${sectorCount} eligible sectors`)
  const digest = sha256(proverId(miner), fieldRandomness(randomness), uint64le(0n))
  return modulo64(digest, sectorCount)
}

export function uint64le(n: bigint): Uint8Array {
  const out = new Uint8Array(8)
  new DataView(out.buffer).setBigUint64(0, n, true)
  return out
}

function uint32le(n: number): Uint8Array {
  const out = new Uint8Array(4)
  new DataView(out.buffer).setUint32(0, n, true)
  return out
}

/** `count` draws, in the order in which a node first comes up. */
function distinct(count: number, draw: (i: number) => number): number[] {
  const found = new Set<number>()
  for (let i = 0; i < count; i++) found.add(draw(i))
  return [...found]
}

const withoutFirst = (digest: Uint8Array, nodes: number): number => modulo(digest, nodes - 1) + 1

/** A digest as a little-endian number, mod n. n < 2²¹. */
function modulo(digest: Uint8Array, n: number): number {
  const view = new DataView(digest.buffer, digest.byteOffset, digest.length)
  let rest = 0
  for (let at = digest.length - 4; at >= 0; at -= 4)
    rest = (rest * 2 ** 32 + view.getUint32(at, true)) % n
  return rest
}

/** Its first eight bytes as a little-endian number, mod n. */
function modulo64(digest: Uint8Array, n: number): number {
  const drawn = new DataView(digest.buffer, digest.byteOffset).getBigUint64(0, true)
  return Number(drawn % BigInt(n))
}
