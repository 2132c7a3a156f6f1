import { createTraceState, SamplingDecision, SpanKind } from '@opentelemetry/api'
import { type ContractCase, decide, remote, spanIdOf, suppressed, traceIdOf } from './contract.ts'

export const samplingCases: readonly ContractCase[] = [
  {
    name: 'a dropped span has ids, carries the trace on and is not recorded',
    sampler: decide(SamplingDecision.NOT_RECORD),
    run: (tracer) => {
      const span = tracer.startSpan('work')
      span.setAttribute('a', 1).end()
      const { traceId, spanId, traceFlags } = span.spanContext()
      return [span.isRecording(), traceId, spanId, traceFlags]
    },
    returns: [false, traceIdOf(1), spanIdOf(1), 0],
    spans: [],
  },
  {
    name: 'a span that is only recorded is recording, not sampled and not sent',
    sampler: decide(SamplingDecision.RECORD),
    run: (tracer) => {
      const span = tracer.startSpan('work')
      const recording = span.isRecording()
      span.end()
      return [recording, span.spanContext().traceFlags]
    },
    returns: [true, 0],
    spans: [],
  },
  {
    name: "the sampler's attributes and trace state are the span's",
    sampler: decide(SamplingDecision.RECORD_AND_SAMPLED, {
      attributes: { sampled: 'yes', own: 2 },
      traceState: createTraceState('ot=th:8'),
    }),
    run: (tracer) => tracer.startSpan('work', { attributes: { own: 1 } }).end(),
    spans: [{ attributes: { own: 2, sampled: 'yes' }, traceState: 'ot=th:8' }],
  },
  {
    name: 'the sampler sees the trace id, name, kind, attributes and links',
    sampler: {
      shouldSample: (_context, traceId, name, kind, attributes, links) => ({
        decision: SamplingDecision.RECORD_AND_SAMPLED,
        attributes: { seen: [traceId, name, String(kind), String(attributes.a), String(links.length)] },
      }),
      toString: () => 'Seeing',
    },
    run: (tracer) =>
      tracer
        .startSpan('work', { kind: SpanKind.CONSUMER, attributes: { a: 1 }, links: [{ context: remote }] })
        .end(),
    spans: [
      {
        kind: SpanKind.CONSUMER,
        attributes: { a: 1, seen: [traceIdOf(1), 'work', '4', '1', '1'] },
        links: [{ traceId: remote.traceId, spanId: remote.spanId, attributes: {}, dropped: 0 }],
      },
    ],
  },
  {
    name: 'where tracing is suppressed a span has no ids and is not recorded',
    run: (tracer) => {
      const span = tracer.startSpan('work', {}, suppressed)
      span.end()
      return [span.isRecording(), span.spanContext().traceId, span.spanContext().spanId]
    },
    returns: [false, '0'.repeat(32), '0'.repeat(16)],
    spans: [],
  },
]
