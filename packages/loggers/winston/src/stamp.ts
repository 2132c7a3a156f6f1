import { types } from 'node:util'
import type { SpanContext } from '@opentelemetry/api'
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
  const copy = copyOf(info)
  if (copy === undefined) return info
  copy.trace_id = traceId
  copy.span_id = spanId
  copy.trace_flags = traceFlags === 1 ? '01' : (traceFlags & 0xff).toString(16).padStart(2, '0')
  return copy
}

/** `undefined` for what no copy can stand for: a getter throws, or the message comes from a private field. */
function copyOf(original: Info): Info | undefined {
  try {
    const prototype = Object.getPrototypeOf(original)
    if (prototype === Object.prototype) return Object.assign({}, original)
    if (types.isNativeError(original)) return copyOfError(original, prototype)
    const copy = Object.create(prototype, Object.getOwnPropertyDescriptors(original))
    return copy.message === original.message ? copy : undefined
  } catch {
    return undefined
  }
}

function copyOfError(original: Error, prototype: object): Info {
  const properties = Object.getOwnPropertyDescriptors(original)
  // Made by Error, so that it is one for util.types.isNativeError and util.inspect too.
  const copy = Object.setPrototypeOf(new Error(), prototype)
  // Where `stack` is an accessor it answers for the object it is read from, so the text is copied.
  const stack = { value: original.stack, writable: true, enumerable: false, configurable: true }
  return Object.defineProperties(copy, { ...properties, stack })
}
