import {
  activeContext,
  type ChosenPlace,
  chosenPlace,
  contextWithSpan,
  isTracingSuppressed,
  NoopSpan,
  runInContext,
  SpanKind,
  spanOf,
} from '@clew/core'
import { type IdWatch, type Pipeline, readRandomness } from '@clew/pipeline'
import type {
  Context,
  SpanKind as Kind,
  Sampler,
  Span,
  SpanContext,
  SpanOptions,
  Tracer,
  TracerProvider,
  TraceState,
} from '@opentelemetry/api'
import { byScope } from './by-scope.ts'
import { createRandomIds, type IdGenerator, isValidContext } from './ids.ts'
import { OpenSpans } from './open-spans.ts'
import { createRandomness, type Randomness } from './randomness.ts'
import { RecordingSpan, type SpanOrigin } from './recording-span.ts'
import { SamplingDecision } from './samplers.ts'
import { copyAttributes } from './span-attributes.ts'
import { type SpanClock, systemClock } from './span-clock.ts'
import type { SpanLimits } from './span-limits.ts'
import { writeOtEntry } from './trace-state.ts'

export type TracerProviderOptions = {
  /** Takes each sampled span at its end. */
  pipeline: Pick<Pipeline, 'span'>
  sampler: Sampler
  limits: SpanLimits
  ids?: IdGenerator
  /** Default: the system's clock, monotonic within a trace. */
  clock?: SpanClock
  /** Whether spans that are not sampled are recorded, for a chain that fails later. Default false. */
  holdsUnsampled?: boolean
  /** Holds the sampled spans that have not ended. */
  open?: OpenSpans<RecordingSpan>
  /** That of the sampler. Default: of the trace id. */
  randomness?: Randomness
  /** Shown the ids of traces that began elsewhere. */
  watchId?: IdWatch | undefined
  /** Counts the spans that begin, by the decision of the sampler; see {@link countSpans}. */
  started?: Float64Array
}

/** Counts of spans that begin, by the number of the decision, as OpenTelemetry's `SamplingDecision` has it. */
export function countSpans(): Float64Array {
  return new Float64Array(3)
}

/**
 * A TracerProvider whose spans go straight into the pipeline, for a quarter of what the SDK's cost. Spans that the
 * sampler only records are not sent. Stands on the context manager of @clew/core.
 */
export function createTracerProvider(options: TracerProviderOptions): TracerProvider {
  const { pipeline, sampler, limits, ids = createRandomIds(), clock = systemClock } = options
  const { open = new OpenSpans<RecordingSpan>(), holdsUnsampled = false, started = countSpans() } = options
  const { randomness = createRandomness('trace-id', ids.isRandom === true), watchId } = options
  const begin: TraceBegin = { sampler, ids, randomness, watchId, started }
  return {
    getTracer: byScope((scope) =>
      createTracer({ scope, pipeline, limits, clock, open, holdsUnsampled }, begin),
    ),
  }
}

/** What the ids and the sampling of a span come from. */
type TraceBegin = Pick<TracerProviderOptions, 'sampler' | 'watchId'> & {
  ids: IdGenerator
  randomness: Randomness
  started: Float64Array
}

// https://www.w3.org/TR/trace-context-2/#trace-flags
const sampled = 1
const random = 2

const spanKey = Symbol.for('OpenTelemetry Context Key SPAN')

