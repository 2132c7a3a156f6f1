import type { Span } from '@opentelemetry/api'

const none = '0'.repeat(32)

/** False for the span of an API without SDK, which has no ids. */
export function hasTraceId(span: Span): boolean {
  return span.spanContext().traceId !== none
}
