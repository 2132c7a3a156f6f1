import {
  type Mistake,
  nearestName,
  type Parse,
  parseChoice,
  parseCount,
  parseDuration,
  parseNumber,
  parsePositive,
  parseText,
  printableValue,
  quote,
  unusable,
  usable,
} from '@clew/settings'

export type JsonSchema = { [key: string]: unknown }

/** One field of a map of the rule file: how it is read, and what an editor is told of it. The one source of both. */
export type Field<T> = {
  parse: Parse<T>
  schema: JsonSchema
  about: string
  /** Without it the field must be given. */
  fallback?: { value: T; shown: string }
}
export type Fields = { [name: string]: Field<unknown> }
export type ValuesOf<F extends Fields> = { [Name in keyof F]: F[Name] extends Field<infer T> ? T : never }

/** Where a field stands: `alerts.yaml:12: rules[0] "payment-failed": window`. */
export type Places = (path: readonly (string | number)[]) => string

export const text = (about: string): Field<string> => ({
  parse: (raw) => {
    const read = parseText(raw)
    return read.value?.trim() === '' ? unusable('it is empty', 'write a text') : read
  },
  schema: { type: 'string', minLength: 1 },
  about,
})

/** `pattern` describes the whole text. */
export const name = (about: string): Field<string> => ({
  parse: (raw) => {
    const { value, faults } = parseText(raw)
    if (value === undefined) return { value, faults }
    return /^[\w.-]{1,64}$/.test(value)
      ? usable(value)
      : unusable(`${quote(value)} is no name`, 'write 1 to 64 letters, digits, "-", "_" or "."')
  },
  schema: { type: 'string', pattern: '^[\\w.-]{1,64}$' },
  about,
})

export const duration = (about: string): Field<number> => ({
  parse: parsePositive(parseDuration),
  schema: { type: 'string', pattern: '^[\\d.]+\\s*(ns|us|ms|s|m|h|d)$', examples: ['5m', '30s'] },
  about,
})

/** A duration, or 0. */
export const delay = (about: string): Field<number> => ({
  parse: (raw) => (raw === 0 || raw === '0' ? usable(0) : parseDuration(raw)),
  schema: { anyOf: [{ const: 0 }, duration('').schema] },
  about,
})

export const number = (about: string): Field<number> => ({
  parse: parseNumber(),
  schema: { type: 'number' },
  about,
})

/** A number within these. */
export const share = (about: string, least: number, most: number): Field<number> => ({
  parse: (raw) => {
    const read = parseNumber()(raw)
    if (read.value === undefined || (read.value >= least && read.value <= most)) return read
    return unusable(String(read.value), `write a number from ${least} to ${most}`)
  },
  schema: { type: 'number', minimum: least, maximum: most },
  about,
})

export const count = (about: string, least = 1, most = 1_000_000): Field<number> => ({
  parse: (raw) => {
    const { value, faults } = parseCount(most)(raw)
    if (value !== undefined && value >= least) return { value, faults }
    const found = value === undefined ? faults[0]!.found : `${printableValue(raw)} is too small`
    return unusable(found, `write one from ${least} to ${most}`)
  },
  schema: { type: 'integer', minimum: least, maximum: most },
  about,
})

export const choice = <const V extends string>(values: readonly V[], about: string): Field<V> => ({
  parse: parseChoice(values),
  schema: { enum: [...values] },
  about,
})

/** A list of texts; one alone may stand without brackets. */
export const texts = (about: string, most = 1000): Field<string[]> => ({
  parse: (raw) => {
    const items = Array.isArray(raw) ? raw : [raw]
    if (items.length > most) return unusable(`${items.length} values`, `write ${most} at most`)
    const read = items.map((item) => parseText(item))
    const faults = read.flatMap((one) => one.faults)
    return faults.length > 0 ? { value: undefined, faults } : usable(read.map(({ value }) => value!))
  },
  schema: {
    anyOf: [{ type: 'string' }, { type: 'array', items: { type: ['string', 'number', 'boolean'] } }],
  },
  about,
})

/** A field that may be left out: then it has this value. */
export function or<T, const F>(field: Field<T>, value: F, shown: string): Field<T | F> {
  return { ...field, fallback: { value, shown } } as Field<T | F>
}

export const optional = <T>(field: Field<T>): Field<T | undefined> => or(field, undefined, 'none')

/**
 * Reads a map: every field, each with what is wrong with it, what is missing, and what nobody knows, with the nearest name.
 * The values are there when nothing is wrong. Never throws.
 */
export function readFields<F extends Fields>(
  raw: unknown,
  fields: F,
  placeOf: Places,
): { values: ValuesOf<F> | undefined; mistakes: Mistake[] } {
  if (typeof raw !== 'object' || raw === null || Array.isArray(raw)) {
    const found = raw === undefined || raw === null ? 'it is empty' : `${printableValue(raw)} is no map`
    return {
      values: undefined,
      mistakes: [{ place: placeOf([]), found, remedy: 'write "name: value" lines' }],
    }
  }
  const given = raw as { [name: string]: unknown }
  const mistakes = unknownNames(given, fields, placeOf)
  const values: { [name: string]: unknown } = {}
  for (const [key, { parse, fallback, about }] of Object.entries(fields)) {
    const value = Object.hasOwn(given, key) ? (given[key] ?? undefined) : undefined
    if (value !== undefined) {
      const read = parse(value)
      mistakes.push(...read.faults.map((fault) => ({ place: placeOf([key]), ...fault })))
      values[key] = read.value
    } else if (fallback) values[key] = fallback.value
    else mistakes.push({ place: placeOf([]), found: `it has no ${key}`, remedy: `write ${key}: ${about}` })
  }
  return { values: mistakes.length === 0 ? (values as ValuesOf<F>) : undefined, mistakes }
}

function unknownNames(given: object, fields: Fields, placeOf: Places): Mistake[] {
  const names = Object.keys(fields)
  return Object.keys(given).flatMap((key) => {
    if (Object.hasOwn(fields, key)) return []
    const near = nearestName(key, names)
    const remedy = near ? `did you mean ${near}?` : `write one of ${names.join(', ')}`
    return [{ place: placeOf([key]), found: 'nobody knows this field', remedy }]
  })
}

/** The JSON Schema of a map with these fields. */
export function schemaOf(fields: Fields): JsonSchema {
  const properties = Object.fromEntries(
    Object.entries(fields).map(([key, { schema, about, fallback }]) => [
      key,
      { ...schema, description: fallback ? `${about} Default: ${fallback.shown}.` : about },
    ]),
  )
  const required = Object.keys(fields).filter((key) => fields[key]!.fallback === undefined)
  return { type: 'object', properties, required, additionalProperties: false }
}
