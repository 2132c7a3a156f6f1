import type { Attributes, Link, SpanContext, Tracer } from '@opentelemetry/api'
import { activeContext } from '../context/context-manager.ts'
import { contextForWork } from '../context/fields.ts'
import { contextWithSpan, isTracingSuppressed, spanContextOf } from '../context/request-context.ts'
import { unixNowMs } from '../process/clock.ts'
import type { OptionValues } from '../seams/instrumentation.ts'
import type { TracedWork } from '../seams/with-root.ts'
import {
  describeBatch,
  describeMessage,
  describeSending,
  identifyMessage,
  linksLeftOut,
  type MessagePlace,
  relationReason,
  type Sending,
} from './attributes.ts'
import { contextOfHeaders, type HeaderReader, togetherOf } from './headers.ts'
import { decideRelation } from './relation.ts'

/** The options of what takes messages. */
export const messageOptions = {
  relation: {
    kind: 'choice',
    default: 'auto',
    values: ['auto', 'parent', 'link'],
    about:
      'How the work on one message joins the trace of the code that sent it: in the same trace (parent), in a new trace with a link (link), or the same trace unless it was sent with more than 100 others in one call or is over an hour old (auto).',
  },
  relations: {
    kind: 'map',
    default: {},
    values: ['auto', 'parent', 'link'],
    about: 'The relation of single topics by name, such as mails=link; it wins over `relation`.',
  },
} as const

/** One message as it was received. */
export type ReceivedMessage = MessagePlace & {
  readonly offset: string | number | bigint | undefined
  /** When it was made, in milliseconds since 1970; NaN or negative when that is not known. */
  readonly timestampMs: number
  readonly isTombstone: boolean
  readonly header: HeaderReader
}

/** A link for each message would be no bound. As OpenTelemetry has it: OTEL_SPAN_LINK_COUNT_LIMIT. */
const maxLinks = 128

/**
 * Starts the span of a call of a producer: below the active one, or as the root of a trace of its own, with links to `makers` where it
 * sends what others made. Undefined with tracing suppressed, and without a Tracer.
 */
export function beginSending(
  tracer: Tracer,
  sending: Sending,
  makers: readonly SpanContext[] = [],
): TracedWork | undefined {
  const caller = activeContext()
  if (isTracingSuppressed(caller)) return undefined
  const description = describeSending(sending)
  const links = withLinks(makers, description.attributes)
  const span = tracer.startSpan(description.name, { ...description, links }, caller)
  const context = contextWithSpan(caller, span)
  return spanContextOf(context) && { context, span }
}

/** Starts the work on one message: in the trace of its maker, or with a link to it. A span that is active gets a link, too. */
export function beginMessage(
  tracer: Tracer,
  message: ReceivedMessage,
  options: OptionValues<typeof messageOptions>,
): TracedWork {
  const maker = contextOfHeaders(message.header)
  const makersSpan = spanContextOf(maker)
  const age = unixNowMs() - message.timestampMs
  const { relation, reason } = decideRelation(options.relations[message.topic] ?? options.relation, {
    together: togetherOf(message.header),
    waitMs: message.timestampMs >= 0 ? age : 0,
  })
  const description = describeMessage(message, message)
  const links: Link[] = []
  const isLinked = relation === 'link' && makersSpan !== undefined
  if (isLinked) {
    description.attributes[relationReason] = reason
    links.push({ context: makersSpan })
  }
  const around = spanContextOf(activeContext())
  if (around) links.push({ context: around })
  const span = tracer.startSpan(description.name, { ...description, root: isLinked, links }, maker)
  const identity = identifyMessage(message, message.offset)
  return { context: contextForWork(contextWithSpan(maker, span), undefined, identity), span }
}

/** Starts the work on a batch, in a trace of its own with links to the makers of its messages. */
export function beginBatch(
  tracer: Tracer,
  place: MessagePlace,
  headers: readonly HeaderReader[],
): TracedWork {
  const description = describeBatch(place, headers.length)
  const makers = headers.flatMap((header) => spanContextOf(contextOfHeaders(header)) ?? [])
  const links = withLinks(makers, description.attributes)
  const caller = activeContext()
  const span = tracer.startSpan(description.name, { ...description, links }, caller)
  return { context: contextForWork(contextWithSpan(caller, span), undefined, identifyMessage(place)), span }
}

/** A link to each of the makers. Of more than there may be the attributes say how often one is left out. */
function withLinks(makers: readonly SpanContext[], attributes: Attributes): Link[] {
  const links = new Map<string, Link>()
  let leftOut = 0
  for (const context of makers) {
    const key = `${context.traceId}${context.spanId}`
    if (links.has(key)) continue
    if (links.size < maxLinks) links.set(key, { context })
    else leftOut++
  }
  if (leftOut > 0) attributes[linksLeftOut] = leftOut
  return [...links.values()]
}
