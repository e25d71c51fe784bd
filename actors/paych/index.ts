/** Payment channels. The table holds the constructor only. */
import { Amt } from '../../primitives/amt.ts'
import { address, type Infer, tuple } from '../../primitives/codec.ts'
import { defineActor, method } from '../actor.ts'
import { resolveToActorId, type Runtime } from '../runtime.ts'
import { METHOD_CONSTRUCTOR } from '../singletons.ts'
import { LANE_STATES_AMT_BITWIDTH, LaneState, PaychState } from './state.ts'

const PaychConstructorParams = tuple({ from: address, to: address }, 'PaychConstructorParams')

export const paychActor = defineActor<PaychState>({
  type: 'paymentchannel',
  state: PaychState,
  methods: {
    [METHOD_CONSTRUCTOR]: method('Constructor', PaychConstructorParams, null, constructor),
  },
})

function constructor(rt: Runtime<PaychState>, params: Infer<typeof PaychConstructorParams>): void {
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
