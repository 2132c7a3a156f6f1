import { chosenPlace, createContextManager } from '@clew/core'
import type { SpanInput } from '@clew/otlp'
import type { PipelineScope } from '@clew/pipeline'
import {
  context,
  createTraceState,
  ROOT_CONTEXT,
  type SpanContext,
  SpanKind,
  SpanStatusCode,
  type Tracer,
  trace,
} from '@opentelemetry/api'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createRandomIds } from './ids.ts'
import { createRandomness } from './randomness.ts'
import { samplerFromName } from './samplers.ts'
import { unixClock } from './span-clock.ts'
import { defaultSpanLimits } from './span-limits.ts'
import { createTracerProvider } from './tracer-provider.ts'

beforeAll(() => context.setGlobalContextManager(createContextManager()))
afterAll(() => context.disable())

function record(clock?: () => number): { tracer: Tracer; sent: { scope: PipelineScope; span: SpanInput }[] } {
  const sent: { scope: PipelineScope; span: SpanInput }[] = []
  const provider = createTracerProvider({
    pipeline: { span: (scope, span) => sent.push({ scope, span }) },
    sampler: samplerFromName('always_on'),
    limits: defaultSpanLimits,
    ...(clock && { clock: unixClock(clock) }),
  })
  return { tracer: provider.getTracer('unit', '1'), sent }
}

