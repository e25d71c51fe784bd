/** What threads do with signatures. */
import { onThread } from '../on-thread.ts'
import { bls } from './bls.ts'
import { unpackSignedItems } from './signed-items.ts'

/** Positions of the items that do not verify, ascending. */
export const invalid = onThread((packed: Uint8Array) =>
  Uint32Array.from(bls().invalid(unpackSignedItems(packed))),
)
