import { setReporter } from '@clew/core'
import type { SpanInput } from '@clew/otlp'
import { ROOT_CONTEXT, trace } from '@opentelemetry/api'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { OpenSpans } from './open-spans.ts'
import type { RecordingSpan } from './recording-span.ts'
import { samplerFromName } from './samplers.ts'
import { defaultSpanLimits } from './span-limits.ts'
import { createTracerProvider } from './tracer-provider.ts'

function createTracer(open: OpenSpans<RecordingSpan>) {
  const sent: SpanInput[] = []
  const pipeline = { span: (_: unknown, span: SpanInput) => sent.push(span) }
  const sampler = samplerFromName('parentbased_always_on')
  const provider = createTracerProvider({ pipeline, sampler, limits: defaultSpanLimits, open })
  return { tracer: provider.getTracer('unit'), names: () => sent.map(({ name }) => name) }
}

const endAll = (open: OpenSpans<RecordingSpan>): void => open.endAll((span) => span.end())

test('whatever order spans end in, once or through a wrapper, the open ones are sent once, the newest first', () => {
  const way = fc.constantFrom('open', 'ended', 'ended twice', 'wrapped', 'wrapped and ended')
  fc.assert(
    fc.property(fc.array(fc.tuple(way, fc.nat())), (spans) => {
      const open = new OpenSpans<RecordingSpan>()
      const { tracer, names } = createTracer(open)
      const begun = spans.map(([how, order], at) => ({ how, order, at, span: tracer.startSpan(`${at}`) }))
      for (const { how, span } of begun.toSorted((one, other) => one.order - other.order)) {
        if (how.startsWith('wrapped')) Object.create(span).end()
        else if (how !== 'open') span.end()
      }
      const before = names().length
      endAll(open)
      endAll(open)
      const left = begun.filter(({ how }) => how === 'open').map(({ at }) => `${at}`)
      expect([before, names().slice(before)]).toEqual([begun.length - left.length, left.toReversed()])
    }),
  )
})

test('what never ends is held up to a bound, and told of', () => {
  const reports: string[] = []
  const restore = setReporter((code, message) =>
    reports.push(`${code} ${message.replace(/since \S+;/, '…;')}`),
  )
  const open = new OpenSpans<RecordingSpan>(2)
  const { tracer, names } = createTracer(open)
  const spans = ['first', 'second', 'third'].map((name) => tracer.startSpan(name))
  endAll(open)
  spans[0]!.end()
  restore()
  expect({ names: names(), reports }).toEqual({
    names: ['third', 'second', 'first'],
    reports: [
      'CLEW_OPEN_SPANS more than 2 spans are open, the oldest is "first" …; a span that is not ended is never sent',
    ],
  })
})

test('a span that is not sampled is not sent', () => {
  const open = new OpenSpans<RecordingSpan>()
  const { tracer, names } = createTracer(open)
  const ids = { traceId: 'a'.repeat(32), spanId: 'b'.repeat(16), traceFlags: 0 }
  tracer.startSpan('unsampled', {}, trace.setSpanContext(ROOT_CONTEXT, ids))
  endAll(open)
  expect(names()).toEqual([])
})