function createTracer(
  origin: SpanOrigin,
  { sampler, ids, randomness, watchId, started }: TraceBegin,
): Tracer {
  const { attributeCount, attributeValueLength } = origin.limits
  const ownRandom = ids.isRandom ? random : 0
  const startSpan: Tracer['startSpan'] = (name, options = {}, given = activeContext()) => {
    if (isTracingSuppressed(given)) return new NoopSpan()
    const context = options.root ? given.deleteValue(spanKey) : given
    const parentSpan = spanOf(context)
    const parent = validContextOf(parentSpan)
    if (watchId && parent?.isRemote && readRandomness(parent.traceState) === undefined)
      watchId(parent.traceId)
    const chosen = parent === undefined ? placeOf(options) : undefined
    const traceId = parent?.traceId ?? chosen?.traceId ?? ids.generateTraceId()
    const kind = kindBelow(parentSpan, options.kind)
    const own = copyAttributes(options.attributes, attributeCount, attributeValueLength)
    const { decision, attributes, traceState } = sampler.shouldSample(
      context,
      traceId,
      name,
      kind,
      own.attributes,
      options.links ?? [],
    )
    started[decision]!++
    const spanContext = contextOf(
      traceId,
      chosen && 'spanId' in chosen ? chosen.spanId : ids.generateSpanId(),
      (decision === SamplingDecision.RECORD_AND_SAMPLED ? sampled : 0) |
        (parent === undefined ? ownRandom : parent.traceFlags & random),
      parent === undefined ? rootState(traceState, traceId, randomness) : (traceState ?? parent.traceState),
    )
    if (decision === SamplingDecision.NOT_RECORD && !origin.holdsUnsampled) return new NoopSpan(spanContext)
    const now = origin.clock.now()
    const span = new RecordingSpan(origin, {
      context: spanContext,
      parent: parent ?? parentOf(chosen, spanContext.traceFlags),
      name,
      kind,
      attributes: own.attributes,
      attributeCount: own.count,
      droppedAttributes: own.dropped,
      links: options.links,
      startTime: options.startTime,
      now,
      unixOffset: parentSpan instanceof RecordingSpan ? parentSpan.unixOffset : origin.clock.unixOffset(now),
    })
    return attributes === undefined ? span : span.setAttributes(attributes)
  }
  return { startSpan, startActiveSpan: activeSpanStarter(startSpan) }
}

/**
 * A request that comes in is one server span: that of a framework with spans of its own, such as Next or @hono/otel, lies within
 * the one that our server began, and is a step of it.
 */
function kindBelow(parent: Span | undefined, kind: Kind = SpanKind.INTERNAL): Kind {
  const isWithin = kind === SpanKind.SERVER && parent instanceof RecordingSpan && parent.kind === kind
  return isWithin ? SpanKind.INTERNAL : kind
}

/** A sampler may have chosen an `rv` itself. */
function rootState(
  traceState: TraceState | undefined,
  traceId: string,
  { rvOfRoot }: Randomness,
): TraceState | undefined {
  return rvOfRoot === undefined || readRandomness(traceState) !== undefined
    ? traceState
    : writeOtEntry(traceState, 'rv', rvOfRoot(traceId))
}

function placeOf(options: SpanOptions): ChosenPlace | undefined {
  return (options as { [chosenPlace]?: ChosenPlace })[chosenPlace]
}

function parentOf(chosen: ChosenPlace | undefined, traceFlags: number): SpanContext | undefined {
  if (chosen === undefined || !('parentSpanId' in chosen)) return undefined
  return { traceId: chosen.traceId, spanId: chosen.parentSpanId, traceFlags, isRemote: true }
}

function contextOf(
  traceId: string,
  spanId: string,
  traceFlags: number,
  traceState: TraceState | undefined,
): SpanContext {
  return traceState === undefined
    ? { traceId, spanId, traceFlags }
    : { traceId, spanId, traceFlags, traceState }
}

function activeSpanStarter(startSpan: Tracer['startSpan']): Tracer['startActiveSpan'] {
  return <F extends (span: Span) => unknown>(
    name: string,
    ...rest: [F] | [SpanOptions | undefined, F] | [SpanOptions | undefined, Context | undefined, F]
  ): ReturnType<F> => {
    const work = rest.at(-1) as F
    if (typeof work !== 'function') return undefined as ReturnType<F>
    const options = rest.length > 1 ? (rest[0] as SpanOptions) : undefined
    const context = (rest.length > 2 ? (rest[1] as Context) : undefined) ?? activeContext()
    const span = startSpan(name, options, context)
    return runInContext(contextWithSpan(context, span), () => work(span)) as ReturnType<F>
  }
}

function validContextOf(span: Span | undefined): SpanContext | undefined {
  if (span === undefined) return undefined
  const context = span.spanContext()
  return span instanceof RecordingSpan || isValidContext(context) ? context : undefined
}
