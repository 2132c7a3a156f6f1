import { createHash } from 'node:crypto'
import { type Mistake, nearestName, printableValue } from '@clew/settings'
import {
  choice,
  count,
  type Fields,
  optional,
  or,
  type Places,
  readFields,
  schemaOf,
  text,
  type ValuesOf,
} from '../rules/fields.ts'
import { type Channel, type ChannelType, channelTypes } from './channel.ts'
import { type Environment, withEnvironment } from './environment.ts'
import { timeZone } from './field-kinds.ts'
import { type Kind, kinds } from './kinds.ts'
import { languages } from './words.ts'

const unlimited = Number.POSITIVE_INFINITY

const budgetFields = {
  per_minute: optional(count('Messages in any 60 seconds, by all processes together.')),
  per_month: or(count('Messages in a calendar month.', 1, 1e9), unlimited, 'no limit'),
  reserve: optional(
    count('So many of a minute, and the same share of a month, are only for critical alerts.', 0),
  ),
}

const commonFields = {
  type: choice(channelTypes, 'What it is.'),
  language: or(choice(languages, 'The language of the words around what the log says.'), 'en', 'en'),
  time_zone: timeZone('In which times are shown, and the months of the budget begin.'),
  budget: optional({
    // It is read by itself, with places of its own.
    parse: (raw: unknown) => ({ value: raw, faults: [] }),
    schema: schemaOf(budgetFields),
    about: 'How much it sends at most.',
  }),
  fallback: optional(text('The channel that gets what this one does not take.')),
}

/**
 * One channel of a rule file: `value` is the map of plain values that YAML holds, `placeOf` says where in the file a path of its
 * names is. Each `${NAME}` is taken from `env`. Without `channel` there are mistakes; none of them shows a secret.
 */
export function readChannel(
  name: string,
  value: unknown,
  placeOf: Places,
  env: Environment,
): { channel?: Channel; mistakes: Mistake[] } {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return {
      mistakes: [
        { place: placeOf([]), found: 'it is no map', remedy: 'write "type:" and its options below it' },
      ],
    }
  const type = typeOf(value, placeOf)
  if (typeof type !== 'string') return { mistakes: [type] }
  const kind = kinds[type]
  const own = readFields(value, withEnvironment({ ...commonFields, ...kind.fields }, env), placeOf)
  const budget = readBudget(kind, 'budget' in value ? value.budget : undefined, placeOf, env)
  const mistakes = [...own.mistakes, ...budget.mistakes]
  if (!own.values || !budget.limits) return { mistakes }
  const { language, time_zone: zone, fallback, type: _, budget: __, ...options } = own.values
  const { identity, ...made } = kind.make(options, { language, timeZone: zone })
  const bot = createHash('sha256').update(identity).digest('hex').slice(0, 16)
  return {
    channel: { name, type, bot, limits: { ...budget.limits, timeZone: zone }, fallback, ...made },
    mistakes,
  }
}

function typeOf(map: object, placeOf: Places): ChannelType | Mistake {
  const raw = 'type' in map ? map.type : undefined
  const type = channelTypes.find((one) => one === raw)
  if (type) return type
  const found =
    raw === undefined ? 'it has no type' : `nobody knows the type ${printableValue(raw, channelTypes)}`
  const near = typeof raw === 'string' ? nearestName(raw, channelTypes) : undefined
  const remedy = near ? `did you mean ${near}?` : `write type: and one of ${channelTypes.join(', ')}`
  return { place: placeOf(raw === undefined ? [] : ['type']), found, remedy }
}

type Limits = Omit<Channel['limits'], 'timeZone'>

function readBudget(
  kind: Kind,
  raw: unknown,
  placeOf: Places,
  env: Environment,
): { limits?: Limits; mistakes: Mistake[] } {
  const placeOfBudget: Places = (path) => placeOf(['budget', ...path])
  const { values, mistakes } = readFields(raw ?? {}, withEnvironment(budgetFields, env), placeOfBudget)
  if (!values) return { mistakes }
  const limits = limitsOf(kind, values)
  if (limits.reserve < limits.perMinute) return { limits, mistakes }
  const found = `${limits.reserve} of ${limits.perMinute} leaves nothing for other alerts`
  return { mistakes: [{ place: placeOfBudget(['reserve']), found, remedy: 'write less than per_minute' }] }
}

/** What nobody wrote: the bot's own limit, and a quarter of it for what is critical. */
function limitsOf({ perMinute: usual }: Kind, given: ValuesOf<typeof budgetFields>): Limits {
  const perMinute = given.per_minute ?? usual
  const reserve = given.reserve ?? (perMinute === unlimited ? 0 : Math.floor(perMinute / 4))
  return { perMinute, perMonth: given.per_month, reserve }
}

/**
 * All channels of a rule file, `placeOf(['channels', name, …])`; those that can be used are there whatever is wrong with others.
 * A fallback must be one of them.
 */
export function readChannels(
  value: unknown,
  placeOf: Places,
  env: Environment,
): { channels: Map<string, Channel>; mistakes: Mistake[] } {
  const channels = new Map<string, Channel>()
  if (value === undefined || value === null) return { channels, mistakes: [] }
  if (typeof value !== 'object' || Array.isArray(value)) {
    const remedy = 'write "name:" lines, with the options of each channel below its name'
    return { channels, mistakes: [{ place: placeOf(['channels']), found: 'it is no map', remedy }] }
  }
  const names = Object.keys(value)
  const mistakes = Object.entries(value).flatMap(([name, given]) => {
    const placeOfChannel: Places = (path) => placeOf(['channels', name, ...path])
    const read = readChannel(name, given, placeOfChannel, env)
    if (read.channel) channels.set(name, read.channel)
    return [...read.mistakes, ...wrongFallback(name, given, names, placeOfChannel)]
  })
  return { channels, mistakes }
}

function wrongFallback(name: string, given: unknown, names: readonly string[], placeOf: Places): Mistake[] {
  const fallback =
    typeof given === 'object' && given !== null && 'fallback' in given ? given.fallback : undefined
  if (typeof fallback !== 'string' || (fallback !== name && names.includes(fallback))) return []
  const others = names.filter((other) => other !== name)
  const near = nearestName(fallback, others)
  const remedy = near ? `did you mean ${near}?` : 'write the name of another channel'
  const found =
    fallback === name ? 'it is its own fallback' : `there is no channel ${printableValue(fallback, others)}`
  return [{ place: placeOf(['fallback']), found, remedy }]
}

/** A JSON Schema of one channel, from the same tables: a form for each type. */
export function channelSchema(): object {
  const forms = channelTypes.map((type) => {
    const { properties, ...rest } = schemaOf({ ...commonFields, ...kinds[type].fields } as Fields)
    return { ...rest, properties: { ...(properties as object), type: { const: type } } }
  })
  return { oneOf: forms }
}
