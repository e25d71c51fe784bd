/** What threads do ahead of a node and after it. */
import { unpackSignedItems } from '../../primitives/crypto/signed-items.ts'
import { onThread } from '../../primitives/on-thread.ts'
import { forgedPositions } from '../chain/sent-messages.ts'
import { forecast as forecastHere } from './forecast.ts'

export const forecast = onThread(forecastHere)

/** Positions of the messages that their senders did not sign. */
export const forgedMessages = onThread((packed: Uint8Array) =>
  Uint32Array.from(forgedPositions(unpackSignedItems(packed))),
)
