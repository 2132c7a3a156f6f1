import { safeText, shortText } from '@clew/otlp/text'
import {
  formatMistake,
  type Given,
  given,
  nearestName,
  type Parse,
  parseBoolean,
  parseChoice,
  parseCount,
  parseDuration,
  requireAll,
  unusable,
  usable,
} from '@clew/settings'

/** An argument: what a model is told of it, and how it is read. */
export type Parameter<T> = { schema: { description: string; [keyword: string]: unknown }; parse: Parse<T> }

export type Parameters = Readonly<Record<string, Parameter<unknown>>>

/** What was given; a parameter that was not is undefined. */
export type Values<P extends Parameters> = {
  readonly [Name in keyof P]: P[Name] extends Parameter<infer T> ? T | undefined : never
}

const maxText = 4000

export const flag = (description: string): Parameter<boolean> => ({
  schema: { type: 'boolean', description },
  parse: parseBoolean,
})

export const text = (description: string): Parameter<string> => ({
  schema: { type: 'string', maxLength: maxText, description },
  parse: (raw) => {
    if (typeof raw === 'object') return unusable('a list or a map is no text', 'write a text')
    const written = String(raw)
    return written.length > maxText
      ? unusable(`it has ${written.length} characters`, `write ${maxText} at most`)
      : usable(written)
  },
})

/** A whole number from `least` to `most`. */
export const count = (description: string, most: number, least = 1): Parameter<number> => ({
  schema: { type: 'integer', minimum: least, maximum: most, description },
  parse: (raw) => {
    const { value, faults } = parseCount(most)(raw)
    const remedy = `write one from ${least} to ${most}`
    if (value !== undefined && value < least) return unusable(`${value} is too little`, remedy)
    return { value, faults: faults.map(({ found }) => ({ found, remedy })) }
  },
})

export const choice = <const V extends string>(description: string, values: readonly V[]): Parameter<V> => ({
  schema: { type: 'string', enum: values, description },
  parse: parseChoice(values),
})

/** An instant, in unix milliseconds: an age, a time of ISO 8601, or unix milliseconds. */
export const instant = (description: string): Parameter<number> => ({
  schema: {
    type: 'string',
    description: `${description} An age such as "15m" or "2h", a time such as "2026-11-30T12:00:00Z", or unix milliseconds.`,
  },
  parse: (raw) => {
    const written = typeof raw === 'object' ? '' : String(raw).trim()
    const age = parseDuration(written).value
    if (age !== undefined) return usable(Math.max(0, Math.round(Date.now() - age)))
    if (/^\d{1,15}$/.test(written)) return usable(Number(written))
    const unixMs = /^\d{4}-\d\d-\d\d/.test(written) ? Date.parse(written) : Number.NaN
    return unixMs >= 0
      ? usable(unixMs)
      : unusable(
          `${JSON.stringify(shortText(written))} is no instant`,
          'write "15m", "2h" or "2026-11-30T12:00:00Z"',
        )
  },
})

/** A value that the desk said itself. */
export const place = (description: string, pattern: RegExp, remedy: string): Parameter<string> => ({
  schema: { type: 'string', pattern: pattern.source, description },
  parse: (raw) => {
    const written = typeof raw === 'object' ? '' : String(raw)
    return pattern.test(written)
      ? usable(written)
      : unusable(`${JSON.stringify(shortText(written))} is none`, remedy)
  },
})

/** The JSON Schema of the arguments. */
export function schemaOf(
  parameters: Parameters,
  required: readonly string[],
): { type: 'object'; [keyword: string]: unknown } {
  const properties = Object.fromEntries(
    Object.entries(parameters).map(([name, { schema }]) => [name, schema]),
  )
  return { type: 'object', properties, required, additionalProperties: false }
}

/** Reads what a model gave; null is not given. Throws one error with all mistakes, one a line. */
export function readArguments<P extends Parameters>(
  parameters: P,
  raw: unknown,
  required: readonly string[] = [],
): Values<P> {
  if (typeof raw !== 'object' || raw === null || Array.isArray(raw))
    throw new Error('arguments: they are no object; write {"name": value}')
  const known = Object.keys(parameters)
  const fields = Object.entries(raw)
  const unknown = fields.filter(([name]) => !known.includes(name)).slice(0, 5)
  if (unknown.length > 0) {
    const mistakes = unknown.map(([name]) => {
      const meant = nearestName(name, known)
      const remedy = `${meant === undefined ? '' : `did you mean ${meant}? `}arguments are ${known.join(', ')}`
      return formatMistake({
        place: JSON.stringify(shortText(name)),
        found: 'there is no such argument',
        remedy,
      })
    })
    throw new Error(mistakes.join('\n'))
  }
  const values = new Map(fields.filter(([, value]) => value !== null))
  const missing = required.filter((name) => !values.has(name))
  if (missing.length > 0)
    throw new Error(missing.map((name) => formatMistake({ place: name, ...isMissing })).join('\n'))
  const all = Object.fromEntries(
    Object.entries(parameters).map(([name, { parse }]): [string, Given<unknown>] => [
      name,
      given(name, safely(parse), values.get(name)),
    ]),
  )
  return requireAll(all) as Values<P>
}

const isMissing = { found: 'it is missing', remedy: 'give it' }

/** What was found is repeated to a model: as one line without controls. */
function safely<T>(parse: Parse<T>): Parse<T> {
  return (raw) => {
    const { value, faults } = parse(raw)
    return { value, faults: faults.map(({ found, remedy }) => ({ found: safeText(found), remedy })) }
  }
}
