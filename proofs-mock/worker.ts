/** What threads do for proofs: sealing, and trees over data. */
import { cidFromBytes } from '../primitives/cid.ts'
import { concatBytes } from '../primitives/bytes.ts'
import { type ChainsafeBls, invalidByChainsafe } from '../primitives/crypto/chainsafe-bls.ts'
import { fr32Roots } from '../primitives/crypto/hash.ts'
import { loadChainsafeBls } from '../primitives/crypto/init.ts'
import { unpackSignedItems } from '../primitives/crypto/signed-items.ts'
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

/** Positions of the signatures by setup keys that do not hold, found by @chainsafe/bls, whose scheme they are of. */
export const invalid = onThread(async (packed: Uint8Array) => {
  library ??= loadChainsafeBls()
  return Uint32Array.from(invalidByChainsafe(await library, unpackSignedItems(packed)))
})

let library: Promise<ChainsafeBls> | undefined

/** The roots of the commitment tree over whole spans of data, and a last one filled up with zeros. */
export const roots = onThread((data: Uint8Array) => fr32Roots(data))
