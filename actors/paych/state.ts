/** State of a payment channel: the parties, what is owed, and how far each lane was redeemed. */
import { amt } from '../../primitives/amt.ts'
import {
  actorIdAddress,
  type Infer,
  int64,
  tokenAmount,
  tuple,
  uint64,
} from '../../primitives/codec.ts'

export const LANE_STATES_AMT_BITWIDTH = 3

export const LaneState = tuple(
  {
    redeemed: tokenAmount,
    /** Of the last voucher. */
    nonce: uint64,
  },
  'LaneState',
)
export type LaneState = Infer<typeof LaneState>

export const PaychState = tuple(
  {
    /** Funds the channel. */
    from: actorIdAddress,
    /** Is paid from it. */
    to: actorIdAddress,
    /** Redeemed so far, paid out at the end. */
    toSend: tokenAmount,
    /** From when it can be collected; 0 while nobody asked to settle. */
    settlingAt: int64,
    minSettleHeight: int64,
    laneStates: amt(LaneState, LANE_STATES_AMT_BITWIDTH),
  },
  'PaychState',
)
export type PaychState = Infer<typeof PaychState>
