import { choice, count, flag, list, nullable, number, object, type Static, text } from './schema.ts'

const comparedSide = nullable(
  object({
    atNs: number('After the start of its chain.'),
    durationNs: number('Of repeated siblings all of it together.'),
    count: count('How many siblings the row stands for.'),
    failed: flag(),
  }),
  'null: this chain has no such row.',
)
export type ComparedSide = NonNullable<Static<typeof comparedSide>>

const comparedChain = object({
  traceId: text(),
  name: text(),
  durationNs: number(),
  spans: count(),
  lines: count(),
})

/** Two chains aligned by service, name and order: `GET /api/chains/{traceId}/compare`. */
export const chainComparison = object({
  a: comparedChain,
  b: comparedChain,
  threshold: object(
    { share: number(), ns: number() },
    'A row is slower or faster when it changed by both: this share of `a`, and so many nanoseconds.',
  ),
  counts: object({ same: count(), slower: count(), faster: count(), missing: count(), new: count() }),
  rows: list(
    object({
      depth: count(),
      kind: choice(['span', 'log', 'event', 'wait', 'group', 'lost', 'note']),
      label: text(),
      detail: text(),
      service: text(),
      verdict: choice(['same', 'slower', 'faster', 'missing', 'new'], 'Of `b` against `a`.'),
      deltaNs: number('How much longer `b` took.'),
      failure: choice(['', 'now', 'before'], 'Of what both have: it failed in `b` alone, or in `a` alone.'),
      a: comparedSide,
      b: comparedSide,
    }),
    'In the order of `a`. Five or more siblings of one name are a row of their own, with a count, and stand below it.',
  ),
  moreRows: count('Rows that were compared and are not here, because there are more than 20,000.'),
  left: count('Rows of either chain that were not compared, because one has more than 100,000.'),
})
export type ChainComparison = Static<typeof chainComparison>
