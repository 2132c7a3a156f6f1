import type { Signal } from '@clew/otlp'

/**
 * A line as its columns. `words` is what the full-text index gets, of a span as well.
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
  words: string
  linkTargets: LinkTarget[]
}

export type LinkTarget = { traceId: string; spanHigh: number; spanLow: number }

/** One process that sent. `attributes` is JSON. */
export type ResourceRow = { service: string; instance: string; host: string; attributes: string }
export type ScopeRow = { name: string; version: string; attributes: string }

/** The records of one process and library. */
export type Group<Row> = { resource: ResourceRow; scope: ScopeRow; rows: Row[] }

/**
 * A request as rows. `refused` records have no place in the store: spans without a trace id. `beyond` are those after the
 * first that a request may have.
 */
export type RowsOf<S extends Signal, Row> = {
  signal: S
  groups: Group<Row>[]
  refused: number
  beyond: number
}
export type RequestRows = RowsOf<'logs', LogRow> | RowsOf<'traces', SpanRow>

/** The words of a span id in hex; both 0 when it is none. */
export function spanWords(id: string): [high: number, low: number] {
  if (!/^[0-9a-f]{16}$/i.test(id)) return [0, 0]
  return [Number.parseInt(id.slice(0, 8), 16) | 0, Number.parseInt(id.slice(8), 16) | 0]
}

/** The bytes of a span id; null when both words are 0. They stay as they are until so many more were asked for. */
export function createSpanBytes(kept = 1): (high: number, low: number) => Uint8Array | null {
  const all = Array.from({ length: kept }, () => new DataView(new ArrayBuffer(8)))
  const bytes = all.map(({ buffer }) => new Uint8Array(buffer))
  let turn = 0
  return (high, low) => {
    if (high === 0 && low === 0) return null
    turn = turn + 1 === kept ? 0 : turn + 1
    all[turn]!.setInt32(0, high)
    all[turn]!.setInt32(4, low)
    return bytes[turn]!
  }
}

/** Unix nanoseconds as whole microseconds and the rest. */
export function splitNanos(nanos: bigint): [us: number, ns: number] {
  const us = nanos / 1000n
  return [Number(us), Number(nanos - us * 1000n)]
}

/** The two columns as unix nanoseconds in decimal. */
export function nanosText(us: number, ns: number): string {
  return us === 0 ? String(ns) : `${us}${String(ns).padStart(3, '0')}`
}

const year1971Us = 31_536_000_000_000
const year2200Us = 7_258_118_400_000_000

/** A time before 1971 or after 2200 is no time, but a unit mixed up or a clock that was never set; 0 stands for none. */
export function plausibleUs(us: number): number {
  return us < year1971Us || us > year2200Us ? 0 : us
}
