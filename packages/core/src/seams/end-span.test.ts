import { InMemorySpanExporter, SimpleSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { SpanStatusCode } from '../api/constants.ts'
import { setReporter } from '../report.ts'
import { endSpan, errorType } from './end-span.ts'

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

let restore = (): void => {}
beforeEach(() => {
  exporter.reset()
  restore = setReporter(() => {})
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
