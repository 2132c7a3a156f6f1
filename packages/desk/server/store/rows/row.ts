import type { Signal } from '@clew/otlp'

/**
 * A line as its columns. `words` is what the full-text index gets.
 * A trace id is lower-case hex, or "" when there is none; the id of a span is two 32-bit words, both 0 when there is none.
 */
export type LogRow = {
  us: number
  ns: number
  observedUs: number
  observedNs: number
  severity: number
  severityText: string
  traceId: string
  spanHigh: number
  spanLow: number
  flags: number
  event: string
  body: string
  bodyJson: 0 | 1
  attributes: string
  dropped: number
  words: string
}

export type SpanRow = {
  us: number
  ns: number
  durationNs: number | null
  traceId: string
  spanHigh: number
  spanLow: number
  parentHigh: number
  parentLow: number
  name: string
  kind: number
  status: number
  message: string
  flags: number
  state: string
  attributes: string
  /** JSON as in SpanDetail, null when there are none. */
  events: string | null
  links: string | null
  dropped: string | null
  linkTargets: LinkTarget[]
}

export type LinkTarget = { traceId: string; spanHigh: number; spanLow: number }

/** One process that sent. `attributes` is JSON. */
export type ResourceRow = { service: string; instance: string; host: string; attributes: string }
export type ScopeRow = { name: string; version: string; attributes: string }

/** The records of one process and library. */
export type Group<Row> = { resource: ResourceRow; scope: ScopeRow; rows: Row[] }

/** A request as rows. `refused` records have no place in the store: spans without a trace id. */
export type RowsOf<S extends Signal, Row> = { signal: S; groups: Group<Row>[]; refused: number }
export type RequestRows = RowsOf<'logs', LogRow> | RowsOf<'traces', SpanRow>
