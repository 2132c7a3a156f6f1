import { type Mistake, type Parse, quote, unusable, usable } from '@clew/settings'
import { alertSeverities } from '../alert.ts'
import { timeZone } from '../channels/field-kinds.ts'
import {
  delay,
  type Field,
  type Fields,
  type JsonSchema,
  optional,
  or,
  type Places,
  readFields,
  schemaOf,
  text,
  texts,
  type ValuesOf,
} from '../rules/fields.ts'
import type { Matcher, Policy } from './policy.ts'
import type { WeekTime } from './week-time.ts'

const severities: Field<(typeof alertSeverities)[number][]> = {
  parse: (raw) => {
    const items = Array.isArray(raw) ? raw : [raw]
    const unknown = items.find((item) => !alertSeverities.includes(item))
    return unknown === undefined
      ? usable(items)
      : unusable(`${quote(unknown)} is no severity`, `write some of ${alertSeverities.join(', ')}`)
  },
  schema: {
    anyOf: [{ enum: [...alertSeverities] }, { type: 'array', items: { enum: [...alertSeverities] } }],
  },
  about: 'Only alerts that are so bad.',
}

const group: Field<{ [field: string]: string }> = {
  parse: (raw) =>
    typeof raw === 'object' && raw !== null && !Array.isArray(raw)
      ? usable(Object.fromEntries(Object.entries(raw).map(([field, value]) => [field, String(value)])))
      : unusable(`${quote(raw)} is no map`, 'write { service: "orders-*" }'),
  schema: { type: 'object', additionalProperties: { type: 'string' } },
  about: 'Only alerts whose groups have these values; * stands for anything.',
}

const matcherFields = {
  rule: optional(text('Only alerts of this rule; * stands for anything.')),
  severity: optional(severities),
  group: optional(group),
} satisfies Fields

/** A moment: `2026-11-29T22:00:00+08:00`. */
const moment: Field<number> = {
  parse: (raw) => {
    const ms = raw instanceof Date ? raw.getTime() : Date.parse(String(raw))
    return Number.isNaN(ms)
      ? unusable(`${quote(raw)} is no moment`, 'write 2026-11-29T22:00:00+08:00')
      : usable(ms)
  },
  schema: { type: 'string', format: 'date-time' },
  about: 'A moment: 2026-11-29T22:00:00+08:00.',
}

const silenceFields = { ...matcherFields, from: optional(moment), until: moment } satisfies Fields

const weekdays = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat']

const days: Field<number[]> = {
  parse: (raw) => {
    const items = Array.isArray(raw) ? raw : [raw]
    const numbers = items.map((item) => weekdays.indexOf(String(item).slice(0, 3).toLowerCase()))
    const wrong = numbers.indexOf(-1)
    return wrong < 0 ? usable(numbers) : unusable(`${quote(items[wrong])} is no day`, 'write mon, tue, … sun')
  },
  schema: { type: 'array', items: { enum: weekdays } },
  about: 'Days of the week.',
}

const hour: Field<number> = {
  parse: (raw) => {
    const [, hours, minutes] = /^(\d{1,2}):(\d\d)$/.exec(String(raw)) ?? []
    const minute = Number(hours) * 60 + Number(minutes)
    return minute <= 24 * 60 && Number(minutes) < 60
      ? usable(minute)
      : unusable(`${quote(raw)} is no time of the day`, 'write "22:00"')
  },
  schema: { type: 'string', pattern: '^\\d{1,2}:\\d\\d$' },
  about: 'A time of the day: "22:00". In quotes, as YAML takes it for a number else.',
}

const muteFields = {
  ...matcherFields,
  days: or(days, [], 'every day'),
  from: hour,
  until: hour,
  time_zone: timeZone('Where these times are: Asia/Shanghai.'),
} satisfies Fields

const matcher = (about: string): Field<Matcher> => ({
  parse: parseMap(matcherFields),
  schema: schemaOf(matcherFields),
  about,
})

