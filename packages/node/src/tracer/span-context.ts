import type { SpanContext } from '@opentelemetry/api'

const TRACE_ID = /^(?!0+$)[\da-f]{32}$/i
const SPAN_ID = /^(?!0+$)[\da-f]{16}$/i

/** True for ids of the right length that are not all zeros. */
export function isValidContext({ traceId, spanId }: SpanContext): boolean {
  return TRACE_ID.test(traceId) && SPAN_ID.test(spanId)
}
