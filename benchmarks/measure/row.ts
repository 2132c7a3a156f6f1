import type { Result } from './result.ts'

export type RunOptions = {
  rounds: number
  /** A tenth of the work, to see that it runs. */
  quick: boolean
  say(text: string): void
}

/** What `npm run bench <name>` runs. It may measure several things at once. */
export type Row = {
  name: string
  about: string
  /** Unless --rounds says otherwise. */
  rounds: number
  /** Names of the results that it gives. */
  results: readonly string[]
  run(options: RunOptions): Promise<Result[]>
}
