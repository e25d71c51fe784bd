/**
 * Seed of the random tests: the number in `SEED`, else always the same, so that a commit's tests end alike wherever
 * they run.
 */
export const seed = Number(process.env['SEED'] ?? 1)
