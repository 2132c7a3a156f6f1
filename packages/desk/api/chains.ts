import { choice, count, flag, list, nullable, number, object, optional, type Static, text } from './schema.ts'

/**
 * One chain in a list: `GET /api/chains`. Traces that links join are one chain, with the counts of all of them, as in
 * `GET /api/chains/{traceId}`; times are those after the clocks of processes were corrected.
 */
export const chainSummary = object({
  traceId: text(
    'Of its traces that match the one by which it has its place in the list: the newest, or that of the longest duration as sent.',
  ),
  traces: list(text(), 'Ids of its traces, at most 20; the first is `traceId`.'),
  moreTraces: count(
    'Linked traces that are not counted in, because there are too many or they lie too deep.',
  ),
  placeUnixNano: text(
    'When the trace of `traceId` began, by the clock of who sent it: what `order=recent` goes by.',
  ),
  startUnixNano: text(),
  durationNs: number(),
  isRough: optional(
    flag(
      'Clocks were not corrected, and spans that were sent twice may count twice: there are too many records to look at for a list.',
    ),
  ),
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

/** Newest first, or longest first. */
export const chainPage = object({
  chains: list(chainSummary),
  next: nullable(text(), 'The `before` of the following page; null at the end.'),
})
export type ChainPage = Static<typeof chainPage>

/** `GET /api/chains/rates`: what the list of chains has for the same search and time, by when its rows have their place. */
export const chainRates = object({
  fromUnixMs: number(),
  stepMs: number(),
  chains: list(count(), 'Chains per step. All lists have the same length.'),
  failed: list(count(), 'Those of them with an error.'),
  p50Ns: list(
    nullable(number()),
    'Durations as they were sent, without a correction of clocks; null of a step without chains.',
  ),
  p95Ns: list(nullable(number())),
  total: count(),
  failedTotal: count(),
  allP50Ns: nullable(number()),
  allP95Ns: nullable(number()),
  counted: choice(
    ['all', 'newest', 'sample'],
    'What was counted: of more than 10,000 chains that failed, or that did not, an even sample, from which all are estimated; `newest` when ' +
      'the time ran out.',
  ),
})
export type ChainRates = Static<typeof chainRates>
