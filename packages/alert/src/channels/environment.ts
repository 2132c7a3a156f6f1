import type { Field, Fields } from '../rules/fields.ts'

/** Where `${WECOM_URL}` is looked up. */
export type Environment = Readonly<Record<string, string | undefined>>

/** The same fields, but that each `${NAME}` in a text is replaced before it is read. */
export function withEnvironment<F extends Fields>(fields: F, env: Environment): F {
  const entries = Object.entries(fields).map(([name, field]) => [name, replacing(field, env)])
  return Object.fromEntries(entries) as F
}

function replacing<T>(field: Field<T>, env: Environment): Field<T> {
  return {
    ...field,
    parse: (raw) => {
      const missing = new Set<string>()
      const replaced = replace(raw, env, missing)
      if (missing.size === 0) return field.parse(replaced)
      const faults = [...missing].map((name) => ({
        found: `the environment has no ${name}`,
        remedy: 'set it, or write the value itself',
      }))
      return { value: undefined, faults }
    },
  }
}

function replace(raw: unknown, env: Environment, missing: Set<string>): unknown {
  if (typeof raw === 'string')
    return raw.replace(/\$\{(\w+)\}/g, (_, name: string) => {
      const value = Object.hasOwn(env, name) ? env[name] : undefined
      if (value === undefined || value === '') missing.add(name)
      return value ?? ''
    })
  if (Array.isArray(raw)) return raw.map((one) => replace(one, env, missing))
  if (typeof raw !== 'object' || raw === null) return raw
  return Object.fromEntries(Object.entries(raw).map(([name, value]) => [name, replace(value, env, missing)]))
}
