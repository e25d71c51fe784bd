/** Redeeming vouchers: promises of payment that one party signed and the other hands in. */
import type { Amt } from '../../primitives/amt.ts'
import { bool, encode } from '../../primitives/codec.ts'
import { blake2b256 } from '../../primitives/crypto/hash.ts'
import { equalBytes } from '../../primitives/bytes.ts'
import type { ActorId } from '../../primitives/units.ts'
import { AccountMethod, AuthenticateMessageParams } from '../account/params.ts'
import {
  ActorError,
  type Draft,
  ExitCode,
  Payload,
  require,
  type Runtime,
  sent,
} from '../runtime.ts'
import { returned } from '../returned.ts'
import { SignedVoucher, type UpdateChannelStateParams } from './params.ts'
import type { LaneState, PaychState } from './state.ts'

/** Exit code for a voucher that comes after the channel is settled. */
export const CHANNEL_SETTLED: ExitCode = 32
const MAX_LANE = (1n << 63n) - 1n
const MAX_SECRET_LENGTH = 256

/**
 * Redeems a voucher that the other party signed.
 *
 * @throws ActorError `Forbidden` for anyone but the parties, `CHANNEL_SETTLED`, `IllegalArgument` for a voucher that does
 *   not count, and as the calls below do: to the signer's account, and the one the voucher asks for.
 * @see builtin-actors `actors/paych/src/lib.rs`, `update_channel_state`
 */
export function updateChannelState(
  rt: Runtime<PaychState>,
  { voucher, secret }: UpdateChannelStateParams,
): void {
  const { from, to, settlingAt } = rt.state()
  rt.acceptCaller(from, to)
  const signer = rt.caller === from ? to : from
  const { signature, extra } = voucher
  require(signature !== null, ExitCode.IllegalArgument, 'voucher has no signature')
  const settled = settlingAt !== 0n && BigInt(rt.epoch) >= settlingAt
  require(!settled, CHANNEL_SETTLED, 'no vouchers can be processed after settling at epoch')
  requireArgument(secret.length <= MAX_SECRET_LENGTH, 'secret must be at most 256 bytes long')
  authenticate(rt, signer, voucher, signature)
  checkTerms(rt, voucher, secret)
  if (extra) sent(rt.send(extra.actor, extra.method, Payload.raw(extra.data), 0n))
  rt.transaction((state) => redeem(state, voucher, rt.balance()))
}

/** Has the signer's account check the signature, without its type byte. */
function authenticate(
  rt: Runtime,
  signer: ActorId,
  voucher: SignedVoucher,
  signature: Uint8Array,
): void {
  const params = Payload.of(AuthenticateMessageParams, {
    signature: signature.subarray(1),
    message: encode(SignedVoucher, { ...voucher, signature: null }),
  })
  const options = { readOnly: true }
  const result = rt.send(signer, AccountMethod.AuthenticateMessage, params, 0n, options)
  requireArgument(returned(result, bool), 'voucher sig authentication failed')
}

/** Whether the voucher is for this channel, for this time, and for whoever knows the secret. */
function checkTerms(rt: Runtime, voucher: SignedVoucher, secret: Uint8Array): void {
  const { channelAddr, timeLockMin, timeLockMax, amount, secretHash } = voucher
  const channel = rt.resolve(channelAddr)
  requireArgument(channel === rt.receiver, `voucher is for ${channelAddr}, not f0${rt.receiver}`)
  const epoch = BigInt(rt.epoch)
  requireArgument(epoch >= timeLockMin, 'cannot use this voucher yet')
  requireArgument(timeLockMax === 0n || epoch <= timeLockMax, 'this voucher has expired')
  requireArgument(amount >= 0n, `voucher amount must not be negative, was ${amount}`)
  const known = secretHash.length === 0 || equalBytes(blake2b256(secret), secretHash)
  requireArgument(known, 'incorrect secret')
}

/** Counts the voucher: what it promises more than its lane, and those merged into it, had redeemed. */
function redeem(state: Draft<PaychState>, voucher: SignedVoucher, balance: bigint): void {
  const { lane, nonce, amount, minSettleHeight } = voucher
  const before = findLane(state.laneStates, lane)
  requireArgument(!before || before.nonce < nonce, `voucher has an outdated nonce ${nonce}`)
  const redeemedElsewhere = mergeLanes(state, voucher)
  const toSend = state.toSend + amount - redeemedElsewhere - (before?.redeemed ?? 0n)
  requireArgument(toSend >= 0n, 'voucher would leave channel balance negative')
  requireArgument(toSend <= balance, 'not enough funds in channel to cover voucher')
  state.toSend = toSend
  if (minSettleHeight !== 0n) {
    if (state.settlingAt !== 0n && state.settlingAt < minSettleHeight)
      state.settlingAt = minSettleHeight
    if (state.minSettleHeight < minSettleHeight) state.minSettleHeight = minSettleHeight
  }
  state.laneStates = state.laneStates.set(lane, { redeemed: amount, nonce })
}

/** Raises the nonces of merged lanes, and gives what they had redeemed. */
function mergeLanes(state: Draft<PaychState>, { lane, merges }: SignedVoucher): bigint {
  let redeemed = 0n
  for (const merge of merges) {
    requireArgument(merge.lane !== lane, "voucher cannot merge lanes into it's own lane")
    const other = findLane(state.laneStates, merge.lane)
    if (!other) throw new ActorError(ExitCode.IllegalArgument, `invalid merge lane ${merge.lane}`)
    requireArgument(other.nonce < merge.nonce, 'merged lane in voucher has outdated nonce')
    redeemed += other.redeemed
    state.laneStates = state.laneStates.set(merge.lane, { ...other, nonce: merge.nonce })
  }
  return redeemed
}

function findLane(lanes: Amt<LaneState>, lane: bigint): LaneState | undefined {
  requireArgument(lane <= MAX_LANE, 'maximum lane ID is 2^63-1')
  return lanes.get(lane)
}

function requireArgument(condition: boolean, message: string): void {
  require(condition, ExitCode.IllegalArgument, message)
}
