/** One chain in a list: `GET /api/chains`. Counts are of this trace alone, without the traces linked to it. */
export type ChainSummary = {
  traceId: string
  startUnixNano: string
  durationNs: number
  /** Name of its root span; without one the first span's name, or the first line. */
  name: string
  /** Index in `services` of who began. */
  root: number
  services: string[]
  spans: number
  logs: number
  /** Spans with status ERROR and lines of severity ERROR and up. */
  errors: number
  /** Highest severity of its lines, 0 to 24. */
  severity: number
  /** What the deepest error says, or "". */
  error: string
  /** At most 60, in order of start; `startNs` counts from the chain's start. */
  bars: { startNs: number; durationNs: number; depth: number; service: number; failed: boolean }[]
}

/** Newest first. `next` is the `before` of the following page; null at the end. */
export type ChainPage = { chains: ChainSummary[]; next: string | null }
