import type { SpanContext } from '@opentelemetry/api'

// https://www.w3.org/TR/trace-context/#traceparent-header, version 00.
const traceparent = /^00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}$/

/** The header of a span in version 00. */
export function formatTraceparent({ traceId, spanId, traceFlags }: SpanContext): string {
  const flags = traceFlags & 0xff
  return `00-${traceId}-${spanId}-${flags < 16 ? '0' : ''}${flags.toString(16)}`
}

/** The remote span of a header in version 00; `undefined` for anything else. */
export function parseTraceparent(text: unknown): SpanContext | undefined {
  if (typeof text !== 'string' || !traceparent.test(text)) return undefined
  return {
    traceId: text.slice(3, 35),
    spanId: text.slice(36, 52),
    traceFlags: Number.parseInt(text.slice(53), 16),
    isRemote: true,
  }
}
