/** What goes in and out of the datacap token. Amounts are attoDatacap: 10¹⁸ for each byte. */
import { address, type Infer, list, tokenAmount, tuple } from '../../primitives/codec.ts'
import { embedded } from '../embedded.ts'

export const DatacapMethod = {
  Constructor: 1,
  MintExported: 116935346,
  DestroyExported: 2624896501,
  NameExported: 48890204,
  SymbolExported: 2061153854,
  GranularityExported: 3936767397,
  TotalSupplyExported: 114981429,
  BalanceExported: 3261979605,
  TransferExported: 80475954,
  TransferFromExported: 3621052141,
  IncreaseAllowanceExported: 1777121560,
  DecreaseAllowanceExported: 1529376545,
  RevokeAllowanceExported: 2765635761,
  BurnExported: 1434719642,
  BurnFromExported: 2979674018,
  AllowanceExported: 4205072950,
} as const

export const MintParams = tuple(
  {
    to: address,
    amount: tokenAmount,
    /** Get an allowance over the receiver's datacap that is never used up. */
    operators: list(address),
  },
  'MintParams',
)
export type MintParams = Infer<typeof MintParams>

export const MintReturn = tuple(
  {
    /** The receiver's, before its hook ran; so in all that follow. */
    balance: tokenAmount,
    supply: tokenAmount,
    /** What the receiver's hook returned. */
    recipientData: embedded,
  },
  'MintReturn',
)
export type MintReturn = Infer<typeof MintReturn>

export const DestroyParams = tuple({ owner: address, amount: tokenAmount }, 'DestroyParams')
export type DestroyParams = Infer<typeof DestroyParams>

export const TransferParams = tuple(
  {
    to: address,
    amount: tokenAmount,
    /** For the receiver's hook. */
    operatorData: embedded,
  },
  'TransferParams',
)
export type TransferParams = Infer<typeof TransferParams>

export const TransferReturn = tuple(
  { fromBalance: tokenAmount, toBalance: tokenAmount, recipientData: embedded },
  'TransferReturn',
)
export type TransferReturn = Infer<typeof TransferReturn>

export const TransferFromParams = tuple(
  { from: address, to: address, amount: tokenAmount, operatorData: embedded },
  'TransferFromParams',
)
export type TransferFromParams = Infer<typeof TransferFromParams>

export const TransferFromReturn = tuple(
  {
    fromBalance: tokenAmount,
    toBalance: tokenAmount,
    /** What is left of the caller's. */
    allowance: tokenAmount,
    recipientData: embedded,
  },
  'TransferFromReturn',
)
export type TransferFromReturn = Infer<typeof TransferFromReturn>

export const GetAllowanceParams = tuple({ owner: address, operator: address }, 'GetAllowanceParams')
export type GetAllowanceParams = Infer<typeof GetAllowanceParams>

export const IncreaseAllowanceParams = tuple(
  { operator: address, increase: tokenAmount },
  'IncreaseAllowanceParams',
)
export type IncreaseAllowanceParams = Infer<typeof IncreaseAllowanceParams>

export const DecreaseAllowanceParams = tuple(
  { operator: address, decrease: tokenAmount },
  'DecreaseAllowanceParams',
)
export type DecreaseAllowanceParams = Infer<typeof DecreaseAllowanceParams>

export const RevokeAllowanceParams = tuple({ operator: address }, 'RevokeAllowanceParams')
export type RevokeAllowanceParams = Infer<typeof RevokeAllowanceParams>

export const BurnParams = tuple({ amount: tokenAmount }, 'BurnParams')
export type BurnParams = Infer<typeof BurnParams>

export const BurnReturn = tuple({ balance: tokenAmount }, 'BurnReturn')
export type BurnReturn = Infer<typeof BurnReturn>

export const BurnFromParams = tuple({ owner: address, amount: tokenAmount }, 'BurnFromParams')
export type BurnFromParams = Infer<typeof BurnFromParams>

export const BurnFromReturn = tuple(
  { balance: tokenAmount, allowance: tokenAmount },
  'BurnFromReturn',
)
export type BurnFromReturn = Infer<typeof BurnFromReturn>
