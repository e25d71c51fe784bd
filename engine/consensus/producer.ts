/**
 * Wins and makes blocks: each provider's election on a tipset, then a signed block for every winner
 * (Lotus `chain/gen/gen.go`, `consensus/filcns/mine.go`).
 */
import { sealProofInfo } from '../../actors/miner/policy.ts'
import type { SectorNumber } from '../../actors/miner/wire.ts'
import type { SectorInfo } from '../../actors/proof-info.ts'
import { type Address, idAddress } from '../../primitives/address.ts'
import { defined } from '../../primitives/assert.ts'
import type { ActorId, ChainEpoch, TokenAmount } from '../../primitives/units.ts'
import {
  type BeaconEntry,
  type BlockHeader,
  type ElectionProof,
  messagesRoot,
  type PoStProof,
  sealHeader,
  type Ticket,
} from '../chain/block.ts'
import type { BlockMessages, ChainStore, Execution } from '../chain/chain-store.ts'
import { type SignedMessage, signedMessageCid } from '../chain/message.ts'
import { minTicket, type Tipset } from '../chain/tipset.ts'
import { bls } from '../../primitives/crypto/bls.ts'
import type { Signature } from '../../primitives/signature.ts'
import type { NetworkParams } from '../network-params.ts'
import { currentTotalPower } from '../../actors/power/claims.ts'
import { utf8 } from '../../primitives/bytes.ts'
import { Unprovable } from '../../proofs-mock/openings.ts'
import { proveWinningPost, winningPostProof } from '../../proofs-mock/posts.ts'
import type { Replica } from '../../proofs-mock/replica.ts'
import type { ProofVerifier } from '../../proofs-mock/verifier.ts'
import type { Actors } from '../vm/state-tree.ts'
import { beaconRound, roundsInBlock } from './beacon-entries.ts'
import type { ConsensusCrypto } from './crypto.ts'
import { electionInput, winCount } from './election.ts'
import type { Candidate } from './forecast.ts'
import { isEligible, lookbackFor, powerStateOf, workerKey } from './lookback.ts'
import { compareTickets, ticketInput } from './ticket.ts'
import { winningPostStatement } from './winning-sector.ts'

/** Secrets of worker keys, by key address. */
export interface WorkerKeys {
  secretOf(worker: Address): Uint8Array | undefined
}

export interface Winner {
  readonly miner: ActorId
  readonly secret: Uint8Array
  readonly electionProof: ElectionProof
  readonly ticket: Ticket
  readonly winningPost: PoStProof
}

/** What an election is held with. */
export interface Election {
  readonly params: NetworkParams
  readonly crypto: ConsensusCrypto
  readonly store: ChainStore
  readonly keys: WorkerKeys
  /** Where there are none, winners prove nothing. */
  readonly proofs?: StorageProofs | undefined
}

/** What proofs are checked and made with. */
export interface StorageProofs {
  readonly verifier: ProofVerifier
  /** A sector of a provider here, as it is now. */
  replica(miner: ActorId, number: SectorNumber): Replica | undefined
}

/** Who takes part in an election on `base`: providers with power a finality ago whose keys are here. */
export function electionCandidates(
  { params, store, keys }: Election,
  base: Tipset,
  epoch: ChainEpoch,
) {
  const lookback = lookbackFor(store, base, epoch, params.policy.chainFinality)
  const power = powerStateOf(lookback.state)
  const candidates: Candidate[] = []
  for (const [miner, { qualityAdjPower: qaPower }] of power.claims.entries()) {
    const worker = qaPower > 0n ? workerKey(lookback.state, miner) : undefined
    const secret = worker && keys.secretOf(worker)
    if (secret) candidates.push({ miner, secret, qaPower })
  }
  return { lookback, candidates, totalPower: currentTotalPower(power).qa }
}

/**
 * Winners of the epoch on top of `base`, in ticket order: whoever has power, a key known here, luck, and the sector that
 * is asked for.
 * @param alone - whether one winner will do: the others do not even look whether they have won. Whose turn it is to look
 *   first goes round with the epochs.
 */
