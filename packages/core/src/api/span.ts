import type * as api from '@opentelemetry/api'
import type { Span, SpanContext } from '@opentelemetry/api'
import { sharedState } from '../process/state.ts'

/** The API's SpanKind, without loading the API. */
export const SpanKind: {
  readonly INTERNAL: api.SpanKind.INTERNAL
  readonly SERVER: api.SpanKind.SERVER
  readonly CLIENT: api.SpanKind.CLIENT
  readonly PRODUCER: api.SpanKind.PRODUCER
  readonly CONSUMER: api.SpanKind.CONSUMER
} = { INTERNAL: 0, SERVER: 1, CLIENT: 2, PRODUCER: 3, CONSUMER: 4 }

/** The API's SpanStatusCode, without loading the API. */
export const SpanStatusCode: {
  readonly UNSET: api.SpanStatusCode.UNSET
  readonly OK: api.SpanStatusCode.OK
  readonly ERROR: api.SpanStatusCode.ERROR
} = { UNSET: 0, OK: 1, ERROR: 2 }

/** Completes a span at its end, with what is known only then. */
export type SpanOwner = {
  /** The process dies while the span is open: sets what is known so far. Ends nothing. */
  describeUnfinished(span: Span): void
}

/** Names the one to ask when the process dies before the span has ended. Spans of an SDK do not ask. */
export function setSpanOwner(span: Span & { owner?: SpanOwner }, owner: SpanOwner): void {
  if ('owner' in span) span.owner = owner
}

/** What is known of a recorded span at its end. */
export type ObservedSpan = {
  readonly name: string
  readonly kind: api.SpanKind
  readonly startUnixMs: number
  readonly endUnixMs: number
  readonly statusCode: api.SpanStatusCode
  readonly traceId: string
  readonly spanId: string
  readonly traceFlags: number
}

/** Sees one recorded span at its end. Must not throw and must not keep or change it. */
export type SpanObserver = (span: ObservedSpan) => void

const observed = sharedState<{ observers: readonly SpanObserver[] }>('span observers', () => ({
  observers: [],
}))

/** Lets `observer` see each span that our Tracer recorded, at its end, from now on; returns the way back. */
export function observeSpans(observer: SpanObserver): () => void {
  observed.observers = [...observed.observers, observer]
  return () => {
    observed.observers = observed.observers.filter((one) => one !== observer)
  }
}

/** For a Tracer: shows a span that has ended to those who asked to see it. */
export function showSpan(span: ObservedSpan): void {
  const { observers } = observed
  for (let at = 0; at < observers.length; at++) observers[at]!(span)
}

const invalid: SpanContext = Object.freeze({
  traceId: '0'.repeat(32),
  spanId: '0'.repeat(16),
  traceFlags: 0,
})

/** A span that records nothing and only carries ids; without `spanContext`, none. */
export class NoopSpan implements Span {
  // Not #private: applications wrap spans by Object.create() or a Proxy, and its methods would throw there.
  readonly ids: SpanContext

  constructor(spanContext: SpanContext = invalid) {
    this.ids = spanContext
  }

  spanContext(): SpanContext {
    return this.ids
  }

  isRecording(): boolean {
    return false
  }

  setAttribute(): this {
    return this
  }

  setAttributes(): this {
    return this
  }

  addEvent(): this {
    return this
  }

  addLink(): this {
    return this
  }

  addLinks(): this {
    return this
  }

  setStatus(): this {
    return this
  }

  updateName(): this {
    return this
  }

  recordException(): void {}

  end(): void {}
}

/** The place of a span in a trace that no process begins alone: its trace id, and the id of itself or of its parent. */
export type ChosenPlace = { readonly traceId: string } & (
  | { readonly spanId: string }
  | { readonly parentSpanId: string }
)

/**
 * An option of `startSpan` that only the Tracer of @clew/node knows: the ids of a span without a parent in its context. It is
 * sampled as a root, by its trace id, so that all who choose one trace decide alike. 32 and 16 lower-case hex digits.
 */
export const chosenPlace: unique symbol = Symbol.for('@clew/core chosen place of a span')
