/** What checks of a state find: sentences, each of which says where in the state something is wrong. */

/** Findings of a part, with the part's name before each. */
export const within = (where: string, broken: readonly string[]): string[] =>
  broken.map((what) => `${where}: ${what}`)

/** Collects findings: `expect` adds one unless what it is told holds. */
export class Findings {
  readonly broken: string[] = []

  /** @param what - the sentence, made only when it is needed. */
  expect(holds: boolean, what: () => string): void {
    if (!holds) this.broken.push(what())
  }

  /** Adds what a check of a part found. */
  add(where: string, broken: readonly string[]): void {
    if (broken.length > 0) this.broken.push(...within(where, broken))
  }
}
