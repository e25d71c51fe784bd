/** Messages that a storage provider sends with its own keys, as its software does: through `Filecoin.` methods, signed by the node. */
import { address, byteString, encode } from '../../../primitives/codec.ts'
import { WithdrawBalanceParams } from '../../../actors/miner/params.ts'
import { parseAddress } from '../../../primitives/address.ts'
import { encodeBase64 } from '../../../primitives/base64.ts'
import { fromHex } from '../../../primitives/bytes.ts'
import type { Hex, Stage } from './stage.ts'

export interface NativeMessage {
  readonly to: string
  readonly method: number | bigint
  readonly params?: Uint8Array
  readonly value?: bigint
}

/** Sends it from an address whose key is in the node's wallet, and waits for it. @returns its exit code. */
export async function sendNative(
  { ask }: Stage,
  from: string,
  { to, method, params = new Uint8Array(), value = 0n }: NativeMessage,
): Promise<number> {
  const message = {
    ...{ Version: 0, From: from, To: to, Nonce: 0, Value: `${value}` },
    ...{ GasLimit: 0, GasFeeCap: '0', GasPremium: '0' },
    ...{ Method: Number(method), Params: encodeBase64(params) },
  }
  const { CID } = await ask<{ CID: unknown }>('Filecoin.MpoolPushMessage', message, null)
  const { Receipt } = await ask<{ Receipt: { ExitCode: number } }>('Filecoin.StateWaitMsg', CID)
  return Receipt.ExitCode
}

export const WITHDRAW_BALANCE = 16
export const CHANGE_OWNER = 23
export const INVOKE_EVM = 3844450837

/** Parameters that are one address. */
export const addressParam = (text: string): Uint8Array => encode(address, parseAddress(text))

/** Parameters of a withdrawal. */
export const withdrawParam = (amountRequested: bigint): Uint8Array =>
  encode(WithdrawBalanceParams, { amountRequested })

/** Parameters of a call to a contract. */
export const calldataParam = (data: Hex): Uint8Array => encode(byteString, fromHex(data.slice(2)))
