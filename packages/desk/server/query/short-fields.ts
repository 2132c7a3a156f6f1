import type { Fields, FieldValue } from '../../api/chain.ts'

// What sits on every line of a request or job says nothing of this line.
const hidden =
  /^(messaging\.|bullmq\.|request_id$|exception\.|trace_id$|span_id$|trace_flags$|module$|log\.|code\.|thread\.)/
const valueLength = 60

/** A few attributes as `key=value`, at most `length` characters: what a reader wants to see beside the line. */
export function shortFields(attributesJson: string, length: number): string {
  if (attributesJson === '{}') return ''
  const attributes = JSON.parse(attributesJson) as Fields
  let text = exceptionOf(attributes)
  for (const key in attributes) {
    if (hidden.test(key)) continue
    const part = `${key}=${shortValue(attributes[key] ?? null)}`
    if (text.length + part.length >= length) break
    text += text === '' ? part : ` ${part}`
  }
  return text
}

function exceptionOf(attributes: Fields): string {
  const [type, message] = [attributes['exception.type'], attributes['exception.message']]
  if (message === undefined) return ''
  return `${type === undefined ? 'exception' : shortValue(type)}: ${shortValue(message)}`
}

export function shortValue(value: FieldValue): string {
  const text = typeof value === 'string' ? value : JSON.stringify(value)
  return text.length > valueLength ? `${text.slice(0, valueLength)}…` : text
}
