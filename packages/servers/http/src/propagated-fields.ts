import { type Fields, type FieldValue, getFields } from '@clew/core'
import type { Baggage, BaggageEntry, Context } from '@opentelemetry/api'

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

// https://github.com/open-telemetry/opentelemetry-js/blob/main/api/src/baggage/context-helpers.ts
const baggageKey = Symbol.for('OpenTelemetry Baggage Key')

export function baggageOf(context: Context): Baggage | undefined {
  return context.getValue(baggageKey) as Baggage | undefined
}

/** The context whose baggage has these values beside its own entries. */
export function contextWithBaggage(context: Context, values: ReadonlyMap<string, string>): Context {
  let baggage = baggageOf(context) ?? createBaggage(new Map())
  for (const [name, value] of values) baggage = baggage.setEntry(name, { value })
  return context.setValue(baggageKey, baggage)
}

/** A Baggage as the API makes them, without loading the API. */
function createBaggage(entries: ReadonlyMap<string, BaggageEntry>): Baggage {
  const without = (names: string[]): Baggage =>
    createBaggage(new Map([...entries].filter(([name]) => !names.includes(name))))
  return {
    getEntry: (name) => entries.get(name),
    getAllEntries: () => [...entries],
    setEntry: (name, entry) => createBaggage(new Map(entries).set(name, entry)),
    removeEntry: (name) => without([name]),
    removeEntries: (...names) => without(names),
    clear: () => createBaggage(new Map()),
  }
}
