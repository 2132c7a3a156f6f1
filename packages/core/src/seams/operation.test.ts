import { InMemorySpanExporter, SimpleSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { SpanKind, SpanStatusCode } from '../api/span.ts'
import { contextWithSpan, rootContext, spanOf, suppressTracing } from '../context/request-context.ts'
import { setReporter } from '../process/report.ts'
import { endSpan, errorType, type Operation, type SpanDescription, startOperation } from './operation.ts'

const exporter = new InMemorySpanExporter()
const tracer = new TracerProvider({ spanProcessors: [new SimpleSpanProcessor({ exporter })] }).getTracer(
  'test',
)

class PaymentError extends Error {}
class NamedError extends Error {
  override name = 'Named'
}

const hostile = new Proxy(new Error('x'), {
  get: () => {
    throw new Error('no')
  },
})

let reports: string[] = []
let restore = (): void => {}
beforeEach(() => {
  exporter.reset()
  reports = []
  restore = setReporter((code, message) => reports.push(`${code} ${message.split('\n')[0]}`))
})
afterEach(() => restore())

test.each([
  ['an Error', new Error('failed'), 'Error', 'failed'],
  ['an Error of a class', new PaymentError('no money'), 'PaymentError', 'no money'],
  ['an Error with a name', new NamedError('x'), 'Named', 'x'],
  ['a text', 'failed', 'string', 'failed'],
  ['null', null, 'object', 'null'],
])('%s: status ERROR, error.type and the exception', (_, error, type, message) => {
  endSpan(tracer.startSpan('work'), error)
  const [span] = exporter.getFinishedSpans()
  const [event] = span!.events
  expect([errorType(error), span!.attributes, span!.status, event?.name, event?.attributes]).toEqual([
    type,
    { 'error.type': type },
    { code: SpanStatusCode.ERROR, message },
    'exception',
    expect.objectContaining({ 'exception.message': message }),
  ])
})

test('without an error the status stays unset', () => {
  endSpan(tracer.startSpan('work'))
  const [span] = exporter.getFinishedSpans()
  expect([span!.status, span!.attributes, span!.events]).toEqual([{ code: SpanStatusCode.UNSET }, {}, []])
})

test('a span ends whatever was thrown, and the error is only read', () => {
  const error = Object.freeze(new Error('frozen'))
  for (const thrown of [hostile, Object.create(null), error]) endSpan(tracer.startSpan('work'), thrown)
  expect([exporter.getFinishedSpans().length, Object.keys(error)]).toEqual([3, []])
})

const request = contextWithSpan(rootContext, tracer.startSpan('request'))
const describeGet = (): SpanDescription => ({
  name: 'GET',
  kind: SpanKind.CLIENT,
  attributes: { 'db.operation.name': 'GET' },
  describeError: (error) => (error instanceof PaymentError ? { 'error.type': 'P0001' } : undefined),
})

const spans = (): object[] =>
  exporter.getFinishedSpans().map(({ name, kind, parentSpanContext, status, attributes }) => ({
    name,
    kind,
    parent: parentSpanContext?.spanId,
    status: status.code,
    attributes,
  }))

const get = (status: number, more: object = {}): object => ({
  name: 'GET',
  kind: SpanKind.CLIENT,
  parent: spanOf(request)?.spanContext().spanId,
  status,
  attributes: { 'db.operation.name': 'GET', ...more },
})

test('an operation is a child of its caller, is active in its own context, and ends once, failed by an error alone', () => {
  const start = (): Operation => startOperation(tracer, request, describeGet)
  const [fine, empty, failed, coded] = [start(), start(), start(), start()]
  expect([fine.caller === request, spanOf(fine.context) === fine.span, fine.span !== empty.span]).toEqual([
    true,
    true,
    true,
  ])
  fine.end()
  empty.end(null)
  failed.end(new TypeError('no'))
  coded.end(new PaymentError('no money'))
  coded.end()
  fine.end(new Error('late'))
  expect(spans()).toEqual([
    get(SpanStatusCode.UNSET),
    get(SpanStatusCode.UNSET),
    get(SpanStatusCode.ERROR, { 'error.type': 'TypeError' }),
    get(SpanStatusCode.ERROR, { 'error.type': 'P0001' }),
  ])
})

test('without a span in the context of the caller, with tracing suppressed, or with nothing to describe it is the caller alone', () => {
  const unasked = (): never => {
    throw new Error('nobody should ask')
  }
  const operations = [
    startOperation(tracer, rootContext, unasked),
    startOperation(tracer, suppressTracing(request), unasked),
    startOperation(tracer, request, () => undefined),
  ]
  for (const operation of operations) operation.end(new Error('no'))
  expect(operations.map(({ caller, context, span }) => [caller === context, span])).toEqual(
    operations.map(() => [true, undefined]),
  )
  expect([spans(), reports]).toEqual([[], []])
})

test('what describe, the Tracer or describeError throws is reported and costs the application nothing', () => {
  const failing = (message: string) => (): never => {
    throw new Error(message)
  }
  const described = startOperation(tracer, request, failing('bad payload'))
  const traced = startOperation({ ...tracer, startSpan: failing('bad tracer') }, request, describeGet)
  const ended = startOperation(tracer, request, () => ({
    ...describeGet(),
    describeError: failing('bad error'),
  }))
  for (const operation of [described, traced, ended]) operation.end(new TypeError('no'))
  expect([described.context, traced.context]).toEqual([request, request])
  expect(spans()).toEqual([get(SpanStatusCode.ERROR, { 'error.type': 'TypeError' })])
  expect(reports).toEqual([
    'CLEW_INTERNAL starting the span of an operation: Error: bad payload',
    'CLEW_INTERNAL starting the span of an operation: Error: bad tracer',
    'CLEW_INTERNAL marking a span as failed: Error: bad error',
  ])
})
