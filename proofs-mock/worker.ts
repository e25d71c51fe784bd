/** What threads do for proofs: sealing, and trees over data. */
import { cidFromBytes } from '../primitives/cid.ts'
import { concatBytes } from '../primitives/bytes.ts'
import { fr32Roots } from '../primitives/crypto/hash.ts'
import { onThread } from '../primitives/on-thread.ts'
import { type PackedSeal, packSealed } from './packed-seals.ts'
import { seal } from './replica.ts'

/** Seals each sector; the results one behind the other. */
export const seals = onThread((requests: readonly PackedSeal[]) =>
  concatBytes(
    ...requests.map(({ identity, pieces, options }) => {
      const whole = pieces.map(({ cid, ...rest }) => ({ ...rest, cid: cidFromBytes(cid) }))
      return packSealed(seal(identity, whole, options))
    }),
  ),
)

/** The roots of the commitment tree over whole spans of data, and a last one filled up with zeros. */
export const roots = onThread((data: Uint8Array) => fr32Roots(data))
