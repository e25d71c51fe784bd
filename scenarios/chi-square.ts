/** Pearson's chi-square: how far counts are from what their weights would have them be. */

/** Σ (observed - expected)² / expected, with the expected counts in proportion to `weights`. */
export function chiSquare(observed: readonly number[], weights: readonly number[]): number {
  const total = observed.reduce((a, b) => a + b, 0)
  const weight = weights.reduce((a, b) => a + b, 0)
  return observed.reduce((sum, count, i) => {
    const expected = (total * weights[i]!) / weight
    return sum + (count - expected) ** 2 / expected
  }, 0)
}
