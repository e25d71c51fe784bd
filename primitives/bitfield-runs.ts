/**
 * Sets of integers below 2⁶⁴ − 1 as ascending boundaries: start and end of each run of members, the end not in it.
 * Position k in the list is a start when k is even. A boundary is a number below 2⁵³ and a bigint from there on,
 * so that comparing works on both and only sums and differences need care.
 */

export type Bound = number | bigint
export type Bounds = readonly Bound[]

const MAX_SAFE = Number.MAX_SAFE_INTEGER
/** Ends of runs reach this, members do not. */
const LIMIT = (1n << 64n) - 1n

/** @throws RangeError unless it is an integer that can end a run. */
export function toBound(n: Bound): Bound {
  if (typeof n === 'number') {
    if (Number.isSafeInteger(n) && n >= 0) return n
  } else if (n >= 0n && n <= LIMIT) return n <= MAX_SAFE ? Number(n) : n
  throw new RangeError(`bit ${n} is out of range`)
}

/** Sum of two non-negative integers, in the form of a boundary. */
export function plus(a: Bound, b: Bound): Bound {
  if (typeof a === 'number' && typeof b === 'number' && a + b <= MAX_SAFE) return a + b
  const sum = BigInt(a) + BigInt(b)
  return sum <= MAX_SAFE ? Number(sum) : sum
}

/** Difference of two non-negative integers that is not negative, in the form of a boundary. */
export function minus(a: Bound, b: Bound): Bound {
  if (typeof a === 'number' && typeof b === 'number') return a - b
  const rest = BigInt(a) - BigInt(b)
  return rest <= MAX_SAFE ? Number(rest) : rest
}

export const compareBounds = (a: Bound, b: Bound): number => (a < b ? -1 : a > b ? 1 : 0)

/** Runs in any order, overlapping or empty, as boundaries. */
export function boundsOf(runs: Iterable<readonly [start: Bound, end: Bound]>): Bounds {
  const sorted = Array.from(runs, ([start, end]): [Bound, Bound] => [toBound(start), toBound(end)])
  if (!sorted.every(([start], k) => k === 0 || sorted[k - 1]![0] <= start))
    sorted.sort(([a], [b]) => compareBounds(a, b))
  const out: Bound[] = []
  for (const [start, end] of sorted) append(out, start, end)
  return out
}

/** Adds a run that starts at or behind the start of the last one; runs that touch become one. */
export function append(bounds: Bound[], start: Bound, end: Bound): void {
  if (end <= start) return
  const last = bounds[bounds.length - 1]
  if (last === undefined || start > last) bounds.push(start, end)
  else if (end > last) bounds[bounds.length - 1] = end
}

/** Members that `keep` wants, given whether they are in `a` and in `b`. */
export function combine(
  a: Bounds,
  b: Bounds,
  keep: (inA: boolean, inB: boolean) => boolean,
): Bounds {
  const out: Bound[] = []
  let [i, j, inside] = [0, 0, false]
  while (i < a.length || j < b.length) {
    const at = j >= b.length || (i < a.length && a[i]! <= b[j]!) ? a[i]! : b[j]!
    if (a[i] === at) i++
    if (b[j] === at) j++
    const now = keep(i % 2 === 1, j % 2 === 1)
    if (now !== inside) out.push(at)
    inside = now
  }
  return out
}

export const inEither = (inA: boolean, inB: boolean): boolean => inA || inB
export const inBoth = (inA: boolean, inB: boolean): boolean => inA && inB
export const inFirstOnly = (inA: boolean, inB: boolean): boolean => inA && !inB
export const inOneOnly = (inA: boolean, inB: boolean): boolean => inA !== inB

/** True when `n` is a member. */
export function includes(bounds: Bounds, n: Bound): boolean {
  let [low, high] = [0, bounds.length]
  while (low < high) {
    const middle = (low + high) >>> 1
    if (bounds[middle]! <= n) low = middle + 1
    else high = middle
  }
  return low % 2 === 1
}

/** How many members there are. */
export function countOf(bounds: Bounds): Bound {
  let count: Bound = 0
  for (let k = 0; k < bounds.length; k += 2) count = plus(count, minus(bounds[k + 1]!, bounds[k]!))
  return count
}

/** Members of `a` that are not in `b`, moved down by how many members of `b` are below them. */
export function cutOut(a: Bounds, b: Bounds): Bounds {
  const kept = combine(a, b, inFirstOnly)
  const out: Bound[] = []
  let [removed, j]: [Bound, number] = [0, 0]
  for (let k = 0; k < kept.length; k += 2) {
    for (; j < b.length && b[j]! < kept[k]!; j += 2)
      removed = plus(removed, minus(b[j + 1]!, b[j]!))
    append(out, minus(kept[k]!, removed), minus(kept[k + 1]!, removed))
  }
  return out
}

/** `count` members from the one at position `skip` on, fewer when there are not so many. */
export function sliceOf(bounds: Bounds, skip: Bound, count: Bound): Bounds {
  const out: Bound[] = []
  for (let k = 0; k < bounds.length && count > 0; k += 2) {
    const size = minus(bounds[k + 1]!, bounds[k]!)
    if (size <= skip) {
      skip = minus(skip, size)
      continue
    }
    const start = plus(bounds[k]!, skip)
    const rest = minus(bounds[k + 1]!, start)
    const taken = rest < count ? rest : count
    out.push(start, plus(start, taken))
    count = minus(count, taken)
    skip = 0
  }
  return out
}
