import { apiGlobal, type SpanOwner, SpanStatusCode, showSpan } from '@clew/core'
import type { EventInput, LinkInput, SpanInput } from '@clew/otlp'
import type { Pipeline, PipelineScope } from '@clew/pipeline'
import type {
  Attributes,
  DiagLogger,
  Exception,
  Link,
  Span,
  SpanContext,
  SpanKind,
  SpanStatus,
  SpanStatusCode as StatusCode,
  TimeInput,
} from '@opentelemetry/api'
import type { OpenLink, OpenSpans } from './open-spans.ts'
import {
  copyAttributes,
  copyValue,
  describeException,
  type OwnAttributes,
  readKeys,
  readValue,
} from './span-attributes.ts'
import { isTime, parseTime, type SpanClock } from './span-clock.ts'
import type { SpanLimits } from './span-limits.ts'

/** What all spans of one Tracer share. */
export type SpanOrigin = {
  readonly scope: PipelineScope
  readonly pipeline: Pick<Pipeline, 'span'>
  readonly limits: SpanLimits
  readonly clock: SpanClock
  readonly open: OpenSpans<RecordingSpan>
  /** Whether the pipeline takes spans that are not sampled, too. */
  readonly holdsUnsampled: boolean
}

/** What a Tracer knows when a span begins. */
export type SpanStart = {
  context: SpanContext
  parent: SpanContext | undefined
  name: string
  kind: SpanKind
  attributes: OwnAttributes
  attributeCount: number
  droppedAttributes: number
  links: readonly Link[] | undefined
  startTime: TimeInput | undefined
  /** By the clock of the origin. */
  now: number
  unixOffset: number
}

const sampled = 1
const noEvents: readonly EventInput[] = Object.freeze([])
const noLinks: readonly LinkInput[] = Object.freeze([])

/**
 * A span that records. It is its own SpanInput: at its end the encoder reads these fields in one pass, and nothing
 * is copied.
 */
export class RecordingSpan implements Span, SpanInput, OpenLink {
  readonly traceId: string
  readonly spanId: string
  readonly traceFlags: number
  readonly parentSpanId: string | undefined
  readonly parentIsRemote: boolean | undefined
  name: string
  readonly kind: SpanKind
  readonly startUnixMs: number
  endUnixMs = 0
  attributes: OwnAttributes
  droppedAttributesCount: number
  events: readonly EventInput[] = noEvents
  droppedEventsCount = 0
  links: readonly LinkInput[] = noLinks
  droppedLinksCount = 0
  statusCode: StatusCode = SpanStatusCode.UNSET
  statusMessage: string | undefined = undefined
  /** Unix milliseconds = this + the clock's; one value for all spans of a trace in this process. */
  readonly unixOffset: number
  // Not #private: applications wrap spans by Object.create() or a Proxy, and its methods would throw there.
  readonly origin: SpanOrigin
  readonly context: SpanContext
  /** An upper bound of the number of attributes: a key that is set again counts again. */
  attributeBound: number
  ended = false
  previous: OpenLink | undefined = undefined
  next: OpenLink | undefined = undefined
  owner: SpanOwner | undefined = undefined

  constructor(origin: SpanOrigin, start: SpanStart) {
    const { context, parent } = start
    this.origin = origin
    this.context = context
    this.traceId = context.traceId
    this.spanId = context.spanId
    this.traceFlags = context.traceFlags
    this.parentSpanId = parent?.spanId
    this.parentIsRemote = parent === undefined ? undefined : parent.isRemote === true
    this.name = start.name
    this.kind = start.kind
    this.attributes = start.attributes
    this.attributeBound = start.attributeCount
    this.droppedAttributesCount = start.droppedAttributes
    this.unixOffset = start.unixOffset
    this.startUnixMs = timeOf(this, start.startTime, start.now)
    if (start.links !== undefined) for (const link of start.links) this.addLink(link)
    if (this.traceFlags & sampled) origin.open.add(this)
  }

  get traceState(): string | undefined {
    return this.context.traceState?.serialize()
  }

  spanContext(): SpanContext {
    return this.context
  }

  isRecording(): boolean {
    return !this.ended
  }

  setAttribute(key: string, value: unknown): this {
    if (this.ended) return refuse(this, 'setAttribute')
    const { limits } = this.origin
    const kept = copyValue(value, limits.attributeValueLength)
    if (kept === undefined || key === '') return this
    if (this.attributeBound++ < limits.attributeCount || hasRoomFor(this, key, limits.attributeCount)) {
      this.attributes[key] = kept
    } else {
      this.droppedAttributesCount++
    }
    return this
  }

