import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type Decoded, type DecodedEntry, decodeRecords, decodeSpans } from '../../test/protobufjs-decoder.ts'
import { createByteWriter } from './byte-writer.ts'
import type { EventInput, LinkInput, LogInput, SpanInput } from './input.ts'
import { defaultLimits } from './limits.ts'
import { writeLogRecord } from './log-record.ts'
import { writeSpan } from './span.ts'

const text = fc.oneof(
  fc.string({ maxLength: 30 }),
  fc.string({ unit: 'binary', maxLength: 12 }),
  fc
    .array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 4 })
    .map((units) => String.fromCharCode(...units)),
  fc.integer({ min: 90, max: 300 }).map((length) => 'ä'.repeat(length)),
  fc.integer({ min: 90, max: 300 }).map((length) => 'x'.repeat(length)),
  fc.constant('y'.repeat(20_000)),
)
const key = fc.oneof(
  fc.constantFrom(
    'http.route',
    'user_id',
    '__proto__',
    'constructor',
    'toString',
    '0',
    'größe',
    'k'.repeat(90),
  ),
  fc.string({ minLength: 1, maxLength: 12 }),
)
const scalar = fc.oneof(
  text,
  fc.integer(),
  fc.maxSafeInteger(),
  fc.double(),
  fc.constantFrom(-0, 2 ** 53, -(2 ** 53), 2 ** 32, -(2 ** 32), Number.NaN, Number.POSITIVE_INFINITY),
  fc.boolean(),
  fc.bigInt({ min: -(2n ** 66n), max: 2n ** 66n }),
  fc.constantFrom(2n ** 63n - 1n, -(2n ** 63n), 2n ** 63n),
  fc.constantFrom(null, undefined, Symbol('s'), parseInt, new URL('http://a.b/c?d')),
  fc.date({ noInvalidDate: false }),
  fc.uint8Array({ maxLength: 200 }),
  fc.uint8Array({ maxLength: 9 }).map((bytes) => bytes.buffer),
)

class Point {
  x: unknown
  constructor(x: unknown) {
    this.x = x
  }
}

class Json {
  readonly #json: unknown
  constructor(json: unknown) {
    this.#json = json
  }
  toJSON(): unknown {
    return this.#json
  }
}

const { value } = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4, depthIdentifier: 'value', withCrossShrink: true },
    scalar,
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(key, tie('value'), { maxKeys: 4 }),
    fc.array(fc.tuple(key, tie('value')), { maxLength: 3 }).map((entries) => new Map(entries)),
    fc.array(tie('value'), { maxLength: 3 }).map((values) => new Set(values)),
    tie('value').map((x) => new Point(x)),
    tie('value').map((json) => new Json(json)),
  ),
}))

const attributes = fc.option(fc.dictionary(key, value, { maxKeys: 6 }), { nil: undefined })
const unixMs = fc
  .tuple(fc.integer({ min: 0, max: 4e12 }), fc.integer({ min: 0, max: 1023 }))
  .map(([ms, fraction]) => ms + fraction / 1024)
const name = fc.string({ maxLength: 200 })
const hexId = (bytes: number) =>
  fc.uint8Array({ minLength: bytes, maxLength: bytes }).map((id) => Buffer.from(id).toString('hex'))
const count = fc.nat({ max: 0xffff_ffff })
const flags = fc.nat({ max: 255 })

function wellFormed(input: string): string {
  return new TextDecoder('utf-8', { ignoreBOM: true }).decode(new TextEncoder().encode(input))
}

/** What a value looks like after decoding; undefined where a property is left out. */
function expectedValue(input: unknown): Decoded {
  if (input === null || input === undefined) return { empty: true }
  if (typeof input === 'string') return { text: wellFormed(input) }
  if (typeof input === 'boolean') return { bool: input }
  if (typeof input === 'function') return { text: `[Function ${input.name}]` }
  if (typeof input === 'symbol') return { text: String(input) }
  if (typeof input === 'bigint') {
    return BigInt.asIntN(64, input) === input ? { int: input } : { text: String(input) }
  }
  if (typeof input === 'number') {
    return Number.isSafeInteger(input) ? { int: BigInt(input) } : { double: input }
  }
  return expectedObject(input as object)
}

function expectedObject(input: object): Decoded {
  if (input instanceof Date) return { text: Number.isNaN(+input) ? 'Invalid Date' : input.toISOString() }
  if (input instanceof URL) return { text: input.href }
  if (input instanceof ArrayBuffer) return { bytes: Buffer.from(input).toString('hex') }
  if (input instanceof Uint8Array) return { bytes: Buffer.from(input).toString('hex') }
  if (Array.isArray(input) || input instanceof Set) return { list: Array.from(input, expectedValue) }
  if (input instanceof Map) return { map: expectedEntries([...input]) }
  // As JSON.stringify, the encoder does not call toJSON on what toJSON returned.
  if (input instanceof Json)
    return input.toJSON() instanceof Json ? { map: [] } : expectedValue(input.toJSON())
  return { map: expectedEntries(Object.entries(input)) }
}

function expectedEntries(entries: [string, unknown][]): DecodedEntry[] {
  return entries
    .filter(([, entry]) => entry !== undefined)
    .map(([entryKey, entry]) => [wellFormed(entryKey), expectedValue(entry)])
}

function expectedAttributes(input: object | undefined): DecodedEntry[] {
  return expectedEntries(Object.entries(input ?? {}))
}

/** Nearest nanosecond of the exact value of a double with ten binary places. */
function expectedNanos(ms: number): bigint {
  return (BigInt(ms * 1024) * 1_000_000n + 512n) / 1024n
}

