import {
  context,
  createTraceState,
  INVALID_SPAN_CONTEXT,
  ROOT_CONTEXT,
  type Span,
  SpanKind,
  trace,
} from '@opentelemetry/api'
import { at, type ContractCase, type ContractSpan, remote, spanIdOf, traceIdOf, under } from './contract.ts'

export const idCases: readonly ContractCase[] = [
  {
    name: 'a span without a parent begins a trace of its own',
    run: (tracer) => tracer.startSpan('work').end(),
    spans: [{}],
  },
  {
    name: 'a span under another has its trace and knows its parent',
    run: (tracer) => {
      const outer = tracer.startSpan('outer')
      const inner = tracer.startSpan('inner', {}, trace.setSpan(ROOT_CONTEXT, outer))
      inner.end()
      outer.end()
    },
    spans: [
      { name: 'inner', spanId: spanIdOf(2), parentSpanId: spanIdOf(1), parentIsRemote: false },
      { name: 'outer' },
    ],
  },
  {
    name: 'a remote parent gives its trace, its trace state and is marked as remote',
    run: (tracer) => {
      const traceState = createTraceState('acme=1')
      tracer.startSpan('work', {}, under({ ...remote, traceState })).end()
    },
    spans: [
      {
        traceId: remote.traceId,
        parentSpanId: remote.spanId,
        parentIsRemote: true,
        traceState: 'acme=1',
      },
    ],
  },
  {
    name: 'a root span leaves the parent of its context aside',
    run: (tracer) => tracer.startSpan('work', { root: true }, under(remote)).end(),
    spans: [{}],
  },
  {
    name: 'a parent without valid ids begins a new trace',
    run: (tracer) => {
      tracer.startSpan('work', {}, under(INVALID_SPAN_CONTEXT)).end()
      tracer.startSpan('work', {}, under({ ...remote, spanId: 'short' })).end()
    },
    spans: [{}, { traceId: traceIdOf(2), spanId: spanIdOf(2) }],
  },
  {
    name: 'the active context gives the parent',
    run: (tracer) => context.with(under(remote), () => tracer.startSpan('work').end()),
    spans: [{ traceId: remote.traceId, parentSpanId: remote.spanId, parentIsRemote: true }],
  },
]

const wrapped: Partial<ContractSpan> = {
  name: 'other',
  attributes: { a: 1 },
  events: [{ name: 'e', at, attributes: {}, dropped: 0 }],
}

export const activeCases: readonly ContractCase[] = [
  {
    name: 'startActiveSpan runs its function with the span active and returns what it returns',
    run: (tracer) =>
      tracer.startActiveSpan('work', (span) => {
        const isActive = trace.getActiveSpan() === span
        span.end()
        return [isActive, trace.getActiveSpan() === span]
      }),
    returns: [true, true],
    spans: [{}],
  },
  {
    name: 'startActiveSpan takes options and a context',
    run: (tracer) => {
      tracer.startActiveSpan('work', { kind: SpanKind.CLIENT }, (span) => span.end())
      tracer.startActiveSpan('work', { kind: SpanKind.SERVER }, under(remote), (span) => span.end())
      return trace.getActiveSpan()
    },
    spans: [
      { kind: SpanKind.CLIENT },
      {
        kind: SpanKind.SERVER,
        traceId: remote.traceId,
        spanId: spanIdOf(2),
        parentSpanId: remote.spanId,
        parentIsRemote: true,
      },
    ],
  },
  {
    name: 'what the function of startActiveSpan throws is thrown, and its span is no longer active',
    run: (tracer) => {
      const error = new Error('boom')
      try {
        tracer.startActiveSpan('work', () => {
          throw error
        })
      } catch (thrown) {
        return [thrown === error, trace.getActiveSpan()]
      }
      return 'nothing thrown'
    },
    returns: [true, undefined],
    spans: [],
  },
  {
    name: 'a span that the application wraps, by a Proxy or as a prototype, is used as the span itself',
    run: (tracer) => {
      for (const wrap of [
        (span: Span): Span => new Proxy(span, {}),
        (span: Span): Span => Object.create(span),
      ]) {
        const span = wrap(tracer.startSpan('work'))
        span.setAttribute('a', 1).addEvent('e', at).updateName('other').end()
      }
    },
    spans: [wrapped, { ...wrapped, traceId: traceIdOf(2), spanId: spanIdOf(2) }],
  },
]
