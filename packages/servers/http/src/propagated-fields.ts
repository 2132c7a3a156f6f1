import { type Fields, type FieldValue, getFields } from '@clew/core'
import type { Context } from '@opentelemetry/api'
import { baggageOf, contextWithBaggage } from './baggage.ts'

/** The allow-listed fields that came in by baggage. */
export function fieldsFromBaggage(context: Context, allowed: readonly string[]): Fields | undefined {
  const baggage = allowed.length === 0 ? undefined : baggageOf(context)
  if (!baggage) return undefined
  const fields: Record<string, FieldValue> = {}
  for (const name of allowed) {
    const value = baggage.getEntry(name)?.value
    if (value) fields[name] = value
  }
  return fields
}

/** The context whose baggage holds the allow-listed fields in force, beside what it held. */
export function contextWithFieldsInBaggage(context: Context, allowed: readonly string[]): Context {
  if (allowed.length === 0) return context
  const fields = getFields(context)
  const values = new Map<string, string>()
  for (const name of allowed) {
    if (fields[name] !== undefined) values.set(name, String(fields[name]))
  }
  return values.size === 0 ? context : contextWithBaggage(context, values)
}
