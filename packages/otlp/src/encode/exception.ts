import { inspect } from 'node:util'
import {
  type ErrorParts,
  isError,
  maxForeignText,
  readErrorParts,
  readProperty,
  reasonOf,
} from './foreign-value.ts'

/** exception.* of https://opentelemetry.io/docs/specs/semconv/exceptions/exceptions-logs/ */
export type ExceptionText = { type: string | undefined; message: string; stacktrace: string | undefined }

const maxRelated = 16
const maxStacktrace = 65_536

/** The attributes of anything that was thrown. Never throws. */
export function describeException(thrown: unknown): ExceptionText {
  if (typeof thrown !== 'object' || thrown === null) {
    return { type: undefined, message: reasonText(thrown), stacktrace: undefined }
  }
  if (isErrorLike(thrown)) {
    const parts = readErrorParts(thrown)
    return { type: parts.type, message: parts.message, stacktrace: stacktraceOf(thrown, parts) }
  }
  return { type: undefined, message: objectText(thrown), stacktrace: undefined }
}

/** Errors, and what looks like one: a serialized error, an error made by Object.create. */
function isErrorLike(thrown: object): boolean {
  try {
    return isError(thrown) || (typeof readProperty(thrown, 'message') === 'string' && 'message' in thrown)
  } catch {
    return false
  }
}

function reasonText(thrown: unknown): string {
  return typeof thrown === 'string'
    ? thrown
    : typeof thrown === 'symbol'
      ? thrown.toString()
      : reasonOf(thrown)
}

function objectText(thrown: object): string {
  try {
    return inspect(thrown, {
      depth: 3,
      breakLength: Number.POSITIVE_INFINITY,
      maxArrayLength: 20,
      maxStringLength: maxForeignText,
    })
  } catch {
    return reasonOf(thrown)
  }
}

/** The stack, then those of the errors of an AggregateError and of the causes, each once. */
function stacktraceOf(error: object, parts: ErrorParts): string {
  const seen = new Set<unknown>([error])
  let text = parts.stack
  const append = (label: string, related: unknown): void => {
    if (related === undefined || seen.size > maxRelated || text.length > maxStacktrace) return
    if (seen.has(related)) {
      text += `\n${label}: [Circular]`
      return
    }
    seen.add(related)
    if (typeof related !== 'object' || related === null || !isErrorLike(related)) {
      text += `\n${label}: ${typeof related === 'object' && related !== null ? objectText(related) : reasonText(related)}`
      return
    }
    const relatedParts = readErrorParts(related)
    text += `\n${label}: ${relatedParts.stack}`
    appendRelated(relatedParts, append)
  }
  appendRelated(parts, append)
  return text
}

function appendRelated(parts: ErrorParts, append: (label: string, related: unknown) => void): void {
  if (Array.isArray(parts.errors)) {
    const count = Math.min(parts.errors.length, maxRelated)
    for (let index = 0; index < count; index++)
      append(`Error ${index + 1} of ${parts.errors.length}`, readProperty(parts.errors, index))
  }
  append('Caused by', parts.cause)
}
