import { createContextManager } from '@clew/core'
import { type Attributes, context, propagation, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api'
import { CompositePropagator, W3CBaggagePropagator, W3CTraceContextPropagator } from '@opentelemetry/core'
import {
  AlwaysOnSampler,
  type ReadableSpan,
  type Sampler,
  type SpanProcessor,
  TracerProvider,
} from '@opentelemetry/sdk-trace'

/** A finished span, plain enough to compare as a whole. */
export type RecordedSpan = {
  name: string
  kind: 'internal' | 'server' | 'client' | 'producer' | 'consumer'
  traceId: string
  spanId: string
  parentSpanId: string | undefined
  attributes: Attributes
  status: 'unset' | 'ok' | 'error'
  statusMessage: string | undefined
  events: { name: string; attributes: Attributes }[]
  links: { traceId: string; spanId: string }[]
  scope: string
}

/** The spans of this process since it began. */
export type SpanRecorder = {
  /** In the order in which they ended. */
  readonly spans: RecordedSpan[]
  /** Spans that were started and have not ended. */
  open(): number
  clear(): void
  /** Resolves when `spans` fulfils the condition; rejects after `timeoutMs` with the names that are there. */
  waitFor(condition: (spans: readonly RecordedSpan[]) => boolean, timeoutMs?: number): Promise<RecordedSpan[]>
  /** Takes the Tracer, context manager and propagators out of the API again. */
  stop(): void
}

/**
 * Registers a Tracer that keeps finished spans in memory, the context manager of Clew, and the W3C propagators.
 * Throws when another SDK is registered in this process.
 */
export function recordSpans(options: { sampler?: Sampler } = {}): SpanRecorder {
  const spans: RecordedSpan[] = []
  const waiting = new Set<() => void>()
  let open = 0
  const processor: SpanProcessor = {
    onStart: () => {
      open++
    },
    onEnd: (span) => {
      open--
      spans.push(copySpan(span))
      for (const look of waiting) look()
    },
    forceFlush: async () => {},
    shutdown: async () => {},
  }
  register(
    new TracerProvider({ spanProcessors: [processor], sampler: options.sampler ?? new AlwaysOnSampler() }),
  )
  return {
    spans,
    open: () => open,
    clear: () => spans.splice(0),
    waitFor: (condition, timeoutMs = 10_000) => waitUntil(spans, condition, waiting, timeoutMs),
    stop: () => {
      trace.disable()
      context.disable()
      propagation.disable()
    },
  }
}

function register(provider: TracerProvider): void {
  const propagator = new CompositePropagator({
    propagators: [new W3CTraceContextPropagator(), new W3CBaggagePropagator()],
  })
  if (
    !context.setGlobalContextManager(createContextManager().enable()) ||
    !trace.setGlobalTracerProvider(provider)
  ) {
    throw new Error('recordSpans(): another SDK is registered in @opentelemetry/api; stop() it first')
  }
  propagation.setGlobalPropagator(propagator)
}

function waitUntil(
  spans: RecordedSpan[],
  condition: (spans: readonly RecordedSpan[]) => boolean,
  waiting: Set<() => void>,
  timeoutMs: number,
): Promise<RecordedSpan[]> {
  return new Promise((resolve, reject) => {
    const done = (): void => {
      clearTimeout(timer)
      waiting.delete(look)
    }
    const look = (): void => {
      if (!condition(spans)) return
      done()
      resolve(spans)
    }
    const timer = setTimeout(() => {
      done()
      const names = spans.map((span) => span.name).join(', ')
      reject(new Error(`waitFor(): not seen in ${timeoutMs} ms; ${spans.length} spans ended: ${names}`))
    }, timeoutMs)
    waiting.add(look)
    look()
  })
}

function copySpan(span: ReadableSpan): RecordedSpan {
  const { traceId, spanId } = span.spanContext()
  return {
    name: span.name,
    kind: SpanKind[span.kind].toLowerCase() as RecordedSpan['kind'],
    traceId,
    spanId,
    parentSpanId: span.parentSpanContext?.spanId,
    attributes: { ...span.attributes },
    status: SpanStatusCode[span.status.code].toLowerCase() as RecordedSpan['status'],
    statusMessage: span.status.message,
    events: span.events.map(({ name, attributes }) => ({ name, attributes: { ...attributes } })),
    links: span.links.map((link) => ({ traceId: link.context.traceId, spanId: link.context.spanId })),
    scope: span.instrumentationScope.name,
  }
}
