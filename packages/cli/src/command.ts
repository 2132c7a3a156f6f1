/** What a word of the command line does. */
export type Command = {
  /**
   * What `--help` prints. Its first lines are `clew name …`, with the words that may follow as `a|b`; each option has a line of its
   * own, `  --name VALUE  what it does`. Completion of a shell is made of it.
   */
  usage: string
  /** Which of the words are its own; the others are those of a command that it runs. Without it, all before `--` are. */
  ownWords?(words: readonly string[]): readonly string[]
  /** Whether it has more to do than to print, and goes on when nobody reads that. */
  goesOn?(words: readonly string[]): boolean
  /** Resolves with the exit code. What it throws is printed as one line. */
  run(words: readonly string[]): Promise<number>
}

/** A word of the command line, before anything of it is loaded. */
export type ListedCommand = {
  name: string
  /** A line for the list of commands. */
  summary: string
  load(): Promise<Command>
}

/** One that is loaded. */
export type LoadedCommand = Pick<ListedCommand, 'name' | 'summary'> & Command
