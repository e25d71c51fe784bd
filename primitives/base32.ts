/** RFC 4648 base32, lower case, no padding: the text form of addresses and CIDs. */

const ALPHABET = 'abcdefghijklmnopqrstuvwxyz234567'

export function encodeBase32(bytes: Uint8Array): string {
  let out = ''
  let bits = 0
  let buffer = 0
  for (const byte of bytes) {
    buffer = ((buffer << 8) | byte) & 0xfff
    bits += 8
    while (bits >= 5) {
      bits -= 5
      out += ALPHABET[(buffer >> bits) & 31]
    }
  }
  return bits > 0 ? out + ALPHABET[(buffer << (5 - bits)) & 31] : out
}

/** @throws TypeError on a foreign character, an impossible length or bits left over that are not zero. */
export function decodeBase32(text: string): Uint8Array {
  const out = new Uint8Array(Math.floor((text.length * 5) / 8))
  let bits = 0
  let buffer = 0
  let at = 0
  for (const char of text) {
    const digit = ALPHABET.indexOf(char)
    if (digit < 0) throw new TypeError(`not base32: ${JSON.stringify(char)}`)
    buffer = ((buffer << 5) | digit) & 0xfff
    bits += 5
    if (bits >= 8) {
      bits -= 8
      out[at++] = buffer >> bits
    }
  }
  if (bits >= 5 || (buffer & ((1 << bits) - 1)) !== 0)
    throw new TypeError('base32 text ends inside a byte')
  return out
}
