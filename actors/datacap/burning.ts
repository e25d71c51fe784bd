/** Datacap that ceases to be. */
import type { ActorId, TokenAmount } from '../../primitives/units.ts'
import { type Draft, type Runtime } from '../runtime.ts'
import { acceptGovernor, existing, owning, requireOther, requireWholeAmount } from './checks.ts'
import type {
  BurnFromParams,
  BurnFromReturn,
  BurnParams,
  BurnReturn,
  DestroyParams,
} from './params.ts'
import type { DatacapState } from './state.ts'
import { allowanceOf, balanceOf, withAllowanceUsed, withBurnt } from './token.ts'

/** Burns the caller's. */
export function burn(rt: Runtime<DatacapState>, { amount }: BurnParams): BurnReturn {
  rt.acceptAnyCaller()
  return rt.transaction((state) => {
    requireWholeAmount(amount)
    return burnOf(state, rt.caller, amount)
  })
}

/** Burns anybody's. For the governor only. */
export function destroy(rt: Runtime<DatacapState>, { owner, amount }: DestroyParams): BurnReturn {
  return rt.transaction((state) => {
    acceptGovernor(rt, state)
    requireWholeAmount(amount)
    return burnOf(state, existing(rt, owner), amount)
  })
}

/** Burns somebody else's, within the caller's allowance. */
export function burnFrom(rt: Runtime<DatacapState>, params: BurnFromParams): BurnFromReturn {
  rt.acceptAnyCaller()
  const { amount } = params
  return rt.transaction((state) => {
    requireWholeAmount(amount)
    requireOther(rt, params.owner)
    const owner = owning(rt, params.owner)
    state.token = withAllowanceUsed(state.token, owner, rt.caller, amount)
    const { balance } = burnOf(state, owner, amount)
    return { balance, allowance: allowanceOf(state.token, owner, rt.caller) }
  })
}

function burnOf(state: Draft<DatacapState>, owner: ActorId, amount: TokenAmount): BurnReturn {
  state.token = withBurnt(state.token, owner, amount)
  return { balance: balanceOf(state.token, owner) }
}
