/** Messages that a storage provider sends with its own keys, as its software does: through `Filecoin.` methods, signed by the node. */
import { address, byteString, encode } from '../../../primitives/codec.ts'
import { WithdrawBalanceParams } from '../../../actors/miner/params.ts'
import { parseAddress } from '../../../primitives/address.ts'
import { makeMessage, signedMessageToJson } from '../../../engine/chain/message.ts'
import { signMessage } from '../../../engine/chain/message-signature.ts'
import { fromHex } from '../../../primitives/bytes.ts'
import type { Hex, Stage } from './stage.ts'

/** f3, and the key as Lotus exports it. */
export interface NativeKey {
  readonly address: string
  readonly secret: Hex
}

export interface NativeMessage {
  readonly to: string
  readonly method: number | bigint
  readonly params?: Uint8Array
  readonly value?: bigint
}

/** Signs it with a BLS key, sends it and waits for it. @returns its exit code. */
export async function sendNative(
  { ask, devnet }: Stage,
  { address: from, secret }: NativeKey,
  { to, method, params, value = 0n }: NativeMessage,
): Promise<number> {
  const draft = makeMessage({
    to: parseAddress(to),
    from: parseAddress(from),
    nonce: BigInt(await ask<number>('Filecoin.MpoolGetNonce', from)),
    value,
    method: BigInt(method),
    params: params ?? new Uint8Array(),
    gasLimit: 500_000_000n,
    gasFeeCap: 10n ** 9n,
    gasPremium: 100_000n,
  })
  const { chainId, letter } = devnet.node.params
  const signed = signMessage(draft, fromHex(secret.slice(2)), chainId)
  const cid = await ask('Filecoin.MpoolPush', signedMessageToJson(signed, letter))
  const { Receipt } = await ask<{ Receipt: { ExitCode: number } }>(
    'Filecoin.StateWaitMsg',
    cid,
    0,
    -1,
    true,
  )
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
