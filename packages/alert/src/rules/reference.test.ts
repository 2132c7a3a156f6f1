import { join } from 'node:path'
import { expect, test } from 'vitest'
import { stringify } from 'yaml'
import type { RuleType } from '../alert.ts'
import type { Fields } from './fields.ts'
import { ruleReference } from './rule-fields.ts'

const { frame, conditions, presets } = ruleReference()

/** When each type is an alert, in a sentence. */
const when: { [Type in RuleType]: string } = {
  frequency: 'So many records in a window, wherever it begins.',
  any: 'Any record that matches. Nobody says that it is over.',
  'block-list': 'A record whose field has one of these values.',
  'allow-list': 'A record whose field has none of these values. One without the field is let pass.',
  change: 'The field has another value than in the record before, if that is not older than the window.',
  spike:
    'So many times as many records, or as few, as in the window before. It says nothing until two windows have passed. A window before without any counts as one record.',
  flatline:
    'Too few records in a window: from the start of whoever runs the rules, with `group_by` from the first record of the group on. A group that is silent for a day, or for 20 windows, is forgotten.',
  'new-term':
    'A value, or a combination of values, that was not seen for the length of the window. 10,000 are remembered, those seen last.',
  'new-template':
    'A line that is like none before, its variable parts left out. 2,000 templates are remembered; so that all see the same, it is best without `group_by`.',
  cardinality: 'So many distinct values of the field in a window, or as few. 5,000 are told apart.',
  ratio:
    'The share of the records that `of` finds among those that `where` finds, in a window. The lines of the alert are those that `of` finds.',
  early:
    'What builds up before a failure, told as one warning for each cause: see the [guide](../guide/early-warnings.md). It learns what is usual of each kind of line, of numbers on lines, and of the spans of the same source; `where` says which lines and spans it looks at; a span is looked at as a line of its name and attributes. It has no `preset`, `group_by`, `max_groups`, `resolve_after` and `attach`: what builds up is told by service, with up to three lines.',
  aggregate:
    'A number made of the values of the field in a window; of the newest 2,000 of them. A value that is no number is left out.',
}

const header = ['Field', 'Default', 'What it does']

/** A table with even columns, as the formatter leaves it. */
function table(fields: Fields, leaveOut: Fields = {}): string {
  const rows = Object.entries(fields)
    .filter(([name, field]) => leaveOut[name] !== field)
    .map(([name, { about, fallback, schema }]) => [
      `\`${name}\``,
      fallback ? fallback.shown : '**needed**',
      `${about}${'enum' in schema ? ` One of ${(schema.enum as string[]).join(', ')}.` : ''}`,
    ])
  const widths = header.map((title, at) => Math.max(title.length, ...rows.map((row) => row[at]!.length)))
  return [header, widths.map((width) => '-'.repeat(width)), ...rows]
    .map((cells) => `| ${cells.map((cell, at) => cell.padEnd(widths[at]!)).join(' | ')} |`)
    .join('\n')
}

const page = `# Alert rules

Rules stand in a YAML file, \`alerts.yaml\`, below \`rules\`. Durations are written as \`30s\`, \`5m\`, \`2h\` or \`7d\`. All that cannot be
used is said at once, each with its line, what was found and what to write; the other rules run. An editor completes the file by
[alerts.schema.json](../../packages/alert/alerts.schema.json).

\`\`\`yaml
rules:
  - id: payment-failed-500
    where: "payment_failed status:500"
    type: frequency
    threshold: 3
    window: 5m
    group_by: service
    severity: critical
    realert: { base: 10m, exponential: 4h }
    notify: wecom-pay
\`\`\`

\`where\` is a [search](../guide/search.md) as the desk has it: what finds the lines there is the rule. Terms that ask for more than
one record cannot be in it: \`dur\`, \`name\`, \`pattern\`. Records count by the time that they carry. One that comes late still completes
the windows that end after it, for as long as \`late\` says; one whose time lies more than five minutes ahead, or before the year 2000, counts from when it
came. A sampled record counts with its weight.

An alert begins with the record that completes its condition. That it is over, or that something is missing, is told when nothing older can
come any more, so later by \`late\`. An alert has the id of the moment that began it, reminders and its end have the same. While it goes on the rule and group are
silent for \`realert\`.

## Every rule

${table(frame)}
${Object.entries(conditions)
  .map(([type, fields]) => `\n## ${type}\n\n${when[type as RuleType]}\n\n${table(fields, frame)}\n`)
  .join('')}
## Presets

A rule with \`preset\` is the rule of that name, and every field that is written beside it goes before: \`{ preset: job-wait, above: 5000, notify: ops }\`.
Without an \`id\` it has the preset's name. With another \`type\` the condition is its own, and \`where\`, \`group_by\`, \`severity\` and \`description\`
are of the preset. These are for queues of [BullMQ](../../packages/queues/bullmq/README.md); how they are used is in the
[guide](../guide/alerts.md#queues).
${Object.entries(presets)
  .map(([name, { about, fields }]) => `\n### ${name}\n\n${about}\n\n\`\`\`yaml\n${yamlOf(fields)}\`\`\`\n`)
  .join('')}`

function yamlOf(fields: object): string {
  return stringify(fields, { lineWidth: 0, collectionStyle: 'any' })
}

test('docs/reference/alert-rules.md is made of the tables that read the file', async () => {
  await expect(page).toMatchFileSnapshot(
    join(import.meta.dirname, '../../../../docs/reference/alert-rules.md'),
  )
})