  setAttributes(attributes: Attributes): this {
    for (const key of readKeys(attributes)) this.setAttribute(key, readValue(attributes, key))
    return this
  }

  addEvent(name: string, attributesOrTime?: Attributes | TimeInput, time?: TimeInput): this {
    if (this.ended) return refuse(this, 'addEvent')
    const { eventCount, attributePerEventCount, attributeValueLength } = this.origin.limits
    const given = isTime(attributesOrTime) ? undefined : attributesOrTime
    const at = isTime(attributesOrTime) && time === undefined ? attributesOrTime : time
    const { attributes, dropped } = copyAttributes(given, attributePerEventCount, attributeValueLength)
    const event = {
      timeUnixMs: timeOf(this, at),
      name,
      attributes,
      droppedAttributesCount: dropped,
    }
    this.droppedEventsCount += this.events.length < eventCount ? 0 : 1
    this.events = appendLast(this.events, event, eventCount)
    return this
  }

  addLink(link: Link): this {
    if (this.ended) return refuse(this, 'addLink')
    // Applications pass on what trace.getSpanContext() gives them, which may be undefined.
    if (!link?.context) return this
    const { linkCount, attributePerLinkCount, attributeValueLength } = this.origin.limits
    const { attributes, dropped } = copyAttributes(
      link.attributes,
      attributePerLinkCount,
      attributeValueLength,
    )
    const { traceId, spanId, traceFlags, isRemote, traceState } = link.context
    const input = {
      traceId,
      spanId,
      traceFlags,
      isRemote,
      traceState: traceState?.serialize(),
      attributes,
      droppedAttributesCount: dropped,
    }
    this.droppedLinksCount += this.links.length < linkCount ? 0 : 1
    this.links = appendLast(this.links, input, linkCount)
    return this
  }

  addLinks(links: readonly Link[]): this {
    for (const link of links) this.addLink(link)
    return this
  }

  setStatus(status: SpanStatus): this {
    if (this.ended) return refuse(this, 'setStatus')
    const { code, message } = status
    if (code === SpanStatusCode.UNSET || this.statusCode === SpanStatusCode.OK) return this
    this.statusCode = code
    this.statusMessage = code === SpanStatusCode.ERROR && typeof message === 'string' ? message : undefined
    return this
  }

  updateName(name: string): this {
    if (this.ended) return refuse(this, 'updateName')
    this.name = name
    return this
  }

  recordException(exception: Exception, time?: TimeInput): void {
    const attributes = describeException(exception)
    if (attributes !== undefined) this.addEvent('exception', attributes, time)
  }

  end(endTime?: TimeInput): void {
    if (this.ended) {
      refuse(this, 'end')
      return
    }
    this.endUnixMs = Math.max(this.startUnixMs, timeOf(this, endTime))
    this.ended = true
    // Whatever a request began keeps its context, with this span, and shall not keep the request.
    this.owner = undefined
    showSpan(this)
    if ((this.traceFlags & sampled) !== 0) this.origin.open.remove(this)
    else if (!this.origin.holdsUnsampled) return
    this.origin.pipeline.span(this.origin.scope, this)
  }
}

/** The given time, or else now. */
function timeOf(span: RecordingSpan, given: TimeInput | undefined, now?: number): number {
  const { clock } = span.origin
  const time = given === undefined ? undefined : parseTime(given, clock)
  return time ?? (now ?? clock.now()) + span.unixOffset
}

function hasRoomFor(span: RecordingSpan, key: string, maxCount: number): boolean {
  if (Object.hasOwn(span.attributes, key)) return true
  span.attributeBound = Object.keys(span.attributes).length + 1
  return span.attributeBound <= maxCount
}

function refuse<S extends RecordingSpan>(span: S, method: string): S {
  const { diag } = (apiGlobal() ?? {}) as { diag?: DiagLogger }
  diag?.warn(`span "${span.name}" has ended; ${method}() does nothing`)
  return span
}

/** The list with `item`, the oldest ones gone where it would pass `max`. */
function appendLast<T>(list: readonly T[], item: T, max: number): readonly T[] {
  if (list.length === 0) return max > 0 ? [item] : list
  const own = list as T[]
  if (own.length >= max) own.shift()
  own.push(item)
  return own
}
