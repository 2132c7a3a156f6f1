import { choice, count, list, nullable, number, object, optional, type Static, text } from './schema.ts'

/** What a service did in the time that was asked for. */
export const serviceRow = object({
  name: text(),
  spans: count(),
  failedSpans: count(),
  p50Ms: nullable(number(), 'Of its server and consumer spans, milliseconds; null when it has none.'),
  p95Ms: nullable(number()),
  logs: count(),
  failedLogs: count(),
  instances: count(),
  weighed: optional(
    object(
      {
        released: count('Lines that were held and left because their chain was kept.'),
        written: number('How many lines all of them stand for.'),
      },
      'Of its lines among the newest `weighed`; absent when none of them has a weight.',
    ),
  ),
})
export type ServiceRow = Static<typeof serviceRow>

/** Who calls whom. */
export const serviceEdge = object({
  from: text(),
  to: text('A service, or what has no spans of its own: a database, a queue nobody reads, a foreign host.'),
  kind: choice(['call', 'queue', 'database']),
  label: text('Name of the queue, system of the database, or "".'),
  count: count(),
  failed: count(),
  p95Ms: number(),
})
export type ServiceEdge = Static<typeof serviceEdge>

export const serviceMap = object({
  services: list(serviceRow),
  edges: list(serviceEdge),
  sampled: count('Spans that were looked at, the newest, when there were too many.'),
  weighed: count('Lines whose weights were looked at, the newest.'),
})
export type ServiceMap = Static<typeof serviceMap>
