const maxDepth = 16
/** Objects of a server know each other in so many ways that depth alone is no bound. */
const maxValues = 10_000

const truncated = '[Truncated]'

/** What the toJSON of the last object of a path has given already. */
export type PrintedJson = (path: readonly object[]) => unknown

type Walk = {
  readonly ancestors: object[]
  readonly printedJson: PrintedJson | undefined
  valuesLeft: number
}

/**
 * A copy of any value that consists of what an OpenTelemetry AnyValue may be: strings, numbers, booleans, bytes,
 * null, arrays and plain objects. Dates become ISO text, BigInts decimal text, Maps objects, Sets arrays, Errors
 * their type, message and stack; cycles, throwing getters, what lies too deep and what comes after 10,000 values become
 * a short text. toJSON is called where `printedJson` does not know what it gave. Never throws.
 */
export function plainValue(value: unknown, printedJson?: PrintedJson): unknown {
  return convert(value, { ancestors: [], printedJson, valuesLeft: maxValues })
}

function convert(value: unknown, walk: Walk): unknown {
  walk.valuesLeft--
  switch (typeof value) {
    case 'string':
    case 'number':
    case 'boolean':
      return value
    case 'object':
      return value === null ? null : convertObject(value, walk)
    case 'undefined':
      return null
    case 'function':
      return attempt(() => `[Function ${value.name || 'anonymous'}]`)
    default:
      return String(value)
  }
}

function convertObject(value: object, walk: Walk): unknown {
  const { ancestors } = walk
  if (ancestors.includes(value)) return '[Circular]'
  if (ancestors.length >= maxDepth) return '[Object]'
  ancestors.push(value)
  const copy = attempt(() => convertByKind(value, walk))
  ancestors.pop()
  return copy
}

function convertByKind(value: object, walk: Walk): unknown {
  if (value instanceof Uint8Array) return value
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? 'Invalid Date' : value.toISOString()
  if (value instanceof Error) return convertError(value, walk)
  if (Array.isArray(value) || value instanceof Set) return convertList(value, walk)
  if (value instanceof Map) return convertMap(value, walk)
  const json = (value as { toJSON?: unknown }).toJSON
  if (typeof json === 'function') {
    const printed = walk.printedJson?.(walk.ancestors)
    return convert(printed === undefined ? json.call(value) : printed, walk)
  }
  return convertProperties(value, walk)
}

function convertError(error: Error, walk: Walk): unknown {
  return {
    type: String(error.name),
    message: String(error.message),
    stacktrace: String(error.stack ?? ''),
    ...(error.cause !== undefined && { cause: convert(error.cause, walk) }),
  }
}

function convertList(items: Iterable<unknown>, walk: Walk): unknown[] {
  const copy: unknown[] = []
  for (const item of items) {
    if (walk.valuesLeft <= 0) return [...copy, truncated]
    copy.push(convert(item, walk))
  }
  return copy
}

function convertMap(map: ReadonlyMap<unknown, unknown>, walk: Walk): Record<string, unknown> {
  const copy = Object.create(null) as Record<string, unknown>
  for (const [key, item] of map) {
    if (walk.valuesLeft <= 0) break
    copy[String(key)] = convert(item, walk)
  }
  return copy
}

function convertProperties(value: object, walk: Walk): Record<string, unknown> {
  const copy = Object.create(null) as Record<string, unknown>
  for (const key of Object.keys(value)) {
    if (walk.valuesLeft <= 0) break
    const item = attempt(() => (value as Record<string, unknown>)[key])
    if (item !== undefined) copy[key] = convert(item, walk)
  }
  return copy
}

function attempt<T>(read: () => T): T | string {
  try {
    return read()
  } catch (error) {
    return `[Threw: ${messageOf(error)}]`
  }
}

// What is thrown may itself be made to throw.
function messageOf(error: unknown): string {
  try {
    return error instanceof Error ? String(error.message) : 'unknown'
  } catch {
    return 'unknown'
  }
}
