/** What messages cost. */
import { type Message, messageToJson } from '../../engine/chain/message.ts'
import { readAmount, readObject } from '../../engine/chain/lotus-json.ts'
import type { Cid } from '../../primitives/cid.ts'
import type { TokenAmount } from '../../primitives/units.ts'
import { ignored, integer, message, optional, tipsetKey } from '../decoders.ts'
import {
  DEFAULT_MAX_FEE,
  estimateFeeCap,
  estimateGasPremium,
  simulate,
  succeeded,
  withGas,
} from '../gas.ts'
import { type Decoder, method } from '../method.ts'
import { tipsetOf } from '../tipsets.ts'

/** `MaxFee` of a `MessageSendSpec`; the default where it is zero or absent. */
export const maxFee: Decoder<TokenAmount> = optional(
  (value) => readAmount(readObject(value, 'MessageSendSpec'), 'MaxFee') || DEFAULT_MAX_FEE,
  DEFAULT_MAX_FEE,
)

export const gasMethods = [
  method<[Message, TokenAmount, readonly Cid[]]>(
    'Filecoin.GasEstimateMessageGas',
    [message, maxFee, tipsetKey],
    (context, unpriced, limit, key) =>
      messageToJson(
        withGas(context, unpriced, tipsetOf(context, key), limit),
        context.node.params.letter,
      ),
  ),
  method<[Message, readonly Cid[]]>(
    'Filecoin.GasEstimateGasLimit',
    [message, tipsetKey],
    (context, unpriced, key) => {
      const { gasUsed } = succeeded(context, simulate(context, unpriced, tipsetOf(context, key)))
      return gasUsed
    },
  ),
  method<[Message, number, readonly Cid[]]>(
    'Filecoin.GasEstimateFeeCap',
    [message, integer, tipsetKey],
    (context, { gasPremium }, epochs, key) =>
      estimateFeeCap(gasPremium, epochs, tipsetOf(context, key)).toString(),
  ),
  method<[number, unknown, unknown, readonly Cid[]]>(
    'Filecoin.GasEstimateGasPremium',
    [integer, ignored, ignored, tipsetKey],
    (context, epochs, _sender, _limit, key) =>
      estimateGasPremium(context, epochs, tipsetOf(context, key)).toString(),
  ),
]
