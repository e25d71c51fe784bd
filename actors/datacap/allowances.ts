/** What owners let operators take of theirs. An allowance need not be in whole bytes. */
import type { TokenAmount } from '../../primitives/units.ts'
import type { Runtime } from '../runtime.ts'
import { existing, requireNotNegative } from './checks.ts'
import type {
  DecreaseAllowanceParams,
  GetAllowanceParams,
  IncreaseAllowanceParams,
  RevokeAllowanceParams,
} from './params.ts'
import type { DatacapState } from './state.ts'
import { allowanceOf, withAllowance, withAllowanceChanged } from './token.ts'

/** Nothing, where either side is nobody. */
export function allowance(rt: Runtime<DatacapState>, params: GetAllowanceParams): TokenAmount {
  rt.acceptAnyCaller()
  const owner = rt.resolve(params.owner)
  const operator = rt.resolve(params.operator)
  if (owner === undefined || operator === undefined) return 0n
  return allowanceOf(rt.state().token, owner, operator)
}

/** Gives what the operator is allowed now; so does `decreaseAllowance`. */
export function increaseAllowance(
  rt: Runtime<DatacapState>,
  { operator, increase }: IncreaseAllowanceParams,
): TokenAmount {
  rt.acceptAnyCaller()
  return rt.transaction((state) => {
    requireNotNegative(increase)
    const id = existing(rt, operator)
    state.token = withAllowanceChanged(state.token, rt.caller, id, increase)
    return allowanceOf(state.token, rt.caller, id)
  })
}

/** Takes away all that is allowed, where it is less than `decrease`. */
export function decreaseAllowance(
  rt: Runtime<DatacapState>,
  { operator, decrease }: DecreaseAllowanceParams,
): TokenAmount {
  rt.acceptAnyCaller()
  return rt.transaction((state) => {
    requireNotNegative(decrease)
    const id = existing(rt, operator)
    state.token = withAllowanceChanged(state.token, rt.caller, id, -decrease)
    return allowanceOf(state.token, rt.caller, id)
  })
}

/** Gives what the operator was allowed. */
export function revokeAllowance(
  rt: Runtime<DatacapState>,
  { operator }: RevokeAllowanceParams,
): TokenAmount {
  rt.acceptAnyCaller()
  return rt.transaction((state) => {
    const id = rt.resolve(operator)
    if (id === undefined) return 0n
    const before = allowanceOf(state.token, rt.caller, id)
    state.token = withAllowance(state.token, rt.caller, id, 0n)
    return before
  })
}
