/**
 * Judges a block before its tipset is executed: everything in the header is computed again from its parent
 * (Lotus `consensus/filcns/filecoin.go`, ValidateBlock).
 */
import { currentTotalPower } from '../../actors/power/claims.ts'
import type { Address } from '../../primitives/address.ts'
import { equalBytes } from '../../primitives/bytes.ts'
import { type AggregateItem, bls, type SignedItem } from '../../primitives/crypto/bls.ts'
import type { ActorId } from '../../primitives/units.ts'
import { proofJobs } from '../../proofs-mock/verifier.ts'
import { BLOCK_GAS_LIMIT } from '../chain/base-fee.ts'
import { type BlockHeader, headerSigningBytes, messagesRoot } from '../chain/block.ts'
import type { BlockMessages } from '../chain/chain-store.ts'
import { keyAddress, messageSigningBytes } from '../chain/message-signature.ts'
import { type SignedMessage, signedMessageCid } from '../chain/message.ts'
import { type SentMessage, sentMessageError } from '../chain/sent-messages.ts'
import { minTicket, type Tipset } from '../chain/tipset.ts'
import type { Actors } from '../vm/state-tree.ts'
import { beaconRound, roundsInBlock } from './beacon-entries.ts'
import { electionInput, winCount } from './election.ts'
import { isEligible, lookbackFor, powerStateOf, workerKey } from './lookback.ts'
import { type Election, type Parent, WINNING_POST } from './producer.ts'
import { ticketInput } from './ticket.ts'
import { winningPostStatement } from './winning-sector.ts'

export type InvalidBlockCode =
  | 'height'
  | 'timestamp'
  | 'parent-weight'
  | 'parent-state'
  | 'parent-receipts'
  | 'base-fee'
  | 'miner'
  | 'win-count'
  | 'election-proof'
  | 'ticket'
  | 'beacon'
  | 'winning-post'
  | 'messages'
  | 'gas'
  | 'aggregate'
  | 'message-signature'
  | 'signature'

/** A block that no node may build on. */
export class InvalidBlock extends Error {
  override name = 'InvalidBlock'
  readonly code: InvalidBlockCode

  constructor(code: InvalidBlockCode, message: string) {
    super(message)
    this.code = code
  }
}

/** A signature in a block, and the rule that is broken where it does not hold. */
export interface BlockSignature extends SignedItem {
  readonly code: 'election-proof' | 'ticket' | 'signature' | 'winning-post'
}

/** Takes the signatures of blocks for somebody who checks many at once. */
export interface SignatureChecks {
  /** Each signature by a miner's worker, and that of its winning PoSt. */
  readonly signed: (item: BlockSignature) => void
  /** The aggregate of a block's BLS messages. */
  readonly aggregated: (item: AggregateItem) => void
  /** Each other message of a block. */
  readonly sent: (item: SentMessage) => void
}

/**
 * Judges a block on `parent`. A message of an impersonated account, which nobody signed, is not valid in it.
 *
 * @param checks - by default each signature is checked here.
 * @throws InvalidBlock naming the first rule the block breaks.
 */
export function validateBlock(
  election: Election,
  parent: Parent,
  header: BlockHeader,
  messages: BlockMessages,
  checks: SignatureChecks = {
    signed: (item) => checkSignature(election, item),
    aggregated: checkAggregate,
    sent: checkSent,
  },
): void {
  const { tipset, state } = parent.execution
  checkParent(election, parent, header)
  checkBeacon(election, tipset, header)
  checkElection(election, tipset, header, checks.signed)
  checkMessages(header, messages)
  checkAuthors(election, state, header, messages, checks)
}

function check(condition: boolean, code: InvalidBlockCode, message: string): asserts condition {
  if (!condition) throw new InvalidBlock(code, message)
}

function checkParent({ params }: Election, parent: Parent, header: BlockHeader): void {
  const { tipset, stateRoot, receiptsRoot } = parent.execution
  const { height } = header
  check(height > tipset.height, 'height', `height ${height} on a parent at ${tipset.height}`)
  const timestamp = params.genesisTime + params.blockDelay * height
  check(
    header.timestamp === timestamp,
    'timestamp',
    `timestamp ${header.timestamp}, not ${timestamp}`,
  )
  const { weight, baseFee } = parent
  check(
    header.parentWeight === weight,
    'parent-weight',
    `weight ${header.parentWeight}, not ${weight}`,
  )
  check(header.parentStateRoot.equals(stateRoot), 'parent-state', 'another parent state')
  check(
    header.parentMessageReceipts.equals(receiptsRoot),
    'parent-receipts',
    'other parent receipts',
  )
  check(
    header.parentBaseFee === baseFee,
    'base-fee',
    `base fee ${header.parentBaseFee}, not ${baseFee}`,
  )
}

function checkBeacon({ crypto }: Election, base: Tipset, header: BlockHeader): void {
  const rounds = roundsInBlock(base.height, header.height)
  const got = header.beaconEntries.map(({ round }) => round)
  check(got.join() === rounds.join(), 'beacon', `beacon rounds ${got.join()}, not ${rounds.join()}`)
  for (const entry of header.beaconEntries)
    check(
      crypto.verifyBeacon(entry),
      'beacon',
      `beacon entry of round ${entry.round} does not verify`,
    )
}

