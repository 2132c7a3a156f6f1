import { count, flag, list, nullable, number, object, type Static, text } from './schema.ts'

/** One chain in a list: `GET /api/chains`. Counts are of this trace alone, without the traces linked to it. */
export const chainSummary = object({
  traceId: text(),
  startUnixNano: text(),
  durationNs: number(),
  name: text("Name of its root span; without one the first span's name, or the first line."),
  root: count('Index in `services` of who began.'),
  services: list(text()),
  spans: count(),
  logs: count(),
  errors: count('Spans with status ERROR and lines of severity ERROR and up.'),
  severity: count('Highest severity of its lines, 0 to 24.'),
  error: text('What the deepest error says, or "".'),
  bars: list(
    object({ startNs: number(), durationNs: number(), depth: count(), service: count(), failed: flag() }),
    "At most 60, in order of start; `startNs` counts from the chain's start.",
  ),
})
export type ChainSummary = Static<typeof chainSummary>

/** Newest first. */
export const chainPage = object({
  chains: list(chainSummary),
  next: nullable(text(), 'The `before` of the following page; null at the end.'),
})
export type ChainPage = Static<typeof chainPage>
