import { type SpanContext, SpanStatusCode } from '@opentelemetry/api'
import { at, type ContractCase, remote } from './contract.ts'

export const partCases: readonly ContractCase[] = [
  {
    name: 'events take attributes, a time, or both',
    run: (tracer) => {
      const span = tracer.startSpan('work')
      span.addEvent('bare').addEvent('timed', at).addEvent('told', { a: 1 })
      span
        .addEvent('both', { a: 1 }, at)
        .addEvent('dated', new Date(at))
        .addEvent('fine', [at / 1000, 500_000])
      span.end()
    },
    spans: [
      {
        events: [
          { name: 'bare', at: 'now', attributes: {}, dropped: 0 },
          { name: 'timed', at, attributes: {}, dropped: 0 },
          { name: 'told', at: 'now', attributes: { a: 1 }, dropped: 0 },
          { name: 'both', at, attributes: { a: 1 }, dropped: 0 },
          { name: 'dated', at, attributes: {}, dropped: 0 },
          { name: 'fine', at: at + 0.5, attributes: {}, dropped: 0 },
        ],
      },
    ],
  },
  {
    name: 'of too many events the newest stay, each within its own limit of attributes',
    limits: { eventCount: 2, attributePerEventCount: 1 },
    run: (tracer) => {
      const span = tracer.startSpan('work')
      span.addEvent('a', at).addEvent('b', at).addEvent('c', { x: 1, y: 2 }, at).end()
    },
    spans: [
      {
        events: [
          { name: 'b', at, attributes: {}, dropped: 0 },
          { name: 'c', at, attributes: { x: 1 }, dropped: 1 },
        ],
        droppedEvents: 1,
      },
    ],
  },
  {
    name: 'links come at the start and later, and of too many the newest stay',
    limits: { linkCount: 2, attributePerLinkCount: 1 },
    run: (tracer) => {
      const link = (
        spanId: string,
        given: object,
      ): { context: SpanContext; attributes: Record<string, unknown> } => ({
        context: { ...remote, spanId },
        attributes: { ...given },
      })
      const span = tracer.startSpan('work', {
        links: [link('1'.repeat(16), {}), link('2'.repeat(16), { a: 1, b: 2 })],
      })
      span.addLinks([link('3'.repeat(16), { c: 3 })]).end()
    },
    spans: [
      {
        links: [
          { traceId: remote.traceId, spanId: '2'.repeat(16), attributes: { a: 1 }, dropped: 1 },
          { traceId: remote.traceId, spanId: '3'.repeat(16), attributes: { c: 3 }, dropped: 0 },
        ],
        droppedLinks: 1,
      },
    ],
  },
  {
    name: 'limits of zero keep no events and no links',
    limits: { eventCount: 0, linkCount: 0 },
    run: (tracer) => tracer.startSpan('work').addEvent('a').addLink({ context: remote }).end(),
    spans: [{ droppedEvents: 1, droppedLinks: 1 }],
  },
  {
    name: 'ERROR keeps its message',
    run: (tracer) => tracer.startSpan('work').setStatus({ code: SpanStatusCode.ERROR, message: 'no' }).end(),
    spans: [{ statusCode: SpanStatusCode.ERROR, statusMessage: 'no' }],
  },
  {
    name: 'OK has no message and is final',
    run: (tracer) => {
      const span = tracer.startSpan('work').setStatus({ code: SpanStatusCode.ERROR, message: 'no' })
      span.setStatus({ code: SpanStatusCode.OK, message: 'fine' })
      span.setStatus({ code: SpanStatusCode.ERROR, message: 'late' }).end()
    },
    spans: [{ statusCode: SpanStatusCode.OK }],
  },
  {
    name: 'UNSET changes nothing',
    run: (tracer) => {
      const span = tracer.startSpan('work').setStatus({ code: SpanStatusCode.ERROR, message: 'no' })
      span.setStatus({ code: SpanStatusCode.UNSET }).end()
    },
    spans: [{ statusCode: SpanStatusCode.ERROR, statusMessage: 'no' }],
  },
  {
    name: 'updateName gives another name',
    run: (tracer) => tracer.startSpan('work').updateName('better').end(),
    spans: [{ name: 'better' }],
  },
  {
    name: 'an exception becomes an event with its type, message and stack',
    run: (tracer) => {
      const span = tracer.startSpan('work')
      const error = new TypeError('bad')
      error.stack = 'the stack'
      span.recordException(error, at)
      span.recordException('a text', at)
      span.recordException({ code: 42, message: 'coded' }, at)
      span.recordException({} as Error, at)
      span.end()
    },
    spans: [
      {
        events: [
          {
            name: 'exception',
            at,
            attributes: {
              'exception.type': 'TypeError',
              'exception.message': 'bad',
              'exception.stacktrace': 'the stack',
            },
            dropped: 0,
          },
          { name: 'exception', at, attributes: { 'exception.message': 'a text' }, dropped: 0 },
          {
            name: 'exception',
            at,
            attributes: { 'exception.type': '42', 'exception.message': 'coded' },
            dropped: 0,
          },
        ],
      },
    ],
  },
]
