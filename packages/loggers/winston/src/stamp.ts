import { types } from 'node:util'
import { INVALID_TRACEID, type SpanContext } from '@opentelemetry/api'
import type { Info } from './winston-shapes.ts'

/** The fields of https://opentelemetry.io/docs/specs/otel/compatibility/logging_trace_context/ */
export const stampKeys: readonly string[] = ['trace_id', 'span_id', 'trace_flags']

/**
 * A copy of `info` with the three fields; `info` itself without a span, or when it has ids already. winston often hands
 * on the very object that the user logged, so nothing is ever written on `info`. The copy of an Error is an Error of
 * its class.
 */
export function stampInfo(info: Info, span: SpanContext | undefined): Info {
  if (span === undefined || info.trace_id !== undefined || info.span_id !== undefined) return info
  const { traceId, spanId, traceFlags } = span
  if (traceId === INVALID_TRACEID) return info
  const prototype = Object.getPrototypeOf(info)
  const copy = prototype === Object.prototype ? (Object.assign({}, info) as Info) : copyOf(info, prototype)
  if (copy === undefined) return info
  copy.trace_id = traceId
  copy.span_id = spanId
  copy.trace_flags = traceFlags === 1 ? '01' : (traceFlags & 0xff).toString(16).padStart(2, '0')
  return copy
}

function copyOf(original: Info, prototype: object | null): Info | undefined {
  const properties = Object.getOwnPropertyDescriptors(original)
  if (!types.isNativeError(original)) return copyOfInstance(original, Object.create(prototype, properties))
  // Made by Error, so that it is one for util.types.isNativeError and util.inspect too.
  const copy = Object.setPrototypeOf(new Error(), prototype)
  // Where `stack` is an accessor it answers for the object it is read from, so the text is copied.
  const stack = { value: original.stack, writable: true, enumerable: false, configurable: true }
  return Object.defineProperties(copy, { ...properties, stack })
}

// A class may read its message from private fields, which no copy has.
function copyOfInstance(original: Info, copy: Info): Info | undefined {
  try {
    return copy.message === original.message ? copy : undefined
  } catch {
    return undefined
  }
}
