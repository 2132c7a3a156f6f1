import { SpanStatusCode } from '@opentelemetry/api'
import { at, type ContractCase, remote, spanIdOf, traceIdOf } from './contract.ts'

export const attributeCases: readonly ContractCase[] = [
  {
    name: 'attributes hold every kind of value that OpenTelemetry knows',
    run: (tracer) => {
      const values = {
        text: 'a',
        number: 1.5,
        yes: true,
        list: ['a', 'b'],
        mixed: [1, null, 'b'],
        map: { a: { b: 1 } },
        none: null,
      }
      tracer.startSpan('work', { attributes: values }).setAttribute('late', [1, 2]).end()
    },
    spans: [
      {
        attributes: {
          text: 'a',
          number: 1.5,
          yes: true,
          list: ['a', 'b'],
          mixed: [1, null, 'b'],
          map: { a: { b: 1 } },
          none: null,
          late: [1, 2],
        },
      },
    ],
  },
  {
    name: 'values that are none are left out, and undefined counts for nothing',
    run: (tracer) => {
      const circular: Record<string, unknown> = {}
      circular.self = circular
      const odd = { fn: () => 1, big: 1n, date: new Date(0), circular, '': 1, unset: undefined, ok: 1 }
      const span = tracer.startSpan('work', { attributes: odd })
      span.setAttribute('symbol', Symbol('s')).setAttribute('', 1).setAttributes({ map: new Map(), b: 2 })
      span.end()
    },
    spans: [{ attributes: { ok: 1, b: 2 }, droppedAttributes: 5 }],
  },
  {
    name: 'what the application does to its objects afterwards does not reach the span',
    run: (tracer) => {
      const given = { list: ['a'], map: { a: 1 }, text: 'a' }
      const span = tracer.startSpan('work', { attributes: given })
      given.list.push('b')
      given.map.a = 2
      given.text = 'b'
      span.end()
      return given
    },
    returns: { list: ['a', 'b'], map: { a: 2 }, text: 'b' },
    spans: [{ attributes: { list: ['a'], map: { a: 1 }, text: 'a' } }],
  },
  {
    name: 'attributes beyond the limit are dropped and counted; set keys can be set again',
    limits: { attributeCount: 2 },
    run: (tracer) => {
      const span = tracer.startSpan('work', { attributes: { a: 1, b: 2, c: 3 } })
      span.setAttribute('d', 4).setAttribute('a', 5).setAttribute('b', 6).setAttribute('e', 7)
      span.end()
    },
    spans: [{ attributes: { a: 5, b: 6 }, droppedAttributes: 3 }],
  },
  {
    name: 'a key that is set many times is one attribute',
    limits: { attributeCount: 3 },
    run: (tracer) => {
      const span = tracer.startSpan('work')
      for (let turn = 0; turn < 9; turn++) span.setAttribute('a', turn)
      span.setAttribute('b', 1).setAttribute('c', 1).setAttribute('d', 1).end()
    },
    spans: [{ attributes: { a: 8, b: 1, c: 1 }, droppedAttributes: 1 }],
  },
  {
    name: 'long strings are cut, also within lists and maps',
    limits: { attributeValueLength: 3 },
    run: (tracer) =>
      tracer
        .startSpan('work', { attributes: { text: 'abcdef', list: ['abcdef', 'a'] } })
        .setAttribute('late', 'ghijkl')
        .setAttribute('map', { a: 'mnopqr' })
        .end(),
    spans: [{ attributes: { text: 'abc', list: ['abc', 'a'], late: 'ghi', map: { a: 'mno' } } }],
  },
]

export const timeCases: readonly ContractCase[] = [
  {
    name: 'times are taken as milliseconds, as Date and as [seconds, nanoseconds]',
    run: (tracer) => {
      tracer.startSpan('work', { startTime: at }).end(at + 1.5)
      tracer.startSpan('work', { startTime: new Date(at) }).end(new Date(at + 2))
      tracer.startSpan('work', { startTime: [at / 1000, 250_000] }).end([at / 1000, 3_000_000])
    },
    spans: [
      { start: at, end: at + 1.5 },
      { traceId: traceIdOf(2), spanId: spanIdOf(2), start: at, end: at + 2 },
      { traceId: traceIdOf(3), spanId: spanIdOf(3), start: at + 0.25, end: at + 3 },
    ],
  },
  {
    name: 'a time of performance.now() is taken as such',
    run: (tracer) => tracer.startSpan('work', { startTime: performance.now() }).end(performance.now()),
    spans: [{}],
  },
  {
    name: 'an end before the start is the start',
    run: (tracer) => tracer.startSpan('work', { startTime: at }).end(at - 1000),
    spans: [{ start: at, end: at }],
  },
  {
    name: 'only the first end counts, and nothing can be changed after it',
    run: (tracer) => {
      const span = tracer.startSpan('work', { startTime: at })
      span.end(at + 1)
      span.setAttribute('a', 1).setAttributes({ b: 2 }).addEvent('e').addLink({ context: remote })
      span
        .addLinks([{ context: remote }])
        .setStatus({ code: SpanStatusCode.ERROR })
        .updateName('other')
      span.recordException('late')
      span.end(at + 9)
      return span.isRecording()
    },
    returns: false,
    spans: [{ start: at, end: at + 1 }],
  },
]
