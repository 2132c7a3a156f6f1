import type { LogRow } from './logs.ts'

/** A template of log lines with its occurrences in the time that was asked for. */
export type Pattern = {
  id: number
  /** Variable parts are `<*>`. */
  text: string
  /** The highest severity among its lines. */
  severity: number
  services: string[]
  count: number
  /** First and last occurrence ever, as far as the store reaches back. */
  firstUnixMs: number
  lastUnixMs: number
  /** Its first occurrence lies in the time that was asked for. */
  isNew: boolean
  /** Occurrences per step. */
  trend: number[]
}

export type PatternPage = { fromUnixMs: number; stepMs: number; patterns: Pattern[] }

/** `GET /api/patterns/{id}`: its newest lines. */
export type PatternDetail = { pattern: Pattern; examples: LogRow[] }
