/** Base58 as libp2p writes peer ids in. */

const ALPHABET = '123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz'

/** Leading zero bytes become `1`s. */
export function encodeBase58(bytes: Uint8Array): string {
  let zeros = 0
  while (bytes[zeros] === 0) zeros++
  let n = bytes.reduce((sum, byte) => sum * 256n + BigInt(byte), 0n)
  let out = ''
  for (; n > 0n; n /= 58n) out = ALPHABET[Number(n % 58n)] + out
  return '1'.repeat(zeros) + out
}