const inhibitFields = {
  while: matcher('While one of these fires …'),
  not: matcher('… none of these is sent …'),
  equal: or(texts('… whose groups have the same values of these fields.', 10), [], 'whatever their groups'),
} satisfies Fields

const groupingFields = {
  by: or(texts('`rule`, or fields that rules group by.', 10), ['rule'], 'rule'),
  wait: or(delay('How long the first alert of a group waits for others.'), 10_000, '10s'),
  interval: or(delay('How long after a message the next of the same group comes.'), 5 * 60_000, '5m'),
} satisfies Fields

/** What of the rule file holds alerts back or joins them, by its keys. */
const lists = { silences: silenceFields, mutes: muteFields, inhibit: inhibitFields } satisfies {
  [key: string]: Fields
}

type Read<T> = { values: T[]; mistakes: Mistake[] }

/** The policy of a rule file. What is wrong with one part leaves the others as they are. */
export function readPolicy(
  root: { [key: string]: unknown },
  placeOf: Places,
): { policy: Policy; mistakes: Mistake[] } {
  const silences = readList(root, 'silences', silenceFields, placeOf)
  const mutes = readList(root, 'mutes', muteFields, placeOf)
  const inhibitions = readList(root, 'inhibit', inhibitFields, placeOf)
  const grouping =
    root.group === undefined ? undefined : readFields(root.group, groupingFields, under(placeOf, ['group']))
  const { by, wait, interval } = grouping?.values ?? {}
  return {
    policy: {
      silences: silences.values.map(({ from, until, ...match }, index) => ({
        ...{ id: `file-${index + 1}`, match, fromUnixMs: from ?? 0, untilUnixMs: until },
      })),
      mutes: mutes.values.map(({ days: on, from, until, time_zone, ...match }, index) => ({
        name: `mutes[${index}]`,
        match,
        times: [weekTimeOf(on, from, until, time_zone)],
      })),
      inhibitions: inhibitions.values.map(({ while: source, not: target, equal }) => ({
        source,
        target,
        equal,
      })),
      ...(by &&
        wait !== undefined &&
        interval !== undefined && { grouping: { by, waitMs: wait, intervalMs: interval } }),
    },
    mistakes: [
      ...silences.mistakes,
      ...mutes.mistakes,
      ...inhibitions.mistakes,
      ...(grouping?.mistakes ?? []),
    ],
  }
}

function weekTimeOf(on: readonly number[], fromMinute: number, untilMinute: number, zone: string): WeekTime {
  return { weekdays: on, fromMinute, untilMinute, timeZone: zone }
}

function readList<F extends Fields>(
  root: { [key: string]: unknown },
  key: string,
  fields: F,
  placeOf: Places,
): Read<ValuesOf<F>> {
  const raw = root[key] ?? []
  if (!Array.isArray(raw)) {
    return {
      values: [],
      mistakes: [{ place: placeOf([key]), found: 'it is no list', remedy: 'write "- name: value" lines' }],
    }
  }
  const read = raw.map((item, index) => readFields(item, fields, under(placeOf, [key, index])))
  return {
    values: read.flatMap(({ values }) => (values === undefined ? [] : [values])),
    mistakes: read.flatMap(({ mistakes }) => mistakes),
  }
}

const under =
  (placeOf: Places, before: readonly (string | number)[]): Places =>
  (path) =>
    placeOf([...before, ...path])

/** A map in a map; its mistakes name their field. */
function parseMap<F extends Fields>(fields: F): Parse<ValuesOf<F>> {
  return (raw) => {
    const { values, mistakes } = readFields(raw, fields, (path) => path.join('.'))
    const faults = mistakes.map(({ place, found, remedy }) => ({
      found: `${place}${place && ': '}${found}`,
      remedy,
    }))
    return { value: values, faults }
  }
}

/** The JSON Schemas of the policy's keys. */
export function policySchema(): { [key: string]: JsonSchema } {
  const ofLists = Object.entries<Fields>(lists).map(([key, fields]) => [
    key,
    { type: 'array', items: schemaOf(fields) },
  ])
  return { ...Object.fromEntries(ofLists), group: schemaOf(groupingFields) }
}
