/** Signatures as one array of bytes, which goes to a thread at a fraction of the cost of objects. */
import { utf8 } from '../bytes.ts'
import type { AggregateItem, SignedItem } from './bls.ts'

/** For each item the lengths of key, message, signature and domain, 32 bits each, then the four. */
export function packSignedItems(items: readonly SignedItem[]): Uint8Array {
  const parts = items.map(({ publicKey, message, signature, dst = '' }) => [
    publicKey,
    message,
    signature,
    utf8(dst),
  ])
  const length = parts.flat().reduce((sum, part) => sum + 4 + part.length, 0)
  const packed = new Uint8Array(length)
  const view = new DataView(packed.buffer)
  let at = 0
  for (const item of parts) {
    for (const part of item) {
      view.setUint32(at, part.length)
      at += 4
    }
    for (const part of item) {
      packed.set(part, at)
      at += part.length
    }
  }
  return packed
}

/** The items of a packed array, as parts of it. @throws RangeError where it ends early. */
export function unpackSignedItems(packed: Uint8Array): SignedItem[] {
  const view = new DataView(packed.buffer, packed.byteOffset, packed.length)
  const items: SignedItem[] = []
  for (let at = 0; at < packed.length;) {
    const lengths = [0, 4, 8, 12].map((offset) => view.getUint32(at + offset))
    at += 16
    const [publicKey, message, signature, dst] = lengths.map((length) => {
      if (at + length > packed.length) throw new RangeError(`item ${items.length} is cut off`)
      at += length
      return packed.subarray(at - length, at)
    }) as [Uint8Array, Uint8Array, Uint8Array, Uint8Array]
    const domain = dst.length > 0 ? { dst: decoder.decode(dst) } : {}
    items.push({ publicKey, message, signature, ...domain })
  }
  return items
}

/** An aggregate: each message with its key, and the signature behind them. There are as many keys as messages. */
export function packAggregate({ publicKeys, messages, signature }: AggregateItem): Uint8Array {
  const pairs = messages.map((message, i) => ({ publicKey: publicKeys[i]!, message }))
  return packSignedItems([
    ...pairs.map((pair) => ({ ...pair, signature: NONE })),
    { publicKey: NONE, message: NONE, signature },
  ])
}

/** @throws RangeError where it ends early or is empty. */
export function unpackAggregate(packed: Uint8Array): AggregateItem {
  const items = unpackSignedItems(packed)
  const last = items.pop()
  if (last === undefined) throw new RangeError('no aggregate')
  return {
    publicKeys: items.map(({ publicKey }) => publicKey),
    messages: items.map(({ message }) => message),
    signature: last.signature,
  }
}

const NONE = new Uint8Array()
const decoder = new TextDecoder()
