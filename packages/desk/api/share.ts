import type { ChainData, Fields, SpanDetail } from './chain.ts'
import type { LogDetail } from './logs.ts'

/** Everything of one record, with the number of its process and library among those of the file. */
export type Shared<Detail> = Omit<Detail, 'ref' | 'resource' | 'scope'> & { resource: number; scope: number }

/**
 * A chain as one file holds it. References of records are indexes of their columns: the same chain gives the same bytes
 * from whichever desk it comes.
 */
export type SharedChain = {
  summary: ShareSummary
  data: ChainData
  resources: Fields[]
  scopes: SpanDetail['scope'][]
  /** By the index of the span or line; what is not here had no room. */
  spans: [index: number, detail: Shared<SpanDetail>][]
  logs: [index: number, detail: Shared<LogDetail>][]
}

/** What is in such a file, and what is not; also in the header `clew-share` of the answer that is the file. */
export type ShareSummary = {
  traceId: string
  spans: number
  lines: number
  /** Spans and lines that had no room, and records in the file whose details had none. */
  leftOut: { records: number; details: number }
  /** How many secrets were cut out; null: nobody asked for that. */
  redacted: number | null
}
