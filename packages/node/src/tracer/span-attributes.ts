import type { Attributes, Exception } from '@opentelemetry/api'

/** Attributes as a span keeps them: own keys, values that the application cannot change afterwards. */
export type OwnAttributes = Record<string, unknown>

export type CountedAttributes = { attributes: OwnAttributes; count: number; dropped: number }

const maxDepth = 32

/**
 * Copies attributes within the limits. Values that are no AnyValue, such as functions, BigInts or class instances,
 * are left out and counted as dropped; undefined is left out. Never throws.
 * https://opentelemetry.io/docs/specs/otel/common/#anyvalue
 */
export function copyAttributes(
  given: Attributes | undefined,
  maxCount: number,
  maxLength: number,
): CountedAttributes {
  if (typeof given !== 'object' || given === null) return { attributes: {}, count: 0, dropped: 0 }
  try {
    // Cloned in one step and then only looked at: almost all attributes are short scalars.
    const attributes: OwnAttributes = { ...given }
    const count = countScalars(attributes, maxLength)
    if (count >= 0 && count <= maxCount) return { attributes, count, dropped: 0 }
  } catch {
    // A getter that throws: one by one, all but that one are kept.
  }
  return copyOneByOne(given, maxCount, maxLength)
}

/** The number of attributes, or -1 when one of them needs work. */
function countScalars(attributes: OwnAttributes, maxLength: number): number {
  let count = 0
  for (const key in attributes) {
    const value = attributes[key]
    const type = typeof value
    if (type === 'string' ? (value as string).length > maxLength : type !== 'number' && type !== 'boolean')
      return -1
    count++
  }
  return '' in attributes ? -1 : count
}

function copyOneByOne(given: Attributes, maxCount: number, maxLength: number): CountedAttributes {
  const attributes: OwnAttributes = {}
  let count = 0
  let dropped = 0
  for (const key of readKeys(given)) {
    const raw = readValue(given, key)
    if (raw === undefined) continue
    const value = key === '' || count >= maxCount ? undefined : copyValue(raw, maxLength)
    if (value === undefined) {
      dropped++
    } else {
      attributes[key] = value
      count++
    }
  }
  return { attributes, count, dropped }
}

/** Own keys; none of a Proxy that does not let itself be listed. */
export function readKeys(given: Attributes): string[] {
  try {
    return Object.keys(given ?? {})
  } catch {
    return []
  }
}

/** A value whose getter throws is as invalid as a symbol. */
export function readValue(given: Attributes, key: string): unknown {
  try {
    return given[key]
  } catch {
    return Symbol.iterator
  }
}

/** A copy of an AnyValue, strings and bytes cut to `maxLength`; undefined for what is no AnyValue. Never throws. */
export function copyValue(value: unknown, maxLength: number): unknown {
  switch (typeof value) {
    case 'string':
      return value.length > maxLength ? value.slice(0, maxLength) : value
    case 'number':
    case 'boolean':
      return value
    case 'object':
      try {
        return copyObject(value, maxLength, 0)
      } catch {
        return undefined
      }
    default:
      return undefined
  }
}

function copyNested(value: unknown, maxLength: number, depth: number): unknown {
  const copy = typeof value === 'object' ? copyObject(value, maxLength, depth) : copyValue(value, maxLength)
  if (copy === undefined && value !== undefined) throw new TypeError('not an AnyValue')
  return copy
}

function copyObject(value: object | null, maxLength: number, depth: number): unknown {
  if (value === null) return null
  // Also how a cycle ends.
  if (depth > maxDepth) throw new RangeError('too deep')
  if (value instanceof Uint8Array) return value.slice(0, Math.min(value.length, maxLength))
  if (Array.isArray(value)) return Array.from(value, (item) => copyNested(item, maxLength, depth + 1))
  if (!isPlain(value)) return undefined
  const copy: OwnAttributes = {}
  for (const [key, item] of Object.entries(value)) {
    const kept = copyNested(item, maxLength, depth + 1)
    if (kept !== undefined) copy[key] = kept
  }
  return copy
}

function isPlain(value: object): boolean {
  const maker = value.constructor
  return maker === Object || maker === undefined
}

/**
 * Attributes of the event `exception`, or undefined when the value tells nothing. Never throws.
 * https://opentelemetry.io/docs/specs/semconv/exceptions/exceptions-spans/
 */
export function describeException(exception: Exception): Attributes | undefined {
  try {
    if (typeof exception === 'string') return { 'exception.message': exception }
    return exception ? describeObject(exception) : undefined
  } catch {
    return { 'exception.message': 'an exception that cannot be read' }
  }
}

function describeObject(exception: Exclude<Exception, string>): Attributes | undefined {
  const { name, code, message, stack } = exception
  const type = name || (code === undefined ? undefined : String(code))
  if (!type && !message) return undefined
  return {
    ...(type && { 'exception.type': type }),
    ...(message && { 'exception.message': message }),
    ...(stack && { 'exception.stacktrace': stack }),
  }
}
