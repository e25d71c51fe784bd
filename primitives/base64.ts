/** RFC 4648 base64 with padding: how Lotus' JSON carries bytes. */

export function encodeBase64(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('base64')
}

/** @throws TypeError on a foreign character, missing padding, or bits left over that are not zero. */
export function decodeBase64(text: string): Uint8Array {
  const decoded = Buffer.from(text, 'base64')
  if (decoded.toString('base64') !== text)
    throw new TypeError(`not base64: ${JSON.stringify(text.slice(0, 40))}`)
  return Uint8Array.from(decoded)
}
