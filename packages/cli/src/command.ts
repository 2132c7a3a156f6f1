/** One word of the command line. */
export type Command = {
  name: string
  /** A line for the list of commands. */
  summary: string
  /** What `--help` prints. */
  usage: string
  /** Whether it has more to do than to print, and goes on when nobody reads that. */
  goesOn?(words: readonly string[]): boolean
  /** Resolves with the exit code. What it throws is printed as one line. */
  run(words: readonly string[]): Promise<number>
}
