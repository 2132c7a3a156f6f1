import type { ResourceLogs, ResourceSpans, Span } from '@clew/otlp'

/** Records that were read of one place of a file, a line or a request, and what that is. */
export type Found = {
  line: number
  format: string
  logs?: ResourceLogs[]
  spans?: ResourceSpans[]
}

/** A span with all its fields; those that are not given have their zero values. */
export function spanWith(fields: Partial<Span> & Pick<Span, 'traceId' | 'spanId' | 'name'>): Span {
  return {
    traceState: '',
    parentSpanId: '',
    flags: 0,
    kind: 0,
    startTimeUnixNano: 0n,
    endTimeUnixNano: 0n,
    attributes: {},
    droppedAttributesCount: 0,
    events: [],
    droppedEventsCount: 0,
    links: [],
    droppedLinksCount: 0,
    status: { code: 0, message: '' },
    ...fields,
  }
}

/** Who sent them, and by which library. */
export type Sender = { resource: Record<string, unknown>; scope: { name: string; version: string } }

/** Spans with what each says of its sender, as a request: a resource for each run of the same. */
export function groupSpans(spans: readonly { span: Span; sender: Sender }[]): ResourceSpans[] {
  const groups = new Map<string, ResourceSpans>()
  for (const { span, sender } of spans) {
    const key = JSON.stringify(sender, (_, value) => (typeof value === 'bigint' ? String(value) : value))
    const known = groups.get(key)
    if (known !== undefined) known.scopeSpans[0]!.spans.push(span)
    else groups.set(key, resourceOf(sender, span))
  }
  return [...groups.values()]
}

function resourceOf({ resource, scope }: Sender, span: Span): ResourceSpans {
  const empty = { attributes: {}, droppedAttributesCount: 0 }
  return {
    resource: { attributes: resource as ResourceSpans['resource']['attributes'], droppedAttributesCount: 0 },
    schemaUrl: '',
    scopeSpans: [{ scope: { ...scope, ...empty }, schemaUrl: '', spans: [span] }],
  }
}

/** Of an id that may lack zeros at its beginning, as Jaeger and Zipkin write it; "" where it is none. */
export function paddedId(id: unknown, digits: 16 | 32): string {
  if (typeof id !== 'string' || !/^(0x)?[0-9a-f]+$/i.test(id)) return ''
  const hex = id.replace(/^0x/i, '').toLowerCase().padStart(digits, '0')
  return hex.length === digits && !/^0+$/.test(hex) ? hex : ''
}

const [traceDigits, spanDigits] = [32, 16]

/** Why the desk could not keep a span. */
export function problemOfSpan({ traceId, spanId }: Pick<Span, 'traceId' | 'spanId'>): string | undefined {
  if (!isId(traceId, traceDigits)) return 'a span has no trace id of 32 hex digits'
  return isId(spanId, spanDigits) ? undefined : 'a span has no id of 16 hex digits'
}

function isId(id: string, digits: number): boolean {
  return id.length === digits && !/^0+$/.test(id)
}
