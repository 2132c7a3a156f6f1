import { types } from 'node:util'
import { INVALID_TRACEID, type SpanContext } from '@opentelemetry/api'

/** The fields of https://opentelemetry.io/docs/specs/otel/compatibility/logging_trace_context/ */
type Stamp = { trace_id: string; span_id: string; trace_flags: string }

export const STAMP_KEYS = ['trace_id', 'span_id', 'trace_flags'] as const

export function stampOf({ traceId, spanId, traceFlags }: SpanContext): Stamp | undefined {
  if (traceId === INVALID_TRACEID) return undefined
  return { trace_id: traceId, span_id: spanId, trace_flags: flagsText(traceFlags) }
}

function flagsText(flags: number): string {
  if (flags === 1) return '01'
  return (flags & 0xff).toString(16).padStart(2, '0')
}

/**
 * A copy of `info` with the three fields. winston often hands on the very object that the user logged, so nothing is
 * ever written on `info` itself. The copy of an Error is an Error of its class, with its stack.
 */
export function stampedCopy<T extends object>(info: T, stamp: Stamp): T & Stamp {
  const prototype = Object.getPrototypeOf(info)
  if (prototype === Object.prototype) return Object.assign({}, info, stamp)
  return Object.assign(copyOf(info, prototype), stamp)
}

function copyOf<T extends object>(original: T, prototype: object | null): T {
  const properties = Object.getOwnPropertyDescriptors(original)
  if (!types.isNativeError(original)) return Object.create(prototype, properties)
  // Made by Error, so that it is one for util.types.isNativeError and util.inspect too.
  const copy = Object.setPrototypeOf(new Error(), prototype)
  // Since V8 13 `stack` can be an accessor that answers for the object it is read from: the text is copied.
  const stack = { value: original.stack, writable: true, enumerable: false, configurable: true }
  return Object.defineProperties(copy, { ...properties, stack })
}
