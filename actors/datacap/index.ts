/** The datacap token (f07, FRC-0046): bytes that verified clients may have stored at a better quality. */
import type { Address } from '../../primitives/address.ts'
import { address, text, tokenAmount, uint64 } from '../../primitives/codec.ts'
import type { TokenAmount } from '../../primitives/units.ts'
import { defineActor, method } from '../actor.ts'
import { ExitCode, require, type Runtime } from '../runtime.ts'
import { SYSTEM_ACTOR } from '../singletons.ts'
import * as allowances from './allowances.ts'
import { burn, burnFrom, destroy } from './burning.ts'
import { DATACAP_GRANULARITY } from './checks.ts'
import * as p from './params.ts'
import { DatacapState, initialDatacapState } from './state.ts'
import { balanceOf } from './token.ts'
import { mint, transfer, transferFrom } from './transfers.ts'

const M = p.DatacapMethod
const amount = tokenAmount

export const datacapActor = defineActor<DatacapState>({
  type: 'datacap',
  state: DatacapState,
  methods: {
    [M.Constructor]: method('Constructor', address, null, constructor),
    [M.MintExported]: method('Mint', p.MintParams, p.MintReturn, mint),
    [M.DestroyExported]: method('Destroy', p.DestroyParams, p.BurnReturn, destroy),
    [M.NameExported]: method('Name', null, text, constant('DataCap')),
    [M.SymbolExported]: method('Symbol', null, text, constant('DCAP')),
    [M.GranularityExported]: method('Granularity', null, uint64, constant(DATACAP_GRANULARITY)),
    [M.TotalSupplyExported]: method('TotalSupply', null, amount, totalSupply),
    [M.BalanceExported]: method('Balance', address, amount, balance),
    [M.TransferExported]: method('Transfer', p.TransferParams, p.TransferReturn, transfer),
    [M.TransferFromExported]: method(
      'TransferFrom',
      p.TransferFromParams,
      p.TransferFromReturn,
      transferFrom,
    ),
    [M.IncreaseAllowanceExported]: method(
      'IncreaseAllowance',
      p.IncreaseAllowanceParams,
      amount,
      allowances.increaseAllowance,
    ),
    [M.DecreaseAllowanceExported]: method(
      'DecreaseAllowance',
      p.DecreaseAllowanceParams,
      amount,
      allowances.decreaseAllowance,
    ),
    [M.RevokeAllowanceExported]: method(
      'RevokeAllowance',
      p.RevokeAllowanceParams,
      amount,
      allowances.revokeAllowance,
    ),
    [M.BurnExported]: method('Burn', p.BurnParams, p.BurnReturn, burn),
    [M.BurnFromExported]: method('BurnFrom', p.BurnFromParams, p.BurnFromReturn, burnFrom),
    [M.AllowanceExported]: method('Allowance', p.GetAllowanceParams, amount, allowances.allowance),
  },
})

function constructor(rt: Runtime<DatacapState>, governor: Address): void {
  rt.acceptCaller(SYSTEM_ACTOR)
  require(rt.resolve(governor) !==
    undefined, ExitCode.IllegalArgument, 'failed to resolve governor address')
  rt.create(initialDatacapState(governor))
}

/** Tells everybody the same. */
function constant<T>(value: T): (rt: Runtime<DatacapState>) => T {
  return (rt) => {
    rt.acceptAnyCaller()
    return value
  }
}

function totalSupply(rt: Runtime<DatacapState>): TokenAmount {
  rt.acceptAnyCaller()
  return rt.state().token.supply
}

/** Nothing, where there is nobody. */
function balance(rt: Runtime<DatacapState>, owner: Address): TokenAmount {
  rt.acceptAnyCaller()
  const id = rt.resolve(owner)
  return id === undefined ? 0n : balanceOf(rt.state().token, id)
}