function checkSignature({ crypto }: Election, item: BlockSignature): void {
  const { code, publicKey, message, signature } = item
  // Storage is proven with BLS also where blocks are signed with what stands for it.
  const holds =
    code === 'winning-post'
      ? bls().multiVerify([item])
      : crypto.verify(publicKey, message, signature)
  check(holds, code, `${code} does not verify`)
}

function checkElection(
  election: Election,
  base: Tipset,
  header: BlockHeader,
  signed: (item: BlockSignature) => void,
): void {
  const { params, store } = election
  const { miner, electionProof, ticket, blockSig, height } = header
  const lookback = lookbackFor(store, base, height, params.policy.chainFinality)
  const id = miner.id
  const minimum = params.policy.minimumConsensusPower
  const eligible = id !== undefined && isEligible(store, base, lookback, id, minimum)
  check(eligible, 'miner', `${miner} may not mine on this parent`)
  const publicKey = keyOf(workerKey(lookback.state, id), miner)
  const power = powerStateOf(lookback.state)
  const wins = electionProof
    ? winCount(electionProof.vrfProof, powerOf(power, id), currentTotalPower(power).qa)
    : 0
  check(wins > 0 && wins === electionProof?.winCount, 'win-count', `win count is ${wins}`)
  const data = header.beaconEntries.find(({ round }) => round === beaconRound(height))!.data
  check(ticket !== null, 'ticket', 'no ticket')
  check(blockSig !== null, 'signature', 'no block signature')
  const address = miner.bytes
  const elected = electionInput(data, height, address)
  const drawn = ticketInput(data, height, address, minTicket(base).vrfProof)
  const { vrfProof } = electionProof
  signed({ code: 'election-proof', publicKey, message: elected, signature: vrfProof })
  signed({ code: 'ticket', publicKey, message: drawn, signature: ticket.vrfProof })
  const message = headerSigningBytes(header)
  signed({ code: 'signature', publicKey, message, signature: blockSig.data })
  checkWinningPost(election, lookback.state, id, data, header, signed)
}

function checkWinningPost(
  { proofs }: Election,
  state: Actors,
  miner: ActorId,
  beacon: Uint8Array,
  { winPoStProof, height }: BlockHeader,
  signed: (item: BlockSignature) => void,
): void {
  const stated = proofs && winningPostStatement(state, miner, beacon, height)
  if (!proofs || !stated) {
    const [post] = winPoStProof
    const isText =
      winPoStProof.length === 1 &&
      post!.postProof === WINNING_POST.postProof &&
      equalBytes(post!.proofBytes, WINNING_POST.proofBytes)
    return check(isText, 'winning-post', 'winning PoSt is not valid')
  }
  const info = { ...stated, proofs: winPoStProof }
  const jobs = proofJobs(proofs.verifier.setup, { kind: 'winning-post', info })
  check(jobs !== undefined, 'winning-post', 'winning PoSt is not valid')
  for (const job of jobs) signed({ code: 'winning-post', ...job })
}

function keyOf(worker: Address | undefined, miner: Address): Uint8Array {
  check(worker !== undefined, 'miner', `${miner} has no worker key`)
  return worker.payload
}

const powerOf = (power: ReturnType<typeof powerStateOf>, miner: ActorId): bigint =>
  power.claims.get(miner)?.qualityAdjPower ?? 0n

function checkMessages(header: BlockHeader, { bls: blsMessages, secp }: BlockMessages): void {
  const root = messagesRoot(blsMessages.map(signedMessageCid), secp.map(signedMessageCid))
  check(header.messages.equals(root), 'messages', 'other messages than the header names')
  const isBls = ({ signature }: SignedMessage): boolean => signature.type === 'bls'
  const misplaced = blsMessages.find((one) => !isBls(one)) ?? secp.find(isBls)
  if (misplaced) {
    const { type } = misplaced.signature
    const why = `a ${type} signature among those of the other kind`
    throw new InvalidBlock('message-signature', `message ${signedMessageCid(misplaced)}: ${why}`)
  }
  const gas = [...blsMessages, ...secp].reduce((sum, { message }) => sum + message.gasLimit, 0n)
  check(gas <= BigInt(BLOCK_GAS_LIMIT), 'gas', `messages ask for ${gas} gas`)
}

/** That each message is its sender's: BLS messages by the aggregate of their signatures, the others by their own. */
function checkAuthors(
  { params: { chainId } }: Election,
  state: Actors,
  { blsAggregate }: BlockHeader,
  { bls: blsMessages, secp }: BlockMessages,
  { aggregated, sent }: SignatureChecks,
): void {
  check(blsAggregate !== null, 'aggregate', 'no aggregate of BLS signatures')
  if (blsMessages.length > 0)
    aggregated({
      publicKeys: blsMessages.map(({ message }) => keyAddress(message.from, state).payload),
      messages: blsMessages.map(({ message }) => messageSigningBytes(message)),
      signature: blsAggregate.data,
    })
  for (const signed of secp)
    sent({ signed, signer: keyAddress(signed.message.from, state), chainId })
}

function checkSent(item: SentMessage): void {
  const error = sentMessageError(item)
  check(error === undefined, 'message-signature', error ?? '')
}

function checkAggregate({ publicKeys, messages, signature }: AggregateItem): void {
  const holds = bls().aggregateVerify(publicKeys, messages, signature)
  check(holds, 'aggregate', 'aggregate of BLS signatures does not verify')
}
