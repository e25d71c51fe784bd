/** Wire forms of actor parameters and states that vectors name, written down from builtin-actors, apart from the actors. */
import { bitfield } from '../../primitives/bitfield.ts'
import { DecodeError, MAJOR } from '../../primitives/cbor.ts'
import {
  bigInt,
  bool,
  byteString,
  cidLink,
  type Codec,
  int64,
  list,
  mapped,
  nullable,
  uint64,
} from '../../primitives/codec.ts'
import type { Diagnostic } from './diagnostic.ts'

type Fields = readonly Diagnostic[]

/** An array of these fields in order. Older blocks may lack those in `added`, which stand at the end. */
function fields(all: readonly Codec<unknown>[], added: Fields = []): Codec<Fields> {
  const fewest = all.length - added.length
  return {
    name: `${all.length} fields`,
    encode(values, out) {
      const whole = [...values, ...added.slice(values.length - fewest)]
      if (whole.length !== all.length)
        throw new TypeError(`${values.length} values for ${all.length} fields`)
      out.head(MAJOR.array, all.length)
      for (const [i, codec] of all.entries()) codec.encode(whole[i], out)
    },
    decode(input) {
      const length = input.length(MAJOR.array, this.name)
      if (length < fewest || length > all.length) throw new DecodeError(`${length} fields`)
      const read = all.slice(0, length).map((codec) => codec.decode(input) as Diagnostic)
      return [...read, ...added.slice(length - fewest)]
    },
  }
}

const powerPair = fields([bigInt, bigInt])
const filterEstimate = fields([bigInt, bigInt])
/** A Q.128 number described in whole units. */
const unscaled = mapped<bigint, bigint>(
  bigInt,
  'Q.128',
  (n) => n >> 128n,
  (n) => n << 128n,
)
const maybeBigInt = nullable(bigInt)
const maybeCid = nullable(cidLink)
const niActivation = fields([uint64, uint64, cidLink, uint64, int64, int64])
const claim = fields([uint64, uint64, cidLink, uint64])
const sectorClaims = fields([uint64, int64, list(claim)])

/** Wire forms of types whose descriptions may leave the scale of fixed-point numbers out. */
export const unscaledTypes: Readonly<Record<string, Codec<Fields>>> = {
  CurrentTotalPowerReturn: fields([
    bigInt,
    bigInt,
    bigInt,
    fields([unscaled, unscaled]),
    int64,
    int64,
  ]),
}

export const actorTypes: Readonly<Record<string, Codec<Fields>>> = {
  ProveCommitSectorsNIParams: fields([list(niActivation), byteString, int64, int64, uint64, bool]),
  SectorOnChainInfo: fields(
    [
      uint64, // sector number
      int64, // seal proof
      cidLink, // sealed CID
      list(uint64), // deal ids, no longer used
      int64, // activation
      int64, // expiration
      bigInt, // deal weight
      bigInt, // verified deal weight
      bigInt, // initial pledge
      maybeBigInt, // expected day reward
      maybeBigInt, // expected storage pledge
      int64, // power base epoch
      maybeBigInt, // replaced day reward
      maybeCid, // sector key
      uint64, // flags
      bigInt, // daily fee
    ],
    [0n],
  ),
  ExpirationSet: fields([bitfield, bitfield, bigInt, powerPair, powerPair, bigInt], [0n]),
  Deadline: fields([
    cidLink, // partitions
    cidLink, // expiration epochs
    bitfield, // partitions posted
    bitfield, // early terminations
    uint64, // live sectors
    uint64, // total sectors
    powerPair, // faulty power
    cidLink, // optimistic post submissions
    cidLink, // sectors snapshot
    cidLink, // partitions snapshot
    cidLink, // optimistic post submissions snapshot
    powerPair, // live power
    bigInt, // daily fee
  ]),
  CurrentTotalPowerReturn: fields([bigInt, bigInt, bigInt, filterEstimate, int64, int64]),
  ClaimAllocationsParams: fields([list(sectorClaims), bool]),
  BatchReturn: fields([uint64, list(fields([uint64, uint64]))]),
}
