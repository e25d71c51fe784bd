/** FRC-0042: numbers of exported methods are hashed from their names, so that contracts agree on them unasked. */
import { assert } from './assert.ts'
import { utf8 } from './bytes.ts'
import { blake2b512 } from './crypto/hash.ts'

/** Numbers below are for an actor's own use. */
export const FIRST_EXPORTED_METHOD = 1 << 24

/** The first 4-byte big-endian word of BLAKE2b-512("1|" + name) that is at least 2²⁴. */
export function frc42MethodNumber(name: string): number {
  assert(name !== '', 'method without a name')
  const digest = blake2b512(utf8(`1|${name}`))
  const words = new DataView(digest.buffer, digest.byteOffset, digest.length)
  for (let at = 0; at < digest.length; at += 4) {
    const number = words.getUint32(at)
    if (number >= FIRST_EXPORTED_METHOD) return number
  }
  // All sixteen words would have to begin with a zero byte: one name in 2¹²⁸.
  assert(false, `no method number for ${name}`)
}
