import type { Tracer } from '@opentelemetry/api'
import { InMemorySpanExporter, SimpleSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace'
import { beforeEach, expect, test } from 'vitest'
import { SpanKind, SpanStatusCode } from '../api/span.ts'
import { activeContext, runInContext } from '../context/context-manager.ts'
import { getFields, setFields, withFields } from '../context/fields.ts'
import { contextWithSpan, rootContext, spanOf } from '../context/request-context.ts'
import { setReporter } from '../process/report.ts'
import { runAsRoot, withRoot } from './with-root.ts'

const exporter = new InMemorySpanExporter()
const provider = new TracerProvider({ spanProcessors: [new SimpleSpanProcessor({ exporter })] })
const tracer = provider.getTracer('test')
const description = { name: 'purge', kind: SpanKind.INTERNAL, attributes: {} }
const request = contextWithSpan(rootContext, tracer.startSpan('request'))

const root = <T>(work: () => T): T => runInContext(request, () => runAsRoot(tracer, description, work))
const active = (): string | undefined => spanOf(activeContext())?.spanContext().traceId
const ended = (): unknown[] =>
  exporter.getFinishedSpans().map(({ name, parentSpanContext, status, links }) => ({
    ...{ name, parent: parentSpanContext?.spanId, status: status.code, message: status.message, links },
  }))
const fine = { name: 'purge', parent: undefined, status: SpanStatusCode.UNSET, message: undefined, links: [] }
const failed = { ...fine, status: SpanStatusCode.ERROR }

beforeEach(() => exporter.reset())

test('the work is in a trace of its own, and what is around it goes on in the trace that it had', () => {
  const [inside, outside] = runInContext(request, () => [
    runAsRoot(tracer, description, () => [active(), ended().length]),
    active(),
  ])
  expect(inside).toEqual([exporter.getFinishedSpans()[0]!.spanContext().traceId, 0])
  expect(outside).toBe(spanOf(request)?.spanContext().traceId)
  expect(inside).not.toContain(outside)
  expect(ended()).toEqual([fine])
})

test('the span ends with the promise, which settles with the same value', async () => {
  const value = { rows: 3 }
  let open = -1
  const running = root(async () => {
    await new Promise(setImmediate)
    open = ended().length
    return value
  })
  expect([await running, open, ended()]).toEqual([value, 0, [fine]])
})

test('a thenable that is no Promise is waited for as well', async () => {
  // biome-ignore lint/suspicious/noThenProperty: a query of knex is such an object.
  const query = { then: (done: (rows: number) => unknown) => Promise.resolve(7).then(done) }
  expect([await root(() => query as PromiseLike<number>), ended()]).toEqual([7, [fine]])
})

test.each([
  ['an error', new Error('no rows'), 'no rows'],
  ['nothing', undefined, 'undefined'],
  ['null', null, 'null'],
])(
  '%s that is thrown, or rejected with, marks the span and reaches the caller',
  async (_, thrown, message) => {
    const fail = (): never => {
      throw thrown
    }
    let seen: unknown = 'nothing thrown'
    try {
      root(fail)
    } catch (error) {
      seen = error
    }
    expect(seen).toBe(thrown)
    await expect(root(async () => fail())).rejects.toBe(thrown)
    expect(ended()).toEqual([
      { ...failed, message },
      { ...failed, message },
    ])
  },
)

test('the fields around it do not hold within, and fields that are set within hold there alone', () => {
  const seen = withFields({ tenant: 'acme' }, () =>
    withRoot('purge', () => {
      const before = getFields()
      setFields({ run: 1 })
      return [before, getFields()]
    }),
  )
  expect([seen, getFields()]).toEqual([[{}, { run: 1 }], {}])
})

test('without an SDK the work is done', async () => {
  expect([withRoot('purge', () => 1), await withRoot('purge', async () => 2)]).toEqual([1, 2])
})

test('work whose span cannot be made runs without one, and in no request', () => {
  const reported: string[] = []
  const restore = setReporter((code) => void reported.push(code))
  const broken = {
    startSpan: () => {
      throw new Error('no sampler')
    },
  } as unknown as Tracer
  const seen = runInContext(request, () => runAsRoot(broken, description, () => [active(), 7]))
  restore()
  expect([seen, reported, ended()]).toEqual([[undefined, 7], ['CLEW_INTERNAL'], []])
})
