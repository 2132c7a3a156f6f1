import type { AlertLine, EarlyWarning } from '../../alert.ts'

/** What of a record goes to the cells of a rule. JSON. */
export type Hit = {
  unixMs: number
  weight: number
  /** Nothing older than this and the rule's `late` was expected any more when it came. */
  lowMs: number
  line: AlertLine
  /** What the rule looks at: the value of its field, or whether the other search finds the record too. */
  value?: string | number | boolean
  /** What builds up, of a rule that looks for that, and the lines that show it. */
  warning?: EarlyWarning & { lines: readonly AlertLine[] }
}

/** What a condition comes to at a moment. */
export type Verdict = {
  atMs: number
  /** What was counted or computed. */
  value: number
  limit: number
  holds: boolean
  /** Instead of `below`, where that is not why it does not hold. */
  because?: 'learning' | 'no field'
  seen?: string
  before?: string
  warning?: EarlyWarning
}

/** One type of condition; `State` is JSON, of bounded size. Pure. */
export type Judge<State> = {
  begin(): State
  /**
   * Takes a hit into the state and judges the windows that it completes: the earliest that holds, else the newest.
   * `newestMs`: of the newest record, this one or one before; `sinceMs`: of the first, or since when somebody looked.
   */
  add(state: State, hit: Hit, newestMs: number, sinceMs: number): Verdict
  /** What holds at a moment without a record, for conditions that also begin or end with time alone. */
  at?(state: State, atMs: number, sinceMs: number): Verdict
  /** Until when the condition holds if nothing comes any more, where that is known exactly. */
  until?(state: State): number
  /** Forgets what is as old as that or older. */
  trim(state: State, ms: number): void
  /** How far back the condition looks. */
  reachMs: number
  /** Where `at` is asked: at multiples of this. */
  stepMs?: number
  /** Whether it goes on looking when nothing comes: silence is what it waits for. */
  awaitsSilence?: boolean
  /** Whether its alerts end by themselves. Of what is told at one record, nobody can say that it is over. */
  ends: boolean
}
