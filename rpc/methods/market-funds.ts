/** Money brought to the storage market and back, by an account of the wallet. Reference: Lotus `node/impl/market/market.go`. */
import { MarketMethod, WithdrawBalanceParams } from '../../actors/market/params.ts'
import { MARKET_ACTOR } from '../../actors/singletons.ts'
import { readAmount } from '../../engine/chain/lotus-json.ts'
import { makeMessage, type Message } from '../../engine/chain/message.ts'
import { type Address, idAddress } from '../../primitives/address.ts'
import { address as addressCodec, encode } from '../../primitives/codec.ts'
import type { TokenAmount } from '../../primitives/units.ts'
import type { RpcContext } from '../context.ts'
import { address } from '../decoders.ts'
import { type Decoder, method, type Method, Mismatch } from '../method.ts'
import { prepared } from '../signer.ts'
import { pushMessage } from './mpool.ts'

type Fields = Pick<Message, 'params' | 'value'>

/** Sends a message to the market from an account: for another, who may be a miner. */
const sending = (
  name: string,
  number: number,
  fieldsOf: (owner: Address, amount: TokenAmount) => Fields,
): Method =>
  method<[Address, Address, TokenAmount]>(
    `Filecoin.${name}`,
    [address, address, attoFil],
    (context, from, owner, amount) =>
      send(context, from, { ...fieldsOf(owner, amount), method: BigInt(number) }),
  )

/** Digits in a string, not negative. */
const attoFil: Decoder<TokenAmount> = (value) => {
  const amount = readAmount({ amount: value }, 'amount')
  if (value === undefined || amount < 0n) throw new Mismatch('an amount in attoFIL', value)
  return amount
}

export const marketFundMethods = [
  sending('MarketAddBalance', MarketMethod.AddBalance, (owner, value) => ({
    params: encode(addressCodec, owner),
    value,
  })),
  sending('MarketWithdraw', MarketMethod.WithdrawBalance, (providerOrClient, amount) => ({
    params: encode(WithdrawBalanceParams, { providerOrClient, amount }),
    value: 0n,
  })),
]

async function send(context: RpcContext, from: Address, fields: Fields & Pick<Message, 'method'>) {
  const message = makeMessage({ from, to: idAddress(MARKET_ACTOR), ...fields })
  return (await pushMessage(context, prepared(context, message), true)).toJSON()
}
