import { printSearch } from '@clew/search'
import { formatMistake } from '@clew/settings'
import { expect, test } from 'vitest'
import { presets } from './presets.ts'
import { readRules } from './read-rules.ts'
import { readYaml } from './yaml.ts'

function read(yaml: string) {
  const { root, placeOf } = readYaml(`rules: ${yaml}`, 'alerts.yaml')
  const { rules, mistakes } = readRules((root as { rules: unknown }).rules, placeOf, ['ops'])
  return { rules, mistakes: mistakes.map(formatMistake) }
}

/** The same rule, written out. */
function writtenOut(name: string, more: object = {}) {
  return read(JSON.stringify([{ id: name, ...presets[name]!.fields, ...more }])).rules
}

test.each(Object.keys(presets))('%s alone is a whole rule, with its name as its id', (name) => {
  expect(read(`\n- preset: ${name}`)).toEqual({ rules: writtenOut(name), mistakes: [] })
})

test('each field of a preset can be written, and what others have is added', () => {
  const { rules, mistakes } = read(`
- id: slow-mails
  preset: job-wait
  where: "queue:mails bullmq.job.wait_ms:*"
  above: 5000
  window: 1m
  group_by: [service, queue]
  severity: critical
  description: 邮件队列积压
  late: 10s
  notify: ops
`)
  expect(mistakes).toEqual([])
  const where = 'queue:mails bullmq.job.wait_ms:*'
  const more = { above: 5000, window: '1m', group_by: ['service', 'queue'], severity: 'critical' }
  const rest = { where, description: '邮件队列积压', late: '10s', notify: 'ops', id: 'slow-mails' }
  expect(rules).toEqual(writtenOut('job-wait', { ...more, ...rest }))
})

test('a field that is left empty is as the preset says', () => {
  expect(read('\n- { preset: job-stalled, window: , id: }').rules).toEqual(writtenOut('job-stalled'))
})

test('with another type the condition is its own: where, groups, severity and text are of the preset', () => {
  const { rules, mistakes } = read(`
- preset: job-wait
  type: cardinality
  field: messaging.message.id
  where: "bullmq.job.wait_ms>=60000"
  window: 10m
  above: 20
`)
  expect(mistakes).toEqual([])
  const { where, ...rule } = rules[0]!
  expect(printSearch(where)).toBe('bullmq.job.wait_ms>=60000')
  expect(rule).toMatchObject({
    ...{ id: 'job-wait', type: 'cardinality', field: 'messaging.message.id', windowMs: 600_000, above: 20 },
    ...{ groupBy: ['queue'], severity: 'warning', description: presets['job-wait']!.fields.description },
  })
  expect(rule).not.toHaveProperty('metric')
})

test('all that is wrong is told, with the nearest name of a preset that nobody knows', () => {
  const { rules, mistakes } = read(`
- preset: job-staled
- preset: 5
  window: 5
- id: mine
  preset: job-wait
  abov: 5000
- preset: job-wait
  type: flatline
- { preset: job-stalled, notify: nobody }
- preset: job-stalled
- preset: job-stalled
`)
  expect(rules.map(({ id }) => id)).toEqual(['job-stalled'])
  expect(mistakes).toMatchInlineSnapshot(`
    [
      "alerts.yaml:2: rules[0]: preset: "job-staled" is unknown; did you mean job-stalled?",
      "alerts.yaml:3: rules[1]: preset: "5" is unknown; write job-attempts-used-up, job-stalled, job-wait, job-scheduler-missed or job-delayed-backlog",
      "alerts.yaml:7: rules[2] "mine": abov: nobody knows this field; did you mean above?",
      "alerts.yaml:8: rules[3]: it has no window; write window: The length of the window, by the time of the records: \`5m\`. At least \`1s\`.",
      "alerts.yaml:10: rules[4]: notify: there is no channel "nobody"; channels are ops",
      "alerts.yaml:12: rules[6]: id: "job-stalled" is there twice; give it another id",
    ]
  `)
})
