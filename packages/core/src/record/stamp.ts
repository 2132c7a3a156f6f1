import type { SpanContext } from '@opentelemetry/api'

/** The fields of https://opentelemetry.io/docs/specs/otel/compatibility/logging_trace_context/ */
export const stampKeys: readonly string[] = ['trace_id', 'span_id', 'trace_flags']

const flagTexts = ['00', '01', '02', '03']

/** What a printed line says of a span's flags: two hex digits, `03` sampled and of a random id. */
export function traceFlagsText({ traceFlags }: SpanContext): string {
  return flagTexts[traceFlags] ?? (traceFlags & 0xff).toString(16).padStart(2, '0')
}
