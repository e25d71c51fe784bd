/**
 * @chainsafe/bls as a judge of signatures in its one domain, `DST_POP`. It decodes less strictly than the protocol does, so what
 * is not canonical is refused before it is asked.
 */
import type { bls } from '@chainsafe/bls/blst-native'
import { bytesKey } from '../bytes.ts'
import { bisect } from './bls-batch.ts'
import type { SignedItem } from './bls.ts'

export type ChainsafeBls = Pick<
  typeof bls,
  'implementation' | 'SecretKey' | 'PublicKey' | 'Signature'
>

/** Positions of the items that do not hold, ascending, as `bls().invalid`. Messages have 32 bytes. */
export function invalidByChainsafe(library: ChainsafeBls, items: readonly SignedItem[]): number[] {
  const keys = new Map<string, Key | undefined>()
  const keyOf = (bytes: Uint8Array): Key | undefined => {
    if (!isCompressed(bytes, 48)) return undefined
    const id = bytesKey(bytes)
    if (!keys.has(id))
      keys.set(
        id,
        decoded(() => library.PublicKey.fromBytes(bytes, undefined, true)),
      )
    return keys.get(id)
  }
  const entries = items.map(({ publicKey, message, signature }, index) => {
    const key = keyOf(publicKey)
    const point =
      key && isCompressed(signature, 96)
        ? decoded(() => library.Signature.fromBytes(signature))
        : undefined
    return { index, set: key && point && { publicKey: key, message, signature: point } }
  })
  const formed = entries.flatMap(({ index, set }) => (set ? [{ index, set }] : []))
  const found = bisect(formed, (some) =>
    library.Signature.verifyMultipleSignatures(some.map(({ set }) => set)),
  )
  const bad = [...entries.filter(({ set }) => !set), ...found]
  return bad.map(({ index }) => index).sort((a, b) => a - b)
}

type Key = ReturnType<ChainsafeBls['PublicKey']['fromBytes']>

/** Of this length, with the compression flag and not the infinity flag. */
const isCompressed = (bytes: Uint8Array, length: number): boolean =>
  bytes.length === length && (bytes[0]! & 0xc0) === 0x80

/** The library throws for what is no point of the subgroup. */
function decoded<T>(decode: () => T): T | undefined {
  try {
    return decode()
  } catch {
    return undefined
  }
}