export function electWinners(
  election: Election,
  base: Tipset,
  epoch: ChainEpoch,
  alone = false,
): Winner[] {
  const { params, crypto, store } = election
  const { lookback, candidates: all, totalPower } = electionCandidates(election, base, epoch)
  const candidates = alone ? rotated(all, epoch) : all
  const { data } = crypto.beaconEntry(beaconRound(epoch))
  const minimum = params.policy.minimumConsensusPower
  const winners: Winner[] = []
  for (const { miner, secret, qaPower } of candidates) {
    const address = idAddress(miner).bytes
    const proof = crypto.sign(secret, electionInput(data, epoch, address))
    const count = winCount(proof, qaPower, totalPower)
    if (count < 1 || !isEligible(store, base, lookback, miner, minimum)) continue
    const winningPost = proveWinner(election, lookback.state, miner, data, epoch)
    if (!winningPost) continue
    const input = ticketInput(data, epoch, address, minTicket(base).vrfProof)
    winners.push({
      miner,
      secret,
      electionProof: { winCount: count, vrfProof: proof },
      ticket: { vrfProof: crypto.sign(secret, input) },
      winningPost,
    })
    if (alone) break
  }
  return winners.sort((a, b) => compareTickets(a.ticket.vrfProof, b.ticket.vrfProof))
}

function rotated<T>(all: readonly T[], by: number): T[] {
  const at = all.length === 0 ? 0 : by % all.length
  return [...all.slice(at), ...all.slice(0, at)]
}

/** What all blocks on one parent have in common. */
export interface Parent {
  readonly execution: Execution
  readonly weight: bigint
  readonly baseFee: TokenAmount
}

/** A winner's block, signed. */
export function makeBlock(
  { params, crypto }: Election,
  parent: Parent,
  epoch: ChainEpoch,
  winner: Winner,
  messages: BlockMessages,
): BlockHeader {
  const { tipset } = parent.execution
  const header: BlockHeader = {
    ...fieldsOn(parent, messages),
    miner: idAddress(winner.miner),
    ticket: winner.ticket,
    electionProof: winner.electionProof,
    beaconEntries: beaconEntries(crypto, tipset.height, epoch),
    winPoStProof: [winner.winningPost],
    height: epoch,
    timestamp: params.genesisTime + params.blockDelay * epoch,
  }
  return signHeader(header, winner.secret, crypto)
}

/** What of a block its parent and its messages say, and no signature. */
export function fieldsOn({ execution, weight, baseFee }: Parent, { bls, secp }: BlockMessages) {
  return {
    parents: execution.tipset.cids,
    parentWeight: weight,
    parentStateRoot: execution.stateRoot,
    parentMessageReceipts: execution.receiptsRoot,
    messages: messagesRoot(bls.map(signedMessageCid), secp.map(signedMessageCid)),
    blsAggregate: aggregate(bls),
    blockSig: null,
    forkSignaling: 0n,
    parentBaseFee: baseFee,
  }
}

export const signHeader = (
  header: BlockHeader,
  secret: Uint8Array,
  crypto: ConsensusCrypto,
): BlockHeader => sealHeader(header, (bytes) => ({ type: 'bls', data: crypto.sign(secret, bytes) }))

export function beaconEntries(
  crypto: ConsensusCrypto,
  parentHeight: ChainEpoch,
  epoch: ChainEpoch,
): BeaconEntry[] {
  return roundsInBlock(parentHeight, epoch).map((round) => crypto.beaconEntry(round))
}

/** A winner's proof of the sector it is asked for; undefined when it cannot be proven. */
function proveWinner(
  { proofs }: Election,
  state: Actors,
  miner: ActorId,
  beacon: Uint8Array,
  epoch: ChainEpoch,
): PoStProof | undefined {
  if (!proofs) return WINNING_POST
  const stated = winningPostStatement(state, miner, beacon, epoch)
  if (!stated) return WINNING_POST
  const { setup } = proofs.verifier
  try {
    const [{ proof }] = stated.challengedSectors as [SectorInfo]
    const { windowPoStProof } = defined(sealProofInfo(proof), `seal proof ${proof}`)
    const type = winningPostProof(windowPoStProof)
    return proveWinningPost(setup, type, stated, (number) => proofs.replica(miner, number))
  } catch (error) {
    if (error instanceof Unprovable) return undefined
    throw error
  }
}

/** The text Lotus' developer builds take for a winning PoSt: of sectors that only genesis knows. */
export const WINNING_POST: PoStProof = { postProof: 3, proofBytes: utf8('valid proof') }

/** Aggregate of the BLS messages' signatures; of none it is the point at infinity. */
export function aggregate(messages: readonly SignedMessage[]): Signature {
  if (messages.length === 0) return NO_SIGNATURES
  return { type: 'bls', data: bls().aggregate(messages.map(({ signature }) => signature.data)) }
}

/** The point at infinity. */
const NO_SIGNATURES: Signature = {
  type: 'bls',
  data: Uint8Array.of(0xc0, ...new Uint8Array(95)),
}

/** A block's messages by the kind of their signature, each in order. */
export function byKind(messages: readonly SignedMessage[]): BlockMessages {
  return {
    bls: messages.filter(({ signature }) => signature.type === 'bls'),
    secp: messages.filter(({ signature }) => signature.type !== 'bls'),
  }
}
