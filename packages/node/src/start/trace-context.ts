import {
  contextWithSpan,
  formatTraceparent,
  handsOnMarks,
  isTracingSuppressed,
  keptTraces,
  NoopSpan,
  spanContextOf,
} from '@clew/core'
import type { Context, SpanContext, TextMapPropagator, TraceState } from '@opentelemetry/api'
import { isValidContext } from '../tracer/ids.ts'
import { emptyTraceState, parseTraceState } from '../tracer/trace-state.ts'

const traceparent = 'traceparent'
const tracestate = 'tracestate'
/** Our member of it: the trace is kept as a whole. Not the sampled flag, which says what of a trace is recorded from its start. */
const keptMember = 'clew'
const traceparentPattern = /^[ \t]*([\da-f]{2})-([\da-f]{32})-([\da-f]{16})-([\da-f]{2})(-.*)?[ \t]*$/

export const sampledFlag = 1
/** The trace id is random in its last 56 bits. https://www.w3.org/TR/trace-context-2/#random-trace-id-flag */
export const randomFlag = 2
/** The others must be sent as 0. */
const knownFlags = sampledFlag | randomFlag

/**
 * W3C Trace Context, level 2: https://www.w3.org/TR/trace-context-2/. That of @opentelemetry/core 3.1 keeps the valid members of
 * an invalid tracestate, and refuses keys that level 2 allows.
 */
export const traceContextPropagator: TextMapPropagator = {
  inject(context, carrier, setter) {
    const span = spanContextOf(context)
    if (span === undefined || isTracingSuppressed(context) || !isValidContext(span)) return
    setter.set(carrier, traceparent, formatTraceparent(span))
    const state = (handsOnMarks(context) ? withMark(span) : span.traceState)?.serialize()
    if (state) setter.set(carrier, tracestate, state)
  },
  extract(context, carrier, getter) {
    const span = parseTraceparent(oneOf(getter.get(carrier, traceparent)))
    if (span === undefined) return context
    const state = getter.get(carrier, tracestate)
    const given = state ? parseTraceState(typeof state === 'string' ? state : state.join()) : undefined
    const traceState = given && withoutMark(span.traceId, given)
    return contextWithSpan(context, new NoopSpan(traceState ? { ...span, traceState } : span))
  },
  fields: () => [traceparent, tracestate],
}

/** Where something is held, a mark is this process's own: one that it refused goes no further. */
function withMark({ traceId, traceState }: SpanContext): TraceState | undefined {
  const mark = keptTraces()?.markOf(traceId)
  return mark === undefined ? traceState : (traceState ?? emptyTraceState).set(keptMember, mark)
}

function withoutMark(traceId: string, traceState: TraceState): TraceState {
  const kept = keptTraces()
  const mark = kept && traceState.get(keptMember)
  if (mark === undefined) return traceState
  kept!.takeMark(traceId, mark, 'call')
  return traceState.unset(keptMember)
}

/** Of a field that came twice none counts; Node joins such fields, which is no traceparent either. */
function oneOf(values: string | string[] | undefined): string {
  if (typeof values === 'string') return values
  return values?.length === 1 ? values[0]! : ''
}

/** The caller of a valid `traceparent`, of any version; undefined for what is none. */
export function parseTraceparent(text: string): SpanContext | undefined {
  const [, version, traceId, spanId, flags, more] = traceparentPattern.exec(text) ?? []
  if (version === undefined || version === 'ff' || (version === '00' && more !== undefined)) return undefined
  const traceFlags = Number.parseInt(flags!, 16) & knownFlags
  const span = { traceId: traceId!, spanId: spanId!, traceFlags, isRemote: true }
  return isValidContext(span) ? span : undefined
}

/**
 * A propagator of before the random flag, to which it is unknown or means something else: Jaeger sends all flags, and
 * takes this one for "debug".
 */
export function withoutRandomFlag(propagator: TextMapPropagator): TextMapPropagator {
  return {
    inject: (context, carrier, setter) => propagator.inject(withSampledAlone(context), carrier, setter),
    extract: (context, carrier, getter) => {
      const extracted = propagator.extract(context, carrier, getter)
      return extracted === context ? context : withSampledAlone(extracted)
    },
    fields: () => propagator.fields(),
  }
}

function withSampledAlone(context: Context): Context {
  const span = spanContextOf(context)
  if (span === undefined || span.traceFlags <= sampledFlag) return context
  return contextWithSpan(context, new NoopSpan({ ...span, traceFlags: span.traceFlags & sampledFlag }))
}
