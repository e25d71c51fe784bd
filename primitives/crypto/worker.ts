/** What threads do with signatures. */
import { onThread } from '../on-thread.ts'
import { bls } from './bls.ts'
import { unpackAggregate, unpackSignedItems } from './signed-items.ts'

/** Positions of the items that do not verify, ascending. */
export const invalid = onThread((packed: Uint8Array) =>
  Uint32Array.from(bls().invalid(unpackSignedItems(packed))),
)

/** Whether an aggregate holds. */
export const aggregateHolds = onThread((packed: Uint8Array) => {
  const { publicKeys, messages, signature } = unpackAggregate(packed)
  return bls().aggregateVerify(publicKeys, messages, signature)
})
