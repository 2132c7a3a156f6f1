import type { Span } from '@opentelemetry/api'
import { SpanStatusCode } from '../api/constants.ts'
import { guard } from '../report.ts'

/**
 * Ends a span; with an error it gets status ERROR, `error.type` and the exception event. The error object itself is
 * only read. Never throws.
 */
export function endSpan(span: Span, error?: unknown): void {
  if (error !== undefined) guard('marking a span as failed', () => failSpan(span, error), undefined)
  guard('ending a span', () => span.end(), undefined)
}

/** Marks a span as failed by `error`, whatever was thrown. */
export function failSpan(span: Span, error: unknown): void {
  const message = error instanceof Error ? error.message : String(error)
  span.setAttribute('error.type', errorType(error))
  span.recordException(error instanceof Error ? error : { name: errorType(error), message })
  span.setStatus({ code: SpanStatusCode.ERROR, message })
}

/** The class of an error, as `error.type` of the semantic conventions wants it: low cardinality. */
export function errorType(error: unknown): string {
  if (!(error instanceof Error)) return typeof error
  if (error.name && error.name !== 'Error') return error.name
  return error.constructor?.name || 'Error'
}
