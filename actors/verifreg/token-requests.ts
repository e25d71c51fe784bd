/** What the registry asks of the datacap token. Datacap is whole bytes here, attoDatacap there. */
import { type Address, idAddress } from '../../primitives/address.ts'
import { address, tokenAmount } from '../../primitives/codec.ts'
import type { ActorId, StoragePower } from '../../primitives/units.ts'
import {
  BurnParams,
  DatacapMethod,
  DestroyParams,
  MintParams,
  TransferParams,
} from '../datacap/params.ts'
import { NO_BYTES } from '../embedded.ts'
import { TOKEN_PRECISION } from '../frc46.ts'
import { returned } from '../returned.ts'
import { Payload, type Runtime, sent } from '../runtime.ts'
import { DATACAP_ACTOR } from '../singletons.ts'

/** Whole bytes of an amount of the token. */
export const bytesOfTokens = (amount: bigint): StoragePower => amount / TOKEN_PRECISION

export function datacapBalance(rt: Runtime, owner: ActorId): StoragePower {
  const params = Payload.of(address, idAddress(owner))
  const options = { readOnly: true }
  const result = rt.send(DATACAP_ACTOR, DatacapMethod.BalanceExported, params, 0n, options)
  return bytesOfTokens(returned(result, tokenAmount))
}

/** Makes datacap for a client, which operators may move. */
export function mintDatacap(
  rt: Runtime,
  to: ActorId,
  bytes: StoragePower,
  operators: readonly ActorId[],
): void {
  const params = Payload.of(MintParams, {
    to: idAddress(to),
    amount: bytes * TOKEN_PRECISION,
    operators: operators.map(idAddress),
  })
  sent(rt.send(DATACAP_ACTOR, DatacapMethod.MintExported, params, 0n))
}

/** Burns the registry's own. Nothing is sent for nothing. */
export function burnDatacap(rt: Runtime, bytes: StoragePower): void {
  if (bytes === 0n) return
  const params = Payload.of(BurnParams, { amount: bytes * TOKEN_PRECISION })
  sent(rt.send(DATACAP_ACTOR, DatacapMethod.BurnExported, params, 0n))
}

/** Burns somebody else's. Nothing is sent for nothing. */
export function destroyDatacap(rt: Runtime, owner: ActorId, bytes: StoragePower): void {
  if (bytes === 0n) return
  const amount = bytes * TOKEN_PRECISION
  const params = Payload.of(DestroyParams, { owner: idAddress(owner), amount })
  sent(rt.send(DATACAP_ACTOR, DatacapMethod.DestroyExported, params, 0n))
}

/** Gives datacap back, even none. */
export function transferDatacap(rt: Runtime, to: Address, bytes: StoragePower): void {
  const amount = bytes * TOKEN_PRECISION
  const params = Payload.of(TransferParams, { to, amount, operatorData: NO_BYTES })
  sent(rt.send(DATACAP_ACTOR, DatacapMethod.TransferExported, params, 0n))
}
