import type { Search } from '@clew/search'
import { type Mistake, quote, unusable, usable } from '@clew/settings'
import { alertSeverities, type RuleType, ruleTypes } from '../alert.ts'
import {
  choice,
  count,
  delay,
  duration,
  type Field,
  type Fields,
  type JsonSchema,
  name,
  number,
  optional,
  or,
  type Places,
  readFields,
  schemaOf,
  share,
  text,
  texts,
  type ValuesOf,
} from './fields.ts'
import { limited, type Misfit, misfitOfCount, misfitOfShare } from './limits.ts'
import { expandPreset, type Preset, presetField, presets } from './presets.ts'
import { type Condition, directions, metrics, type Rule, type RuleFrame } from './rule.ts'
import { attach, realert, search } from './rule-field-kinds.ts'

const minute = 60_000
const everything: Search = { kind: 'everything' }

/** What every rule may have. */
const frameFields = {
  id: name('The name of the rule, unique in this file; part of the ids of its alerts.'),
  type: choice(ruleTypes, 'What the condition is.'),
  preset: optional(presetField),
  where: or(
    search('Which records the rule looks at: a search, as the desk has it.'),
    everything,
    'every record',
  ),
  severity: or(choice(alertSeverities, 'How bad it is.'), 'error', 'error'),
  description: or(text('What those who read the alert should know.'), '', 'none'),
  runbook: or(text('An address for those who do not know what to do.'), '', 'none'),
  group_by: or(texts('Fields by whose values records are counted apart.', 10), [], 'all records together'),
  max_groups: or(count('How many groups are counted apart at a time.', 1, 100_000), 10_000, '10000'),
  late: or(delay('How much later than the others a record may come and still count.'), minute, '1m'),
  realert: or(realert, { baseMs: 10 * minute, maxMs: 10 * minute }, '10m'),
  resolve_after: or(delay('How long the condition must not hold until the alert is over.'), 0, '0'),
  attach: or(attach, 5, '5'),
  notify: or(texts('Names of channels.', 20), [], 'none: the alert is only seen in the desk'),
} satisfies Fields

/** Of these a rule of type early has none: what builds up is told by service, with the lines that show it. */
const earlyHasNo = ['preset', 'group_by', 'max_groups', 'resolve_after', 'attach'] as const

const frameOfType = (type: RuleType): Fields =>
  type === 'early' ? withoutFields(frameFields, earlyHasNo) : frameFields

const withoutFields = (fields: Fields, names: readonly string[]): Fields =>
  Object.fromEntries(Object.entries(fields).filter(([name]) => !names.includes(name)))

const windowAbout = duration('The length of the window, by the time of the records: `5m`. At least `1s`.')
const window: typeof windowAbout = {
  ...windowAbout,
  // Clocks of several machines, and a look once a second: nothing shorter can be told.
  parse: (raw) => {
    const read = windowAbout.parse(raw)
    return read.value !== undefined && read.value < 1000
      ? unusable(`${quote(raw)} is too short`, 'write "1s" or more')
      : read
  },
}
const field = text('The field: an attribute, or service, event, level, queue.')
const limits = {
  above: optional(number('An alert when it is at or above this.')),
  below: optional(number('An alert when it is at or below this.')),
}
const atLeast = count('An alert only when the window has so many records.')
const counted = {
  threshold: or(count('How many records it takes.'), 1, '1'),
  window: or(window, minute, '1m'),
  resolve_below: optional(
    count('The alert goes on until the window has fewer than these. Default: the threshold.'),
  ),
}
const learn = delay('How long it only learns what is usual, from its first record on.')

