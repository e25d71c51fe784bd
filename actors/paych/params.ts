/** What goes into a payment channel: vouchers, above all. */
import { DecodeError } from '../../primitives/cbor.ts'
import {
  address,
  byteString,
  type Codec,
  type Infer,
  int64,
  list,
  nullable,
  tokenAmount,
  tuple,
  uint64,
} from '../../primitives/codec.ts'

export const PaychMethod = { Constructor: 1, UpdateChannelState: 2, Settle: 3, Collect: 4 } as const

export const PaychConstructorParams = tuple(
  { from: address, to: address },
  'PaychConstructorParams',
)
export type PaychConstructorParams = Infer<typeof PaychConstructorParams>

/** A lane that is merged into the voucher's, and the nonce it has afterwards. */
export const Merge = tuple({ lane: uint64, nonce: uint64 }, 'Merge')

/** A call that must succeed for the voucher to count. */
export const ModVerifyParams = tuple(
  { actor: address, method: uint64, data: byteString },
  'ModVerifyParams',
)

/**
 * A signature with its type byte, secp256k1 or BLS and of any length: its maker's account judges the rest. Narrower than
 * what blocks and messages may carry.
 */
const VoucherSignature: Codec<Uint8Array> = {
  ...byteString,
  name: 'voucher signature',
  decode(input) {
    const bytes = byteString.decode(input)
    if (bytes[0] !== 1 && bytes[0] !== 2)
      throw new DecodeError('voucher signature: type byte must be 1 or 2')
    return bytes
  },
}

export const SignedVoucher = tuple(
  {
    /** Any address of the channel. */
    channelAddr: address,
    /** First epoch at which it counts. */
    timeLockMin: int64,
    /** Last epoch at which it counts; 0 for no end. */
    timeLockMax: int64,
    /** BLAKE2b-256 of a secret that must come with it, or no bytes. */
    secretHash: byteString,
    extra: nullable(ModVerifyParams),
    lane: uint64,
    /** Above that of any voucher of the lane before. */
    nonce: uint64,
    /** attoFIL of the lane in all, with what was redeemed before. */
    amount: tokenAmount,
    /** The channel settles no earlier; 0 for whenever. */
    minSettleHeight: int64,
    merges: list(Merge),
    /** Over the voucher with null in its place. */
    signature: nullable(VoucherSignature),
  },
  'SignedVoucher',
)
export type SignedVoucher = Infer<typeof SignedVoucher>

export const UpdateChannelStateParams = tuple(
  { voucher: SignedVoucher, secret: byteString },
  'UpdateChannelStateParams',
)
export type UpdateChannelStateParams = Infer<typeof UpdateChannelStateParams>
