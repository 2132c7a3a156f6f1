import { tracingChannel } from 'node:diagnostics_channel'
import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Context } from '@opentelemetry/api'
import { InMemorySpanExporter, SimpleSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { SpanKind, SpanStatusCode } from '../api/span.ts'
import { activeContext, runInContext } from '../context/context-manager.ts'
import { contextWithFields } from '../context/fields.ts'
import { contextWithSpan, rootContext, spanOf, suppressTracing } from '../context/request-context.ts'
import { setReporter } from '../process/report.ts'
import { traceChannel } from './channel.ts'
import type { SpanDescription } from './operation.ts'

type Message = { command: string }

const exporter = new InMemorySpanExporter()
const tracer = new TracerProvider({ spanProcessors: [new SimpleSpanProcessor({ exporter })] }).getTracer(
  'test',
)
const channel = tracingChannel<unknown, Message>('test:command')
const requestSpan = tracer.startSpan('request')
const request = contextWithSpan(rootContext, requestSpan)

const describeMessage = ({ command }: Message): SpanDescription | undefined =>
  command === 'PING'
    ? undefined
    : { name: command, kind: SpanKind.CLIENT, attributes: { 'db.operation.name': command } }

const activeSpan = (): string => spanOf(activeContext())?.spanContext().spanId ?? 'none'
const requestId = requestSpan.spanContext().spanId

let stop = (): void => {}
let reports: string[] = []
let restore = (): void => {}
beforeEach(() => {
  exporter.reset()
  reports = []
  restore = setReporter((code) => reports.push(code))
  stop = traceChannel(tracer, 'test:command', describeMessage)
})
afterEach(() => {
  stop()
  restore()
})

/** Of each finished span: name, parent, status, and what was thrown. */
async function finished(): Promise<unknown[]> {
  await nextTurn()
  return exporter.getFinishedSpans().map(({ name, kind, parentSpanContext, status, events, attributes }) => ({
    name,
    kind,
    isChild: parentSpanContext?.spanId === requestId,
    status: status.code,
    error: attributes['error.type'],
    exceptions: events.map((event) => event.attributes?.['exception.message']),
  }))
}

const span = (more: object = {}): object => ({
  name: 'GET',
  kind: SpanKind.CLIENT,
  isChild: true,
  status: SpanStatusCode.UNSET,
  error: undefined,
  exceptions: [],
  ...more,
})
const failed = span({ status: SpanStatusCode.ERROR, error: 'TypeError', exceptions: ['mine'] })
const mine = new TypeError('mine')

test('a synchronous operation: its work runs in the span, what follows does not', async () => {
  const [inside, after] = runInContext(request, () => [
    channel.traceSync(activeSpan, { command: 'GET' }),
    activeSpan(),
  ])
  expect([inside === requestId, inside === 'none', after]).toEqual([false, false, requestId])
  expect(await finished()).toEqual([span()])
})

test('with `entersSpan: false` its work runs in the context of the caller, and there is a span all the same', async () => {
  stop()
  stop = traceChannel(tracer, 'test:command', describeMessage, { entersSpan: false })
  const seen = await runInContext(request, async () => [
    channel.traceSync(activeSpan, { command: 'GET' }),
    await channel.tracePromise(async () => activeSpan(), { command: 'GET' }),
    await channel.tracePromise(() => Promise.reject(mine), { command: 'GET' }).catch(() => activeSpan()),
  ])
  expect([seen, await finished()]).toEqual([
    [requestId, requestId, requestId],
    [span(), span(), failed],
  ])
  stop()
  expect(channel.hasSubscribers).toBe(false)
})

test('a synchronous operation that throws: the same error, the span with status ERROR', async () => {
  const run = (): unknown =>
    runInContext(request, () =>
      channel.traceSync(
        () => {
          throw mine
        },
        { command: 'GET' },
      ),
    )
  expect(run).toThrow(mine)
  expect(await finished()).toEqual([failed])
})

test('a promise: the span ends when it settles, and the caller has its own context back', async () => {
  const seen = await runInContext(request, async () => {
    const inside = await channel.tracePromise(
      async () => {
        await nextTurn()
        const ended = exporter.getFinishedSpans().length
        return [ended, activeSpan() === requestId]
      },
      { command: 'GET' },
    )
    return [...inside, activeSpan() === requestId]
  })
  expect(seen).toEqual([0, false, true])
  expect(await finished()).toEqual([span()])
})

test.each([
  ['an error', mine, failed],
  [
    'undefined',
    undefined,
    span({ status: SpanStatusCode.ERROR, error: 'undefined', exceptions: ['undefined'] }),
  ],
])(
  'a promise rejected with %s: the same rejection, the span with status ERROR',
  async (_, reason, expected) => {
    const promise = runInContext(request, () =>
      channel.tracePromise(() => Promise.reject(reason), { command: 'GET' }),
    )
    expect(
      await promise.then(
        () => 'resolved',
        (error: unknown) => [error],
      ),
    ).toEqual([reason])
    expect(await finished()).toEqual([expected])
  },
)

test('a callback runs in the context of its caller, after the span has got its outcome', async () => {
  const call = (outcome: unknown): Promise<unknown[]> =>
    runInContext(request, () => {
      return new Promise((resolve) => {
        channel.traceCallback(
          (done: (...args: unknown[]) => void) => setImmediate(done, outcome, 'value'),
          0,
          { command: 'GET' },
          undefined,
          (...args: unknown[]) => resolve([activeSpan() === requestId, ...args]),
        )
      })
    })
  expect([await call(null), await call(mine)]).toEqual([
    [true, null, 'value'],
    [true, mine, 'value'],
  ])
  expect(await finished()).toEqual([span(), failed])
})

test('no span without a parent, with tracing suppressed, or when there is nothing to describe', async () => {
  const run = (command: string): string => channel.traceSync(activeSpan, { command })
  expect([
    run('GET'),
    runInContext(suppressTracing(request), () => run('GET')),
    runInContext(request, () => run('PING')),
  ]).toEqual(['none', requestId, requestId])
  expect(await finished()).toEqual([])
})

const stranger = contextWithSpan(rootContext, tracer.startSpan('another request'))
const suppressed = suppressTracing(request)

/** A pool: what it calls back, it calls from the context of whoever opened the connection. */
const byCallback = (message: Message): Promise<Context> =>
  new Promise((resolve) => {
    channel.traceCallback(
      (done: (error: unknown) => void) => setImmediate(() => runInContext(stranger, () => done(null))),
      0,
      message,
      undefined,
      () => resolve(activeContext()),
    )
  })
const byPromise = async (message: Message): Promise<Context> => {
  await channel.tracePromise(
    () => new Promise((resolve) => setImmediate(() => runInContext(stranger, () => resolve(undefined)))),
    message,
  )
  return activeContext()
}

test.each([
  ['a span', request, 'GET', [span(), span()]],
  ['no active span', contextWithFields(rootContext, { user_id: 7 }), 'GET', []],
  ['no request at all', rootContext, 'GET', []],
  ['tracing suppressed', suppressed, 'GET', []],
  ['nothing to describe', request, 'PING', []],
])(
  'with %s, what another context calls back comes back in the context of its caller',
  async (_, caller, command, spans) => {
    const seen = [
      await runInContext(caller, () => byCallback({ command })),
      await runInContext(caller, () => byPromise({ command })),
    ]
    expect(seen).toEqual([caller, caller])
    expect(await finished()).toEqual(spans)
  },
)

test('describe that throws costs the span and nothing else', async () => {
  stop()
  stop = traceChannel(tracer, 'test:command', () => {
    throw new Error('bad payload')
  })
  const result = runInContext(request, () => channel.traceSync(activeSpan, { command: 'GET' }))
  expect([result, reports, await finished()]).toEqual([requestId, ['CLEW_INTERNAL'], []])
})

test('100 operations at once: each has its own parent', async () => {
  const strays = await Promise.all(
    Array.from({ length: 100 }, async (_, i) => {
      const parent = tracer.startSpan(`request ${i}`)
      const own = parent.spanContext().traceId
      return runInContext(contextWithSpan(rootContext, parent), () =>
        channel.tracePromise(
          async () => {
            await nextTurn()
            return spanOf(activeContext())?.spanContext().traceId === own
          },
          { command: 'GET' },
        ),
      )
    }),
  )
  expect([strays.every(Boolean), (await finished()).length]).toEqual([true, 100])
})

test('after stop nobody listens', async () => {
  stop()
  expect(runInContext(request, () => channel.traceSync(activeSpan, { command: 'GET' }))).toBe(requestId)
  expect([channel.hasSubscribers, await finished()]).toEqual([false, []])
})
