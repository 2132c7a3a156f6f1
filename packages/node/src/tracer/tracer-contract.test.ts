import { createContextManager } from '@clew/core'
import type { SpanInput } from '@clew/otlp'
import type { PipelineScope } from '@clew/pipeline'
import { context, type HrTime, type Sampler, type Tracer } from '@opentelemetry/api'
import { type ReadableSpan, TracerProvider } from '@opentelemetry/sdk-trace'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type ContractSpan, plainSpan, spanIdOf, traceIdOf } from '../../test/tracer-contract/contract.ts'
import { activeCases, idCases } from '../../test/tracer-contract/ids.ts'
import { partCases } from '../../test/tracer-contract/parts.ts'
import { samplingCases } from '../../test/tracer-contract/sampling.ts'
import { attributeCases, timeCases } from '../../test/tracer-contract/values.ts'
import type { IdGenerator } from './ids.ts'
import { createRandomness } from './randomness.ts'
import { samplerFromName } from './samplers.ts'
import { defaultSpanLimits, type SpanLimits } from './span-limits.ts'
import { createTracerProvider } from './tracer-provider.ts'

type MakeTracer = (spans: ContractSpan[], sampler: Sampler, limits: SpanLimits) => Tracer

beforeAll(() => context.setGlobalContextManager(createContextManager()))
afterAll(() => context.disable())

describe.each<[string, MakeTracer]>([
  ['the Tracer of Clew', createOwnTracer],
  ['the Tracer of the SDK', createSdkTracer],
])('%s', (_, makeTracer) => {
  it.each([...idCases, ...activeCases, ...samplingCases, ...attributeCases, ...timeCases, ...partCases])(
    '$name',
    ({ run, returns, spans: expected, limits, sampler }) => {
      const spans: ContractSpan[] = []
      const tracer = makeTracer(spans, sampler ?? samplerFromName('parentbased_always_on'), {
        ...defaultSpanLimits,
        ...limits,
      })
      const returned = run(tracer)
      expect({ returned, spans }).toStrictEqual({
        returned: returns,
        spans: expected.map((span) => ({ ...plainSpan, ...span })),
      })
    },
  )
})

function createOwnTracer(spans: ContractSpan[], sampler: Sampler, limits: SpanLimits): Tracer {
  const pipeline = { span: (scope: PipelineScope, span: SpanInput) => spans.push(fromInput(scope, span)) }
  // The SDK does not look whether ids are random.
  const randomness = createRandomness()
  const provider = createTracerProvider({ pipeline, sampler, limits, ids: countedIds(), randomness })
  return provider.getTracer('contract', '1.2.3')
}

function createSdkTracer(spans: ContractSpan[], sampler: Sampler, limits: SpanLimits): Tracer {
  const provider = new TracerProvider({
    sampler,
    idGenerator: countedIds(),
    spanLimits: {
      attributeCountLimit: limits.attributeCount,
      attributeValueLengthLimit: limits.attributeValueLength,
      eventCountLimit: limits.eventCount,
      linkCountLimit: limits.linkCount,
      attributePerEventCountLimit: limits.attributePerEventCount,
      attributePerLinkCountLimit: limits.attributePerLinkCount,
    },
    spanProcessors: [
      {
        onStart: () => {},
        // As the SDK's own processors with an exporter do.
        onEnd: (span) => {
          if (span.spanContext().traceFlags & 1) spans.push(fromSdk(span))
        },
        forceFlush: async () => {},
        shutdown: async () => {},
      },
    ],
  })
  return provider.getTracer('contract', '1.2.3')
}

function countedIds(): IdGenerator {
  let traces = 0
  let spans = 0
  return { generateTraceId: () => traceIdOf(++traces), generateSpanId: () => spanIdOf(++spans) }
}

function timeOf(unixMs: number): number | 'now' {
  return Math.abs(Date.now() - unixMs) < 60_000 ? 'now' : Math.round(unixMs * 1000) / 1000
}

function fromInput(scope: PipelineScope, span: SpanInput): ContractSpan {
  return {
    scope: `${scope.name}@${scope.version}`,
    name: span.name,
    kind: span.kind,
    traceId: span.traceId,
    spanId: span.spanId,
    traceFlags: span.traceFlags,
    traceState: span.traceState,
    parentSpanId: span.parentSpanId,
    parentIsRemote: span.parentIsRemote,
    start: timeOf(span.startUnixMs),
    end: timeOf(span.endUnixMs),
    attributes: { ...span.attributes },
    droppedAttributes: span.droppedAttributesCount ?? 0,
    events: (span.events ?? []).map((event) => ({
      name: event.name,
      at: timeOf(event.timeUnixMs),
      attributes: { ...event.attributes },
      dropped: event.droppedAttributesCount ?? 0,
    })),
    droppedEvents: span.droppedEventsCount ?? 0,
    links: (span.links ?? []).map((link) => ({
      traceId: link.traceId,
      spanId: link.spanId,
      attributes: { ...link.attributes },
      dropped: link.droppedAttributesCount ?? 0,
    })),
    droppedLinks: span.droppedLinksCount ?? 0,
    statusCode: span.statusCode,
    statusMessage: span.statusMessage,
  }
}

function fromSdk(span: ReadableSpan): ContractSpan {
  const { traceId, spanId, traceFlags, traceState } = span.spanContext()
  const parent = span.parentSpanContext
  return {
    scope: `${span.instrumentationScope.name}@${span.instrumentationScope.version}`,
    name: span.name,
    kind: span.kind,
    traceId,
    spanId,
    traceFlags,
    traceState: traceState?.serialize(),
    parentSpanId: parent?.spanId,
    parentIsRemote: parent && parent.isRemote === true,
    start: timeOf(hrToMs(span.startTime)),
    end: timeOf(hrToMs(span.endTime)),
    attributes: { ...span.attributes },
    droppedAttributes: span.droppedAttributesCount,
    events: span.events.map((event) => ({
      name: event.name,
      at: timeOf(hrToMs(event.time)),
      attributes: { ...event.attributes },
      dropped: event.droppedAttributesCount ?? 0,
    })),
    droppedEvents: span.droppedEventsCount,
    links: span.links.map((link) => ({
      traceId: link.context.traceId,
      spanId: link.context.spanId,
      attributes: { ...link.attributes },
      dropped: link.droppedAttributesCount ?? 0,
    })),
    droppedLinks: span.droppedLinksCount,
    statusCode: span.status.code,
    statusMessage: span.status.message,
  }
}

function hrToMs([seconds, nanos]: HrTime): number {
  return seconds * 1e3 + nanos / 1e6
}