/** What a rule of each type has besides. */
const conditionFields = {
  frequency: { ...counted, threshold: count('How many records it takes.'), window },
  any: counted,
  'block-list': { ...counted, field, values: texts('Values that must not come.', 10_000) },
  'allow-list': {
    ...counted,
    field,
    values: texts('Values that may come; another one is an alert.', 10_000),
  },
  change: { field, window: or(window, 24 * 60 * minute, '24h') },
  spike: {
    window,
    height: number('How many times as many, or as few, as in the window before.'),
    direction: or(choice(directions, 'More, fewer, or either.'), 'up', 'up'),
    at_least: or(atLeast, 10, '10'),
  },
  flatline: { window, threshold: or(count('An alert when there are fewer than these.'), 1, '1') },
  'new-term': {
    field: texts('The field, or several whose combination counts.', 5),
    window,
    learn: or(learn, 60 * minute, '1h'),
  },
  'new-template': { learn: or(learn, 60 * minute, '1h') },
  cardinality: { field, window, ...limits },
  ratio: {
    of: search('The records whose share it is: a search.'),
    window,
    ...limits,
    at_least: or(atLeast, 20, '20'),
  },
  aggregate: {
    field,
    metric: choice(
      metrics,
      'What is made of the values; `rise` is by how much the median of the later half is above that of the earlier.',
    ),
    window,
    ...limits,
    at_least: or(atLeast, 1, '1'),
  },
  early: {
    severity: or(choice(alertSeverities, 'How bad it is.'), 'warning', 'warning'),
    sure: or(
      share('How sure it must be that a warning is not by chance: from 0.5 to 0.99.', 0.5, 0.99),
      0.7,
      '0.7',
    ),
    learn: or(
      delay('How long it only learns what is usual; what it finds until then is seen in the desk alone.'),
      24 * 60 * minute,
      '24h',
    ),
    realert: or(realert, { baseMs: 30 * minute, maxMs: 30 * minute }, '30m'),
  },
} satisfies { [Type in RuleType]: Fields }

type Conditions = typeof conditionFields
type Values<Type extends RuleType> = ValuesOf<Conditions[Type]>
type Frame = ValuesOf<typeof frameFields>

/** The condition of a rule by its values, or what is wrong with them together. */
const conditions: { [Type in RuleType]: (values: Values<Type>) => Condition | Misfit } = {
  frequency: (values) => ({ type: 'frequency', ...countOf(values) }),
  any: (values) => ({ type: 'any', ...countOf(values) }),
  'block-list': (values) => ({
    type: 'block-list',
    field: values.field,
    values: values.values,
    ...countOf(values),
  }),
  'allow-list': (values) => ({
    type: 'allow-list',
    field: values.field,
    values: values.values,
    ...countOf(values),
  }),
  change: ({ field }) => ({ type: 'change', field }),
  spike: ({ height, direction, at_least }) =>
    height > 1
      ? { type: 'spike', height, direction, atLeast: at_least }
      : { found: `a height of ${height}`, remedy: 'write how many times as many: more than 1' },
  flatline: ({ threshold }) => ({ type: 'flatline', threshold }),
  'new-term': ({ field, learn }) => ({ type: 'new-term', fields: field, learnMs: learn }),
  'new-template': ({ learn }) => ({ type: 'new-template', learnMs: learn }),
  cardinality: ({ field, above, below }) =>
    misfitOfCount({ above, below }) ?? limited({ type: 'cardinality', field, above, below }),
  ratio: ({ of, above, below, at_least }) =>
    misfitOfShare({ above, below }) ?? limited({ type: 'ratio', of, above, below, atLeast: at_least }),
  aggregate: ({ field, metric, above, below, at_least }) =>
    limited({ type: 'aggregate', field, metric, above, below, atLeast: at_least }),
  early: ({ sure, learn }) => ({ type: 'early', sure, learnMs: learn }),
}

function countOf(values: { threshold: number; resolve_below: number | undefined }): {
  threshold: number
  resolveBelow: number
} {
  const { threshold, resolve_below = threshold } = values
  return { threshold, resolveBelow: Math.min(threshold, resolve_below) }
}

