import { chainSchemas } from './chain-schemas.ts'
import {
  count,
  flag,
  type JsonSchema,
  list,
  nullable,
  number,
  object,
  schemaOf,
  text,
} from './json-schema.ts'

const band = list(count)
const pattern = {
  id: count,
  text,
  severity: count,
  services: list(text),
  count,
  firstUnixMs: number,
  lastUnixMs: number,
  isNew: flag,
  trend: list(count),
}
const logRow = {
  ref: text,
  timeUnixNano: text,
  severity: count,
  severityText: text,
  service: text,
  text,
  fields: text,
  traceId: text,
  spanId: text,
  pattern: count,
}
const logRows = list(schemaOf('LogRow'))

/** Schemas of `packages/desk/api`, by the names of the types. */
export const schemas: Record<string, JsonSchema> = {
  ...chainSchemas,
  LogRow: object(logRow),
  LogPage: object({ logs: logRows, next: nullable({ type: 'string' }) }),
  SurroundingLogs: object({ logs: logRows, at: count }),
  LogDetail: object({
    ...logRow,
    body: {},
    observedUnixNano: text,
    eventName: text,
    attributes: schemaOf('Fields'),
    droppedAttributes: count,
    resource: schemaOf('Fields'),
    scope: object({ name: text, version: text }),
  }),
  LogHistogram: object({
    fromUnixMs: number,
    stepMs: number,
    series: object({ trace: band, debug: band, info: band, warn: band, error: band, fatal: band }),
    total: count,
    counted: { type: 'string', enum: ['all', 'newest', 'sample'] },
  }),
  LogFacets: object({
    facets: list(object({ name: text, values: list(object({ value: text, count })) })),
    sampled: count,
  }),
  Pattern: object(pattern),
  PatternPage: object({ fromUnixMs: number, stepMs: number, patterns: list(schemaOf('Pattern')) }),
  PatternDetail: object({ pattern: schemaOf('Pattern'), examples: logRows }),
  ServiceMap: object({
    services: list(
      object({
        name: text,
        spans: count,
        failedSpans: count,
        p50Ms: nullable({ type: 'number' }),
        p95Ms: nullable({ type: 'number' }),
        logs: count,
        failedLogs: count,
        instances: count,
      }),
    ),
    edges: list(
      object({
        from: text,
        to: text,
        kind: { type: 'string', enum: ['call', 'queue', 'database'] },
        label: text,
        count,
        failed: count,
        p95Ms: number,
      }),
    ),
    sampled: count,
  }),
  DeskStatus: object({
    version: text,
    otlp: object({ http: text, grpc: nullable({ type: 'string' }) }),
    store: object({
      directory: text,
      logs: count,
      spans: count,
      bytes: count,
      maxBytes: count,
      maxAgeMs: nullable({ type: 'number' }),
      oldestUnixMs: nullable({ type: 'number' }),
      segments: count,
      damaged: count,
      textSearch: { type: 'string', enum: ['index', 'scan'] },
    }),
    received: object({ requests: count, logs: count, spans: count, refused: count }),
    forward: {
      ...object({ url: text, accepted: count, delivered: count, waiting: count, dropped: count }),
      type: ['object', 'null'],
    },
  }),
  ImportResult: object({
    logs: count,
    spans: count,
    rejected: count,
    problems: list(object({ line: count, message: text })),
  }),
  OpenApi: { type: 'object' },
  ApiError: object({ error: object({ code: text, message: text }) }),
}
