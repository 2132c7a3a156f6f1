import type { SpanContext } from '@opentelemetry/api'

const traceIdPattern = /^(?!0+$)[\da-f]{32}$/i
const spanIdPattern = /^(?!0+$)[\da-f]{16}$/i

/** True for ids of the right length that are not all zeros. */
export function isValidContext({ traceId, spanId }: SpanContext): boolean {
  return traceIdPattern.test(traceId) && spanIdPattern.test(spanId)
}
