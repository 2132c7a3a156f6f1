import type { Attributes, Exception } from '@opentelemetry/api'

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
