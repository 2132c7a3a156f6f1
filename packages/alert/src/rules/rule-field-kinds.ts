import { englishMistakes, parseSearch, type Search, termsBeyondRecord } from '@clew/search'
import { type Parse, parseText, quote, unusable, usable } from '@clew/settings'
import { count, delay, duration, type Field, readFields } from './fields.ts'

/** A search that one record can answer. */
export const search = (about: string): Field<Search> => ({
  parse: parseWhere,
  schema: { type: 'string', examples: ['payment_failed status:500'] },
  about,
})

const parseWhere: Parse<Search> = (raw) => {
  const written = parseText(raw)
  if (written.value === undefined) return { value: undefined, faults: written.faults }
  const { tree, problem } = parseSearch(written.value)
  if (tree === undefined) {
    const { at, mistake } = problem
    return unusable(`character ${at + 1} of ${quote(written.value)}`, mistake(englishMistakes))
  }
  const [beyond] = termsBeyondRecord(tree)
  return beyond === undefined
    ? usable(tree)
    : unusable(
        `${quote(beyond)} asks for a span, a chain or a pattern`,
        'a rule looks at one record; leave it out',
      )
}

/** A duration, or `{ base: 10m, exponential: 4h }`. */
export const realert: Field<{ baseMs: number; maxMs: number }> = {
  parse: (raw) => {
    if (typeof raw !== 'object' || raw === null) {
      const { value, faults } = delay('').parse(raw)
      return { value: value === undefined ? undefined : { baseMs: value, maxMs: value }, faults }
    }
    const fields = { base: delay('How long.'), exponential: duration('Doubled up to this.') }
    const { values, mistakes } = readFields(raw, fields, (path) => path.join('.'))
    if (values === undefined) {
      return {
        value: undefined,
        faults: mistakes.map(({ place, found, remedy }) => ({ found: `${place}: ${found}`, remedy })),
      }
    }
    return usable({ baseMs: values.base, maxMs: Math.max(values.base, values.exponential) })
  },
  schema: {
    anyOf: [
      delay('').schema,
      {
        type: 'object',
        properties: { base: delay('').schema, exponential: duration('').schema },
        required: ['base', 'exponential'],
        additionalProperties: false,
      },
    ],
  },
  about:
    'How long the same rule and group is silent after an alert. With { base, exponential } the time doubles up to `exponential` while alerts go on.',
}

/** A number, or `{ last: 5 }`. */
export const attach: Field<number> = {
  parse: (raw) => {
    const last =
      typeof raw === 'object' && raw !== null && 'last' in raw && Object.keys(raw).length === 1
        ? raw.last
        : raw
    return count('', 0, 20).parse(last)
  },
  schema: {
    anyOf: [
      { type: 'integer', minimum: 0, maximum: 20 },
      {
        type: 'object',
        properties: { last: { type: 'integer', minimum: 0, maximum: 20 } },
        required: ['last'],
        additionalProperties: false,
      },
    ],
  },
  about: 'How many of the last records the alert carries.',
}