describe('createTracerProvider()', () => {
  it('gives one Tracer and one scope per name and version', () => {
    const scopes: PipelineScope[] = []
    const provider = createTracerProvider({
      pipeline: { span: (scope) => scopes.push(scope) },
      sampler: samplerFromName('always_on'),
      limits: defaultSpanLimits,
    })
    provider.getTracer('a', '1').startSpan('x').end()
    provider.getTracer('a', '1').startSpan('x').end()
    provider.getTracer('a').startSpan('x').end()
    expect([scopes, scopes[0] === scopes[1]]).toEqual([
      [
        { name: 'a', version: '1' },
        { name: 'a', version: '1' },
        { name: 'a', version: '' },
      ],
      true,
    ])
  })

  it('begins a trace whose ids are chosen: a root, or a span below one of another process, sampled by its trace id alone', () => {
    const sent: unknown[] = []
    const tracer = createTracerProvider({
      pipeline: {
        span: (_, { traceId, spanId, parentSpanId, traceFlags }) =>
          sent.push([traceId, spanId, parentSpanId, traceFlags]),
      },
      sampler: samplerFromName('parentbased_traceidratio', 0.5),
      limits: defaultSpanLimits,
    }).getTracer('unit')
    const start = (place: object) => tracer.startSpan('x', { [chosenPlace]: place } as object)
    const kept = 'f'.repeat(32)
    const ids = [kept, '1'.repeat(32)].flatMap((traceId) => {
      const first = start({ traceId, spanId: '0123456789abcdef' })
      const second = start({ traceId, parentSpanId: '0123456789abcdef' })
      first.end()
      second.end()
      return [first, second].map((span) => span.spanContext())
    })
    expect(sent).toEqual([
      [kept, '0123456789abcdef', undefined, 3],
      [kept, ids[1]!.spanId, '0123456789abcdef', 3],
    ])
    expect(ids.map(({ traceId, traceFlags }) => [traceId[0], traceFlags])).toEqual([
      ['f', 3],
      ['f', 3],
      ['1', 2],
      ['1', 2],
    ])
  })

  it('makes a server span within that of the same request a step of it, and no other', () => {
    const { tracer, sent } = record()
    const server = { kind: SpanKind.SERVER }
    const remote = { traceId: 'a'.repeat(32), spanId: 'b'.repeat(16), traceFlags: 1, isRemote: true }
    const caller = trace.setSpanContext(ROOT_CONTEXT, remote)
    tracer.startActiveSpan('request', server, caller, (request) => {
      tracer.startSpan('framework', server).end()
      tracer.startSpan('call', { kind: SpanKind.CLIENT }).end()
      tracer.startSpan('request of another', server, caller).end()
      request.end()
    })
    expect(Object.fromEntries(sent.map(({ span: { name, kind } }) => [name, kind]))).toEqual({
      framework: SpanKind.INTERNAL,
      call: SpanKind.CLIENT,
      'request of another': SpanKind.SERVER,
      request: SpanKind.SERVER,
    })
  })

  it('takes its times from an injected clock', () => {
    let now = 1_600_000_000_000
    const { tracer, sent } = record(() => now)
    const span = tracer.startSpan('work')
    now += 1.5
    span.addEvent('half way')
    now += 1
    span.end()
    const { startUnixMs, endUnixMs, events } = sent[0]!.span
    expect([startUnixMs, events?.[0]?.timeUnixMs, endUnixMs]).toEqual([now - 2.5, now - 1, now])
  })

  it('gives a span within another times that lie within', () => {
    const { tracer, sent } = record()
    for (let turn = 0; turn < 1_000; turn++) {
      tracer.startActiveSpan('outer', (outer) => {
        tracer.startActiveSpan('inner', (inner) => inner.end())
        outer.end()
      })
    }
    const outside = []
    for (let at = 0; at < sent.length; at += 2) {
      const inner = sent[at]!.span
      const outer = sent[at + 1]!.span
      if (inner.startUnixMs < outer.startUnixMs || inner.endUnixMs > outer.endUnixMs) outside.push(inner)
    }
    expect([sent.length, outside]).toEqual([2_000, []])
  })

  it('starts within a few milliseconds of the wall clock', () => {
    const { tracer, sent } = record()
    const before = Date.now()
    tracer.startSpan('work').end()
    const after = Date.now()
    expect(sent[0]!.span.startUnixMs).toBeGreaterThanOrEqual(before - 3)
    expect(sent[0]!.span.endUnixMs).toBeLessThanOrEqual(after + 4)
  })

  it('does not throw on what the types do not allow', () => {
    const { tracer, sent } = record()
    const trap = {
      get a(): string {
        throw new Error('getter')
      },
      b: 1,
    }
    const unlisted = new Proxy(
      {},
      {
        ownKeys: () => {
          throw new Error('ownKeys')
        },
      },
    )
    const span = tracer.startSpan('work', { attributes: trap, startTime: Number.NaN })
    span
      .addEvent('trapped', trap)
      .addEvent('unlisted', unlisted)
      .addEvent('timed', {}, [1] as never)
    span.setAttribute('deep', deep(1_000)).setAttribute('trap', trap)
    span
      .setAttributes(trap)
      .setAttributes(unlisted)
      .addLink({ context: undefined as never })
    span.recordException(null as never)
    span.recordException(
      new Proxy({} as Error, {
        get: () => {
          throw new Error('get')
        },
      }),
    )
    span.setStatus({ code: SpanStatusCode.ERROR, message: 7 as never })
    span.end(new Date(Number.NaN))
    const missing = (tracer.startActiveSpan as (name: string) => unknown)('nothing to run')
    const { attributes, droppedAttributesCount, events, links, statusMessage, startUnixMs, endUnixMs } =
      sent[0]!.span
    expect({
      missing,
      attributes,
      droppedAttributesCount,
      events: events?.map(({ name, attributes }) => ({ name, attributes })),
      links,
      statusMessage,
      timed: Number.isFinite(startUnixMs) && Number.isFinite(endUnixMs),
    }).toEqual({
      missing: undefined,
      attributes: { b: 1 },
      droppedAttributesCount: 1,
      events: [
        { name: 'trapped', attributes: { b: 1 } },
        { name: 'unlisted', attributes: {} },
        { name: 'timed', attributes: {} },
        { name: 'exception', attributes: { 'exception.message': 'an exception that cannot be read' } },
      ],
      links: [],
      statusMessage: undefined,
      timed: true,
    })
  })

  describe('where a trace begins', () => {
    const poor = {
      generateTraceId: () => '0af7651916cd43dd8448eb2100000000',
      generateSpanId: () => '1'.repeat(16),
    }
    const hash = 'f8d60c14be3405'
    const start = (options: object, under?: object) => {
      const provider = createTracerProvider({
        ...{ pipeline: { span: () => {} }, sampler: samplerFromName('parentbased_always_on') },
        ...{ limits: defaultSpanLimits, ...options },
      })
      const given = under ? trace.setSpanContext(ROOT_CONTEXT, under as SpanContext) : ROOT_CONTEXT
      const { traceFlags, traceState } = provider.getTracer('unit').startSpan('x', {}, given).spanContext()
      return [traceFlags, traceState?.serialize()]
    }
    const remote = { traceId: poor.generateTraceId(), spanId: '2'.repeat(16), isRemote: true }

    it('says that its id is random, and nothing more', () => {
      expect(start({})).toEqual([3, undefined])
    })

    it('carries the hash of an id that is not random as its randomness, and goes by it', () => {
      const randomness = createRandomness('trace-id', false)
      const sampler = (ratio: number) => ({ sampler: samplerFromName('traceidratio', ratio, randomness) })
      expect(start({ ids: poor })).toEqual([1, `ot=rv:${hash}`])
      expect(start({ ids: poor, randomness, ...sampler(0.03) })).toEqual([1, `ot=rv:${hash};th:f851ec`])
      expect(start({ ids: poor, randomness, ...sampler(0.02) })).toEqual([0, `ot=rv:${hash}`])
    })

    it('carries the hash where all go by it, though its id is random', () => {
      const [flags, state] = start({ randomness: createRandomness('hash') })
      expect([flags, state]).toEqual([3, expect.stringMatching(/^ot=rv:[\da-f]{14}$/)])
    })

    it('carries the rv that a sampler has chosen', () => {
      const sampler = {
        shouldSample: () => ({ decision: 2, traceState: createTraceState('ot=rv:00000000000001') }),
      }
      expect(start({ ids: poor, sampler })).toEqual([1, 'ot=rv:00000000000001'])
    })

    it.each([
      ['no trace state', undefined, undefined],
      ['an rv', 'ot=rv:00000000000001,a=1', 'ot=rv:00000000000001,a=1'],
      ['another member', 'a=1', 'a=1'],
    ])('elsewhere nothing is added to it: %s', (_, state, expected) => {
      const parent = { ...remote, traceFlags: 1, ...(state && { traceState: createTraceState(state) }) }
      expect(start({ randomness: createRandomness('hash') }, parent)).toEqual([1, expected])
    })

    it.each([0, 1, 2, 3])('elsewhere the flags %d go on', (traceFlags) => {
      expect(start({}, { ...remote, traceFlags })[0]).toBe(traceFlags)
    })

    it('shows the watch the ids of others that have no rv', () => {
      const shown: string[] = []
      const watchId = (id: string) => shown.push(id)
      start({ watchId })
      start({ watchId }, { ...remote, traceFlags: 3 })
      start({ watchId }, { ...remote, traceFlags: 3, isRemote: false })
      start({ watchId }, { ...remote, traceFlags: 1, traceState: createTraceState('ot=rv:00000000000001') })
      expect(shown).toEqual([remote.traceId])
    })
  })

  it('makes ids that are valid and never come twice', () => {
    const ids = createRandomIds()
    const traces = Array.from({ length: 10_000 }, () => ids.generateTraceId())
    const spans = Array.from({ length: 10_000 }, () => ids.generateSpanId())
    const valid = traces.every((traceId, at) =>
      trace.isSpanContextValid({ traceId, spanId: spans[at]!, traceFlags: 1 }),
    )
    expect([valid, new Set(traces).size, new Set(spans).size]).toEqual([true, 10_000, 10_000])
  })
})

function deep(levels: number): object {
  let value: object = {}
  for (let level = 0; level < levels; level++) value = { value }
  return value
}
