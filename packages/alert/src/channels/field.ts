import { type Fault, type Mistake, nearestName, type Parse, quote, unusable, usable } from '@clew/settings'

/** What stands in the place of a value that is in the environment, or beside text in one: `${WECOM_URL}`. */
export type Environment = Readonly<Record<string, string | undefined>>

/** One option of a channel. */
export type Field<T> = {
  parse: Parse<T>
  /** Left away: it must be given. */
  default?: T
  about: string
  /** Of the JSON Schema, beside the description. */
  schema: Readonly<Record<string, unknown>>
}

/** The options of something, by name; in YAML the words of a name have a _ between them. */
export type Fields<O> = { readonly [K in keyof O]: Field<O[K]> }

/** What was read; without `value` something that must be given is missing or wrong. */
export type Read<T> = { value: T | undefined; mistakes: Mistake[] }

/** `timeZone` as it is written in YAML. */
export function yamlName(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
}

/** Reads a map by its table: each mistake with its place; what is not in the table is one. `ignored`: names read elsewhere. */
export function readFields<O extends object>(
  fields: Fields<O>,
  raw: unknown,
  place: string,
  env: Environment,
  ignored: readonly string[] = [],
): Read<O> {
  if (typeof raw !== 'object' || raw === null || Array.isArray(raw)) {
    const found = raw === undefined || raw === null ? 'it is empty' : 'it is no map'
    return {
      value: undefined,
      mistakes: [{ place, found, remedy: 'write its options as "name: value" below it' }],
    }
  }
  const given = new Map(Object.entries(raw))
  const mistakes = unknownNames([...Object.keys(fields).map(yamlName), ...ignored], given.keys(), place)
  const entries = Object.entries<Field<unknown>>(fields).map(([name, field]) => {
    const at = `${place}.${yamlName(name)}`
    const { value, faults } = readField(field, given.get(yamlName(name)), env)
    mistakes.push(...faults.map((fault) => ({ place: at, ...fault })))
    return [name, value] as const
  })
  return { value: mistakes.length === 0 ? (Object.fromEntries(entries) as O) : undefined, mistakes }
}

function readField(
  field: Field<unknown>,
  raw: unknown,
  env: Environment,
): { value: unknown; faults: readonly Fault[] } {
  if (raw === undefined || raw === null)
    return 'default' in field ? usable(field.default) : unusable('it is missing', `write it: ${field.about}`)
  const missing = new Set<string>()
  const resolved = resolve(raw, env, missing)
  if (missing.size === 0) return field.parse(resolved)
  const faults = [...missing].map((name) => ({
    found: `the environment has no ${name}`,
    remedy: 'set it, or write the value',
  }))
  return { value: undefined, faults }
}

/** The same with each `${NAME}` replaced. */
function resolve(raw: unknown, env: Environment, missing: Set<string>): unknown {
  if (typeof raw === 'string')
    return raw.replace(/\$\{(\w+)\}/g, (_, name: string) => {
      const value = Object.hasOwn(env, name) ? env[name] : undefined
      if (value === undefined || value === '') missing.add(name)
      return value ?? ''
    })
  if (Array.isArray(raw)) return raw.map((one) => resolve(one, env, missing))
  if (typeof raw !== 'object' || raw === null) return raw
  return Object.fromEntries(Object.entries(raw).map(([name, value]) => [name, resolve(value, env, missing)]))
}

function unknownNames(known: readonly string[], given: Iterable<string>, place: string): Mistake[] {
  return [...given]
    .filter((name) => !known.includes(name))
    .map((name) => {
      const meant = nearestName(name, known)
      const remedy = meant ? `write ${meant}` : `write one of ${known.join(', ')}`
      return { place, found: `${quote(name)} is unknown`, remedy }
    })
}

/** The part of a JSON Schema that says the same. */
export function schemaOf<O extends object>(
  fields: Fields<O>,
): { properties: Record<string, object>; required: string[] } {
  const entries = Object.entries<Field<unknown>>(fields)
  return {
    properties: Object.fromEntries(
      entries.map(([name, { about, schema }]) => [yamlName(name), { description: about, ...schema }]),
    ),
    required: entries.filter(([, field]) => !('default' in field)).map(([name]) => yamlName(name)),
  }
}