/** One rule of the file, or all that is wrong with it. Never throws. */
export function readRule(raw: unknown, placeOf: Places): { rule?: Rule; mistakes: Mistake[] } {
  const { whole, isUnknown } = expandPreset(raw, frameFields)
  const type = ruleTypes.find((one) => one === (whole as { type?: unknown } | null)?.type)
  const fields = {
    ...(type ? frameOfType(type) : frameFields),
    ...(isUnknown && { id: optional(frameFields.id), type: optional(frameFields.type) }),
    ...(type ? conditionFields[type] : anyCondition()),
  }
  const { values, mistakes } = readFields(whole, fields, placeOf)
  if (values === undefined || type === undefined) return { mistakes }
  const condition = (conditions[type] as (given: typeof values) => Condition | Misfit)(values)
  if ('found' in condition) {
    const { field, ...fault } = condition
    return { mistakes: [{ place: placeOf(field === undefined ? [] : [field]), ...fault }] }
  }
  const frame = frameOf({ ...frameDefaults, ...values } as Frame & { window?: number })
  return { rule: { ...frame, ...condition, ...(type === 'early' && earlyFrame) }, mistakes: [] }
}

/** Of fields that a type has none of. */
const frameDefaults = Object.fromEntries(
  Object.entries<Field<unknown>>(frameFields).map(([name, { fallback }]) => [name, fallback?.value]),
)
const earlyFrame = { groupBy: ['service'], attach: 3 }

/** Where the type is unknown, the fields of all types are known, and none of them is read. */
function anyCondition(): Fields {
  const fields = Object.values<Fields>(conditionFields).flatMap((one) => Object.entries(one))
  return Object.fromEntries(
    fields.map(([key, { schema, about }]) => [key, optional({ parse: (raw) => usable(raw), schema, about })]),
  )
}

function frameOf(values: Frame & { window?: number }): RuleFrame {
  return {
    id: values.id,
    where: values.where,
    severity: values.severity,
    description: values.description,
    runbook: values.runbook,
    groupBy: values.group_by,
    maxGroups: values.max_groups,
    windowMs: values.window ?? 0,
    lateMs: values.late,
    realertMs: values.realert.baseMs,
    realertMaxMs: values.realert.maxMs,
    resolveAfterMs: values.resolve_after,
    attach: values.attach,
    notify: values.notify,
  }
}

/** The JSON Schema of a rule: one of its types, each with its fields. What all have is in `frameSchemas`, below `$defs`. */
export function ruleSchema(): JsonSchema {
  // What a type has of its own is no reference.
  const refsTo = (properties: object, type: RuleType): object =>
    Object.fromEntries(
      Object.entries(properties).map(([key, schema]) => [
        key,
        Object.hasOwn(frameFields, key) && !Object.hasOwn(conditionFields[type], key)
          ? { $ref: `#/$defs/${key}` }
          : schema,
      ]),
    )
  const ofType = (type: RuleType): JsonSchema => {
    const { required, properties, ...own } = schemaOf({ ...frameOfType(type), ...conditionFields[type] })
    const needed = (required as string[]).filter((key) => key !== 'id')
    const hasPresets = 'preset' in (properties as object)
    const names = Object.keys(presets).filter((name) => presets[name]!.fields.type === type)
    return {
      ...own,
      properties: { ...refsTo(properties as object, type), type: { const: type } },
      anyOf: [
        { required },
        ...(hasPresets ? [{ required: ['preset', ...needed] }] : []),
        ...(names.length > 0 ? [{ required: ['preset'], properties: { preset: { enum: names } } }] : []),
      ],
    }
  }
  return { oneOf: ruleTypes.map(ofType) }
}

export function frameSchemas(): JsonSchema {
  return schemaOf(frameFields).properties as JsonSchema
}

/** The fields of all rules, those of each type, and what presets say: what the reference is made of. */
export function ruleReference(): {
  frame: Fields
  conditions: { [Type in RuleType]: Fields }
  presets: { readonly [name: string]: Preset }
} {
  return { frame: frameFields, conditions: conditionFields, presets }
}
