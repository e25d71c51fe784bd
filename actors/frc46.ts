/** FRC-0046 tokens as their receivers see them: the hook that is called, and what it is told. */
import { DecodeError } from '../primitives/cbor.ts'
import {
  actorIdUint,
  type Codec,
  type Infer,
  tokenAmount,
  tuple,
  uint,
} from '../primitives/codec.ts'
import { embedded } from './embedded.ts'

/** Parts of one token. */
export const TOKEN_PRECISION = 10n ** 18n

/** FRC-42 number of `Receive`, which tokens call on whoever is given some. */
export const RECEIVE_METHOD = 3726118371
/** Type of the hook's payload for FRC-46 tokens: the FRC-42 number of `FRC46`. */
export const FRC46_TOKEN_TYPE = 2233613279

const uint32: Codec<number> = {
  ...uint,
  name: 'uint32',
  decode(input) {
    const value = uint.decode(input)
    if (value > 0xffff_ffff) throw new DecodeError(`uint32: ${value} is out of range`)
    return value
  },
}

export const UniversalReceiverParams = tuple(
  { type: uint32, payload: embedded },
  'UniversalReceiverParams',
)
export type UniversalReceiverParams = Infer<typeof UniversalReceiverParams>

export const FRC46TokenReceived = tuple(
  {
    /** Whose tokens they were; the token actor's own number for new ones. */
    from: actorIdUint,
    to: actorIdUint,
    /** Who had them moved. */
    operator: actorIdUint,
    amount: tokenAmount,
    /** From the operator to the receiver. */
    operatorData: embedded,
    tokenData: embedded,
  },
  'FRC46TokenReceived',
)
export type FRC46TokenReceived = Infer<typeof FRC46TokenReceived>
