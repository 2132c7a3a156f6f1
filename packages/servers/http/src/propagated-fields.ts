import { type Fields, type FieldValue, getFields } from '@clew/core'
import { type Context, propagation } from '@opentelemetry/api'

/** The allow-listed fields that came in by baggage. */
export function fieldsFromBaggage(context: Context, allowed: readonly string[]): Fields | undefined {
  const baggage = allowed.length === 0 ? undefined : propagation.getBaggage(context)
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
  const fields = allowed.length === 0 ? undefined : getFields(context)
  if (!fields) return context
  let baggage = propagation.getBaggage(context) ?? propagation.createBaggage()
  for (const name of allowed) {
    const value = fields[name]
    if (value !== undefined) baggage = baggage.setEntry(name, { value: String(value) })
  }
  return propagation.setBaggage(context, baggage)
}
