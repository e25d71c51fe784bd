/** The command line, or a file it names, is wrong: shown on one line, no stack. */
export class UsageError extends Error {
  override name = 'UsageError'
}
