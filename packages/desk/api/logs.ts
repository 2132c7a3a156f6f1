import type { Fields, FieldValue } from './chain.ts'

/** A line in a list. */
export type LogRow = {
  ref: string
  timeUnixNano: string
  /** OTLP's SeverityNumber, 0 to 24. */
  severity: number
  severityText: string
  service: string
  /** At most 2,000 characters. */
  text: string
  /** A few attributes as `key=value`, or "". */
  fields: string
  /** "" when the line belongs to no trace. */
  traceId: string
  spanId: string
  /** Its pattern, 0 when it has none. */
  pattern: number
}

/** Newest first. `next` is the `before` of the following page; null at the end. */
export type LogPage = { logs: LogRow[]; next: string | null }

/** The lines before and after one, oldest first: `GET /api/logs/{ref}/around`. */
export type SurroundingLogs = { logs: LogRow[]; at: number }

export type LogDetail = LogRow & {
  body: FieldValue
  observedUnixNano: string
  eventName: string
  attributes: Fields
  droppedAttributes: number
  resource: Fields
  scope: { name: string; version: string }
}

/** The severities that a histogram tells apart: SeverityNumber 1-4, 5-8, 9-12, 13-16, 17-20, 21-24; 0 counts as info. */
export type SeverityBand = 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'fatal'

/** Lines per step and severity. Every series has the same length. */
export type LogHistogram = {
  fromUnixMs: number
  stepMs: number
  series: Record<SeverityBand, number[]>
  total: number
  /**
   * What was counted. A search that finds too much is counted in its `newest` part only; words that are in very many
   * lines in an even `sample`, from which the counts are estimated.
   */
  counted: 'all' | 'newest' | 'sample'
}

export type LogFacets = {
  /** `name` can be searched as it is: `service`, `level`, or the key of an attribute. */
  facets: { name: string; values: { value: string; count: number }[] }[]
  /** Lines that were looked at, the newest. */
  sampled: number
}
