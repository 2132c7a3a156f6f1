import {
  type Context,
  context,
  createTraceState,
  INVALID_SPAN_CONTEXT,
  ROOT_CONTEXT,
  type Sampler,
  SamplingDecision,
  type SpanContext,
  SpanKind,
  SpanStatusCode,
  type Tracer,
  trace,
} from '@opentelemetry/api'
import type { SpanLimits } from './span-limits.ts'

/** A finished span as a whole. Ids are counted, so that two tracers can be compared: t1, t2 … and s1, s2 … */
export type ContractSpan = {
  scope: string
  name: string
  kind: SpanKind
  traceId: string
  spanId: string
  traceFlags: number
  traceState: string | undefined
  parentSpanId: string | undefined
  parentIsRemote: boolean | undefined
  /** Unix milliseconds, or `now` for what lies in the last minute. */
  start: number | 'now'
  end: number | 'now'
  attributes: Record<string, unknown>
  droppedAttributes: number
  events: { name: string; at: number | 'now'; attributes: Record<string, unknown>; dropped: number }[]
  droppedEvents: number
  links: { traceId: string; spanId: string; attributes: Record<string, unknown>; dropped: number }[]
  droppedLinks: number
  statusCode: SpanStatusCode
  statusMessage: string | undefined
}

export type ContractCase = {
  name: string
  limits?: Partial<SpanLimits>
  sampler?: Sampler
  /** Uses the Tracer; what it returns is compared too. */
  run(tracer: Tracer): unknown
  returns?: unknown
  /** The sampled spans in the order of their ends, each with what differs from `plainSpan`. */
  spans: Partial<ContractSpan>[]
}

/** The id that the contract's generator makes as its nth. */
export const traceIdOf = (nth: number): string => `a${nth.toString(16).padStart(31, '0')}`
export const spanIdOf = (nth: number): string => `b${nth.toString(16).padStart(15, '0')}`

/** A root span with nothing set: what the cases differ from. */
export const plainSpan: ContractSpan = {
  scope: 'contract@1.2.3',
  name: 'work',
  kind: SpanKind.INTERNAL,
  traceId: traceIdOf(1),
  spanId: spanIdOf(1),
  traceFlags: 1,
  traceState: undefined,
  parentSpanId: undefined,
  parentIsRemote: undefined,
  start: 'now',
  end: 'now',
  attributes: {},
  droppedAttributes: 0,
  events: [],
  droppedEvents: 0,
  links: [],
  droppedLinks: 0,
  statusCode: SpanStatusCode.UNSET,
  statusMessage: undefined,
}

const at = 1_600_000_000_000
const remote: SpanContext = {
  traceId: '0af7651916cd43dd8448eb211c80319c',
  spanId: 'b7ad6b7169203331',
  traceFlags: 1,
  isRemote: true,
}
const under = (parent: SpanContext): Context => trace.setSpanContext(ROOT_CONTEXT, parent)
const suppressed = ROOT_CONTEXT.setValue(Symbol.for('OpenTelemetry SDK Context Key SUPPRESS_TRACING'), true)
const decide = (decision: SamplingDecision, more: object = {}): Sampler => ({
  shouldSample: () => ({ decision, ...more }),
  toString: () => 'Fixed',
})

const ids: ContractCase[] = [
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

const active: ContractCase[] = [
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
]

const sampling: ContractCase[] = [
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

const attributes: ContractCase[] = [
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

const times: ContractCase[] = [
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

const parts: ContractCase[] = [
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

/** What every Tracer must do: ours and the SDK's are held to the same cases. */
export const tracerContract: readonly ContractCase[] = [
  ...ids,
  ...active,
  ...sampling,
  ...attributes,
  ...times,
  ...parts,
]
