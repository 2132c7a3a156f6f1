import fc from 'fast-check'
import type {
  Attributes,
  LogRecord,
  Resource,
  ResourceLogs,
  ResourceSpans,
  Scope,
  Span,
  SpanEvent,
  SpanLink,
  Value,
} from '../src/model.ts'

/** Requests of every shape that the model allows, as fast-check arbitraries. */

const text = fc.oneof(
  fc.string({ maxLength: 12 }),
  fc.string({ unit: 'binary', maxLength: 8 }),
  fc.constantFrom('INFO', 'x'.repeat(200), 'größer', '日志', '🧵'),
)
const key = fc.oneof(fc.constantFrom('__proto__', 'constructor', 'http.route', '', '0', 'ключ'), text)
const count = fc.oneof(fc.constant(0), fc.nat(), fc.constant(0xffff_ffff))
const nanos = fc.oneof(
  fc.constant(0n),
  fc.constant(1_795_474_426_304_000_123n),
  fc.bigInt({ min: 0n, max: 0xffff_ffff_ffff_ffffn }),
)
const int64 = fc
  .oneof(
    fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
    fc.bigInt({ min: -(2n ** 54n), max: 2n ** 54n }),
    fc.constantFrom(-(2n ** 53n), 2n ** 53n, 2n ** 53n - 1n, -(2n ** 53n) + 1n, 2n ** 32n, -1n),
  )
  .map((value) => (Number.isSafeInteger(Number(value)) ? Number(value) : value))

function hex(length: number): fc.Arbitrary<string> {
  const bytes = fc.oneof(
    { weight: 8, arbitrary: fc.uint8Array({ minLength: length, maxLength: length }) },
    { weight: 1, arbitrary: fc.uint8Array({ maxLength: 20 }) },
  )
  const fresh = bytes.map((id) => Buffer.from(id).toString('hex'))
  return fc.oneof(fresh, fc.constantFrom('', '0a'.repeat(length), 'f1'.repeat(length)))
}

function objectOf(entries: [string, Value][]): Attributes {
  const object = Object.create(null) as Attributes
  for (const [name, value] of entries) object[name] = value
  return object
}

const value = fc.letrec<{ value: Value; map: Attributes }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4, depthIdentifier: 'value', withCrossShrink: true },
    text,
    fc.constant(null),
    fc.boolean(),
    int64,
    fc.double(),
    fc.uint8Array({ maxLength: 6 }),
    fc.array(tie('value'), { maxLength: 3, depthIdentifier: 'value' }),
    tie('map'),
  ),
  map: fc.array(fc.tuple(key, tie('value')), { maxLength: 4, depthIdentifier: 'value' }).map(objectOf),
}))
const attributes = value.map

const resource: fc.Arbitrary<Resource> = fc.record({ attributes, droppedAttributesCount: count })
const scope: fc.Arbitrary<Scope> = fc.record({
  name: text,
  version: text,
  attributes,
  droppedAttributesCount: count,
})

const logRecord: fc.Arbitrary<LogRecord> = fc.record({
  timeUnixNano: nanos,
  observedTimeUnixNano: nanos,
  severityNumber: fc.integer({ min: 0, max: 24 }),
  severityText: text,
  body: value.value,
  attributes,
  droppedAttributesCount: count,
  flags: count,
  traceId: hex(16),
  spanId: hex(8),
  eventName: text,
})

const event: fc.Arbitrary<SpanEvent> = fc.record({
  timeUnixNano: nanos,
  name: text,
  attributes,
  droppedAttributesCount: count,
})

const link: fc.Arbitrary<SpanLink> = fc.record({
  traceId: hex(16),
  spanId: hex(8),
  traceState: text,
  attributes,
  droppedAttributesCount: count,
  flags: count,
})

const span: fc.Arbitrary<Span> = fc.record({
  traceId: hex(16),
  spanId: hex(8),
  traceState: text,
  parentSpanId: hex(8),
  flags: count,
  name: text,
  kind: fc.integer({ min: 0, max: 5 }),
  startTimeUnixNano: nanos,
  endTimeUnixNano: nanos,
  attributes,
  droppedAttributesCount: count,
  events: fc.array(event, { maxLength: 2 }),
  droppedEventsCount: count,
  links: fc.array(link, { maxLength: 2 }),
  droppedLinksCount: count,
  status: fc.record({ code: fc.integer({ min: 0, max: 2 }), message: text }),
})

export const randomLogs: fc.Arbitrary<ResourceLogs[]> = fc.array(
  fc.record({
    resource,
    schemaUrl: text,
    scopeLogs: fc.array(
      fc.record({ scope, schemaUrl: text, logRecords: fc.array(logRecord, { maxLength: 3 }) }),
      { minLength: 1, maxLength: 2 },
    ),
  }),
  { minLength: 1, maxLength: 2 },
)

export const randomSpans: fc.Arbitrary<ResourceSpans[]> = fc.array(
  fc.record({
    resource,
    schemaUrl: text,
    scopeSpans: fc.array(fc.record({ scope, schemaUrl: text, spans: fc.array(span, { maxLength: 2 }) }), {
      maxLength: 2,
    }),
  }),
  { minLength: 1, maxLength: 2 },
)
