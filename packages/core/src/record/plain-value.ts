const MAX_DEPTH = 16

/**
 * A copy of any value that consists of what an OpenTelemetry AnyValue may be: strings, numbers, booleans, bytes,
 * null, arrays and plain objects. Dates become ISO text, BigInts decimal text, Maps objects, Sets arrays, Errors
 * their type, message and stack; cycles, throwing getters and what lies too deep become a short text. Never throws.
 */
export function plainValue(value: unknown, ancestors: readonly object[] = []): unknown {
  switch (typeof value) {
    case 'string':
    case 'number':
    case 'boolean':
      return value
    case 'object':
      return value === null ? null : plainObject(value, ancestors)
    case 'undefined':
      return null
    default:
      return typeof value === 'function' ? `[Function ${value.name || 'anonymous'}]` : String(value)
  }
}

function plainObject(value: object, ancestors: readonly object[]): unknown {
  if (ancestors.includes(value)) return '[Circular]'
  if (ancestors.length >= MAX_DEPTH) return '[Object]'
  try {
    return convert(value, [...ancestors, value])
  } catch (error) {
    return `[Threw: ${error instanceof Error ? error.message : 'unknown'}]`
  }
}

function convert(value: object, path: readonly object[]): unknown {
  if (value instanceof Uint8Array) return value
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? 'Invalid Date' : value.toISOString()
  if (value instanceof Error) return plainError(value, path)
  if (Array.isArray(value)) return Array.from(value, (item) => plainValue(item, path))
  if (value instanceof Set) return Array.from(value, (item) => plainValue(item, path))
  if (value instanceof Map)
    return plainEntries(
      [...value].map(([key, item]) => [String(key), () => item]),
      path,
    )
  const json = (value as { toJSON?: unknown }).toJSON
  if (typeof json === 'function') return plainValue(json.call(value), path)
  return plainEntries(
    Object.keys(value).map((key) => [key, () => (value as Record<string, unknown>)[key]]),
    path,
  )
}

function plainError(error: Error, path: readonly object[]): unknown {
  return {
    type: error.name,
    message: error.message,
    stacktrace: error.stack ?? '',
    ...(error.cause !== undefined && { cause: plainValue(error.cause, path) }),
  }
}

function plainEntries(entries: [string, () => unknown][], path: readonly object[]): Record<string, unknown> {
  const copy: Record<string, unknown> = Object.create(null)
  for (const [key, read] of entries) {
    const item = readSafely(read)
    if (item !== undefined) copy[key] = plainValue(item, path)
  }
  return copy
}

function readSafely(read: () => unknown): unknown {
  try {
    return read()
  } catch (error) {
    return `[Threw: ${error instanceof Error ? error.message : 'unknown'}]`
  }
}
