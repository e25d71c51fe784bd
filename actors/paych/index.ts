/** Payment channels: funds of one party that another redeems bit by bit, by vouchers exchanged off chain. */
import { Amt } from '../../primitives/amt.ts'
import { maxBig } from '../../primitives/units.ts'
import { defineActor, method } from '../actor.ts'
import { EPOCHS_IN_HOUR } from '../policy.ts'
import { ExitCode, require, resolveToActorId, type Runtime, sent } from '../runtime.ts'
import { METHOD_SEND } from '../singletons.ts'
import { PaychConstructorParams, PaychMethod, UpdateChannelStateParams } from './params.ts'
import { LANE_STATES_AMT_BITWIDTH, LaneState, PaychState } from './state.ts'
import { updateChannelState } from './voucher.ts'

/** Time the parties have to hand in their last vouchers after one of them asked to settle. */
const SETTLE_DELAY = BigInt(12 * EPOCHS_IN_HOUR)

export const paychActor = defineActor<PaychState>({
  type: 'paymentchannel',
  state: PaychState,
  methods: {
    [PaychMethod.Constructor]: method('Constructor', PaychConstructorParams, null, constructor),
    [PaychMethod.UpdateChannelState]: method(
      'UpdateChannelState',
      UpdateChannelStateParams,
      null,
      updateChannelState,
    ),
    [PaychMethod.Settle]: method('Settle', null, null, settle),
    [PaychMethod.Collect]: method('Collect', null, null, collect),
  },
})

function constructor(rt: Runtime<PaychState>, params: PaychConstructorParams): void {
  rt.acceptCallerType('init')
  const to = resolveToActorId(rt, params.to)
  const from = resolveToActorId(rt, params.from)
  rt.create({
    from,
    to,
    toSend: 0n,
    settlingAt: 0n,
    minSettleHeight: 0n,
    laneStates: Amt.empty(LaneState, LANE_STATES_AMT_BITWIDTH),
  })
}

/**
 * Begins to close the channel.
 * @throws ActorError `Forbidden` for anyone but the parties, `IllegalState` when it was asked for before.
 */
function settle(rt: Runtime<PaychState>): void {
  rt.transaction((state) => {
    rt.acceptCaller(state.from, state.to)
    require(state.settlingAt === 0n, ExitCode.IllegalState, 'channel already settling')
    state.settlingAt = maxBig(BigInt(rt.epoch) + SETTLE_DELAY, state.minSettleHeight)
  })
}

/**
 * Pays out what was redeemed, gives back the rest, and ends the channel.
 * @throws ActorError `Forbidden` for anyone but the parties, and before the channel is settled.
 */
function collect(rt: Runtime<PaychState>): void {
  const { from, to, toSend, settlingAt } = rt.state()
  rt.acceptCaller(from, to)
  const settled = settlingAt !== 0n && BigInt(rt.epoch) >= settlingAt
  require(settled, ExitCode.Forbidden, 'payment channel not settling or settled')
  sent(rt.send(to, METHOD_SEND, null, toSend))
  sent(rt.send(from, METHOD_SEND, null, rt.balance()))
  rt.deleteActor()
}