const logInput: fc.Arbitrary<LogInput> = fc.record({
  timeUnixMs: unixMs,
  severityNumber: fc.integer({ min: 0, max: 24 }),
  severityText: name,
  body: value,
  eventName: fc.option(name, { nil: undefined }),
  attributes,
  omit: fc.option(
    fc.uniqueArray(key, { maxLength: 3 }).map((keys) => new Set(keys)),
    { nil: undefined },
  ),
  contextAttributes: attributes,
  traceId: fc.option(hexId(16), { nil: undefined }),
  spanId: fc.option(hexId(8), { nil: undefined }),
  traceFlags: fc.option(flags, { nil: undefined }),
})

function expectedLogAttributes({
  attributes: own = {},
  omit,
  contextAttributes = {},
}: LogInput): DecodedEntry[] {
  const sent = Object.entries(own).filter(([name, entry]) => entry !== undefined && !omit?.has(name))
  const ownKeys = new Set(sent.map(([name]) => name))
  const context = Object.entries(contextAttributes).filter(([name]) => !ownKeys.has(name))
  return expectedEntries([...context, ...sent])
}

function expectedRecord(input: LogInput): object {
  const { traceId, spanId, traceFlags } = input
  const isLinked = traceId !== undefined && spanId !== undefined
  return {
    time: expectedNanos(input.timeUnixMs),
    observedTime: expectedNanos(input.timeUnixMs),
    severityNumber: input.severityNumber,
    severityText: input.severityText,
    body: input.body === undefined ? undefined : expectedValue(input.body),
    attributes: expectedLogAttributes(input),
    dropped: 0,
    flags: isLinked ? (traceFlags ?? 0) : 0,
    traceId: isLinked ? traceId : '',
    spanId: isLinked ? spanId : '',
    eventName: input.eventName ?? '',
  }
}

test('10,000 random log records are read by protobufjs as what they were', () => {
  const writer = createByteWriter(64)
  const agrees = fc.property(fc.array(logInput, { minLength: 1, maxLength: 2 }), (inputs) => {
    writer.position = 0
    for (const input of inputs) writeLogRecord(writer, input, defaultLimits)
    const decoded = decodeRecords(writer.buffer.subarray(0, writer.position))
    expect(decoded).toEqual(inputs.map(expectedRecord))
  })
  fc.assert(agrees, { numRuns: 10_000 })
}, 120_000)

const eventInput: fc.Arbitrary<EventInput> = fc.record({
  timeUnixMs: unixMs,
  name,
  attributes,
  droppedAttributesCount: count,
})

const linkInput: fc.Arbitrary<LinkInput> = fc.record({
  traceId: hexId(16),
  spanId: hexId(8),
  traceFlags: flags,
  isRemote: fc.option(fc.boolean(), { nil: undefined }),
  traceState: fc.option(name, { nil: undefined }),
  attributes,
  droppedAttributesCount: count,
})

const spanInput: fc.Arbitrary<SpanInput> = fc.record({
  traceId: hexId(16),
  spanId: hexId(8),
  traceFlags: flags,
  traceState: fc.option(name, { nil: undefined }),
  parentSpanId: fc.option(hexId(8), { nil: undefined }),
  parentIsRemote: fc.option(fc.boolean(), { nil: undefined }),
  name,
  kind: fc.integer({ min: 0, max: 4 }),
  startUnixMs: unixMs,
  endUnixMs: unixMs,
  attributes,
  droppedAttributesCount: count,
  events: fc.array(eventInput, { maxLength: 3 }),
  droppedEventsCount: count,
  links: fc.array(linkInput, { maxLength: 3 }),
  droppedLinksCount: count,
  statusCode: fc.integer({ min: 0, max: 2 }),
  statusMessage: fc.option(name, { nil: undefined }),
})

function expectedFlags(traceFlags: number, isRemote: boolean | undefined): number {
  const known = isRemote === undefined ? 0 : 0x100
  return traceFlags + known + (isRemote ? 0x200 : 0)
}

function expectedSpan(span: SpanInput): object {
  return {
    traceId: span.traceId,
    spanId: span.spanId,
    traceState: span.traceState ?? '',
    parentSpanId: span.parentSpanId ?? '',
    name: span.name,
    kind: span.kind + 1,
    start: expectedNanos(span.startUnixMs),
    end: expectedNanos(span.endUnixMs),
    attributes: expectedAttributes(span.attributes),
    dropped: span.droppedAttributesCount,
    events: span.events?.map((event) => ({
      time: expectedNanos(event.timeUnixMs),
      name: event.name,
      attributes: expectedAttributes(event.attributes),
      dropped: event.droppedAttributesCount,
    })),
    droppedEvents: span.droppedEventsCount,
    links: span.links?.map((link) => ({
      traceId: link.traceId,
      spanId: link.spanId,
      traceState: link.traceState ?? '',
      attributes: expectedAttributes(link.attributes),
      dropped: link.droppedAttributesCount,
      flags: expectedFlags(link.traceFlags, link.isRemote),
    })),
    droppedLinks: span.droppedLinksCount,
    status: { code: span.statusCode, message: span.statusMessage ?? '' },
    flags: expectedFlags(span.traceFlags, span.parentSpanId === undefined ? false : span.parentIsRemote),
  }
}

test('10,000 random spans are read by protobufjs as what they were', () => {
  const writer = createByteWriter(64)
  const agrees = fc.property(spanInput, (span) => {
    writer.position = 0
    writeSpan(writer, span, defaultLimits)
    expect(decodeSpans(writer.buffer.subarray(0, writer.position))).toEqual([expectedSpan(span)])
  })
  fc.assert(agrees, { numRuns: 10_000 })
}, 120_000)
