import { createHash } from 'node:crypto'
import { type Mistake, nearestName, parseChoice, quote } from '@clew/settings'
import { type BudgetLimits, type Channel, type ChannelType, channelTypes } from './channel.ts'
import { type Environment, type Fields, type Read, readFields, schemaOf } from './field.ts'
import { choice, count, name as nameField, timeZone } from './field-kinds.ts'
import { type Kind, kinds } from './kinds.ts'
import { type Language, languages } from './words.ts'

type Common = { language: Language; timeZone: string; fallback: string | undefined }

const common: Fields<Common> = {
  language: choice(languages, 'en', 'the language of the words around what the log says'),
  timeZone: timeZone('in which times are shown, and months of the budget begin'),
  fallback: nameField('the channel that gets what this one does not take'),
}

function budgetFields({ perMinute, reserve }: Kind['limits']): Fields<Omit<BudgetLimits, 'timeZone'>> {
  return {
    perMinute: count(perMinute, 'messages in any 60 seconds, by all processes together'),
    perMonth: count(Number.POSITIVE_INFINITY, 'messages in a calendar month'),
    reserve: count(
      reserve,
      'so many of a minute, and the same share of a month, are only for critical alerts',
    ),
  }
}

/**
 * One channel of a rule file: `value` is the map that YAML holds, `place` stands before its names in mistakes. Each `${NAME}`
 * is taken from `env`. Without `channel` there are mistakes; none of them shows a secret.
 */
export function readChannel(
  name: string,
  value: unknown,
  place: string,
  env: Environment,
): { channel?: Channel; mistakes: Mistake[] } {
  const map = typeof value === 'object' && value !== null && !Array.isArray(value) ? value : {}
  const type = typeOf(map, place)
  if (typeof type !== 'string') return { mistakes: [type] }
  const kind = kinds[type]
  const own = Object.keys(schemaOf(kind.fields).properties)
  const shared = Object.keys(schemaOf(common).properties)
  const options = readFields(kind.fields, value, place, env, [...shared, 'type', 'budget'])
  const style = readFields(common, map, place, env, [...own, ...Object.keys(map)])
  const limits = readBudget(kind, 'budget' in map ? map.budget : undefined, place, env)
  const mistakes = [...options.mistakes, ...style.mistakes, ...limits.mistakes]
  if (!options.value || !style.value || !limits.value) return { mistakes }
  const all = { ...options.value, ...style.value }
  const channel: Channel = {
    ...kind.make(all),
    ...{ name, type, bot: createHash('sha256').update(kind.bot(all)).digest('hex').slice(0, 16) },
    limits: { ...limits.value, timeZone: style.value.timeZone },
    fallback: style.value.fallback,
  }
  return { channel, mistakes }
}

function typeOf(map: object, place: string): ChannelType | Mistake {
  const raw = 'type' in map ? map.type : undefined
  const { value, faults } = parseChoice(channelTypes)(raw)
  if (value !== undefined) return value
  if (raw === undefined)
    return { place, found: 'it has no type', remedy: `write "type:" and one of ${channelTypes.join(', ')}` }
  const meant = typeof raw === 'string' ? nearestName(raw, channelTypes) : undefined
  const remedy = meant ? `write ${meant}` : faults[0]!.remedy
  return { place: `${place}.type`, found: `${quote(raw)} is unknown`, remedy }
}

function readBudget(
  { limits }: Kind,
  raw: unknown,
  place: string,
  env: Environment,
): Read<Omit<BudgetLimits, 'timeZone'>> {
  const read = readFields(budgetFields(limits), raw ?? {}, `${place}.budget`, env)
  if (!read.value) return read
  const { perMinute, reserve } = read.value
  const given: object = typeof raw === 'object' && raw !== null ? raw : {}
  // What nobody wrote gives way to what somebody did.
  if (!('reserve' in given))
    return { ...read, value: { ...read.value, reserve: Math.min(reserve, Math.floor(perMinute / 4)) } }
  if (perMinute > 0 && reserve < perMinute) return read
  const found = `${reserve} of ${perMinute} leaves nothing for other alerts`
  const mistake = { place: `${place}.budget.reserve`, found, remedy: 'write less than per_minute' }
  return { value: undefined, mistakes: [mistake] }
}

/** All channels of a rule file by name, with a mistake for each fallback that is none of them. */
export function readChannels(
  value: unknown,
  place: string,
  env: Environment,
): { channels: Map<string, Channel>; mistakes: Mistake[] } {
  const map: object = typeof value === 'object' && value !== null && !Array.isArray(value) ? value : {}
  const channels = new Map<string, Channel>()
  const mistakes: Mistake[] = []
  for (const [name, given] of Object.entries(map)) {
    const read = readChannel(name, given, `${place}.${name}`, env)
    mistakes.push(...read.mistakes)
    if (read.channel) channels.set(name, read.channel)
  }
  for (const { name, fallback } of channels.values()) {
    if (fallback === undefined || (fallback !== name && Object.hasOwn(map, fallback))) continue
    const meant = nearestName(
      fallback,
      Object.keys(map).filter((other) => other !== name),
    )
    const remedy = meant ? `write ${meant}` : 'write the name of another channel'
    const found = fallback === name ? 'it is its own fallback' : `there is no channel ${quote(fallback)}`
    mistakes.push({ place: `${place}.${name}.fallback`, found, remedy })
  }
  return { channels, mistakes }
}

/** A JSON Schema of one channel, from the same tables: a form for each type. */
export function channelSchema(): object {
  return {
    type: 'object',
    required: ['type'],
    oneOf: channelTypes.map((type) => {
      const own = schemaOf(kinds[type].fields)
      const budget = schemaOf(budgetFields(kinds[type].limits))
      return {
        properties: {
          type: { const: type },
          ...own.properties,
          ...schemaOf(common).properties,
          budget: { type: 'object', properties: budget.properties, additionalProperties: false },
        },
        required: ['type', ...own.required],
        additionalProperties: false,
      }
    }),
  }
}
