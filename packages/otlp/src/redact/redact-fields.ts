import { type Redactor, redacted } from './redaction.ts'

/** A value as JSON has it. */
export type JsonValue = string | number | boolean | null | JsonValue[] | { [key: string]: JsonValue }

/**
 * Attributes without secrets, as the encoder would have written them: by their keys and those above, by patterns, and keys
 * that are secrets themselves. For what was stored without redaction and leaves now. Never throws.
 */
export function redactFields(
  redactor: Redactor,
  fields: Readonly<Record<string, JsonValue>>,
  above: readonly string[] = [],
): Record<string, JsonValue> {
  // Not by assignment: a key may be `__proto__`.
  return Object.fromEntries(
    Object.entries(fields).map(([key, value]) => [
      redactor.verdict(key).mayBeSecret ? redactor.text(key) : key,
      redactEntry(redactor, key, value, above),
    ]),
  )
}

/** A value that stands under no key, such as the body of a line. */
export function redactValue(
  redactor: Redactor,
  value: JsonValue,
  above: readonly string[] = [],
  isId = false,
): JsonValue {
  if (typeof value === 'string') return redactor.text(value)
  if (typeof value === 'number') return redactor.isSecretNumber(value, isId) ? redacted : value
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map((one) => redactValue(redactor, one, above))
  return redactFields(redactor, value, above)
}

function redactEntry(redactor: Redactor, key: string, value: JsonValue, above: readonly string[]): JsonValue {
  const verdict = redactor.verdict(key)
  if (verdict.mayBeDenied && redactor.denies(key, above, value)) return redactor.cuts ? redacted : value
  if (typeof value === 'string') return redactor.text(value, verdict)
  return redactValue(redactor, value, [...above, key], verdict.isId)
}
