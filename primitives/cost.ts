/** Counts of what state roots cost: they carry no noise, so they can be compared between versions. */

export interface Cost {
  /** Blocks encoded and hashed. */
  blocksHashed: number
  /** Bytes of those blocks. */
  bytesEncoded: number
}

const total: Cost = { blocksHashed: 0, bytesEncoded: 0 }

/** Notes that a block of `bytes` was encoded and hashed. */
export function countBlock(bytes: number): void {
  total.blocksHashed++
  total.bytesEncoded += bytes
}

/** What has been counted since the process started. */
export const costSoFar = (): Cost => ({ ...total })

/** What `body` costs. */
export function costOf(body: () => void): Cost {
  const before = costSoFar()
  body()
  return {
    blocksHashed: total.blocksHashed - before.blocksHashed,
    bytesEncoded: total.bytesEncoded - before.bytesEncoded,
  }
}
