import { join } from 'node:path'
import { formatMistake } from '@clew/settings'
import { expect, test } from 'vitest'
import { alertsSchema, readAlertsFile } from './alerts-file.ts'

test('ten mistakes are told at once, each with its line and remedy, and the good rules can run', () => {
  const { file, mistakes } = readAlertsFile(
    `
channels:
  chat: { type: wecom, url: '\${NOT_THERE}' }
  ops: { type: slak }
rules:
  - id: first
    type: frequency
    where: 'payment_failed status:500'
    threshold: 3
    window: 5
    notfy: chat
  - id: second
    type: frequncy
  - id: third
    type: any
    where: 'dur>200ms'
    notify: nobody
  - id: fourth
    type: ratio
    of: level>=err
    window: 5m
    above: 0.5
  - id: good
    type: any
    where: level:fatal
  - id: good
    type: any
silences:
  - { rule: good, until: tomorrow }
mutes:
  - { from: 22:00, until: "06:00", time_zone: Mars/Phobos }
inhibt: []
`,
    'alerts.yaml',
    {},
  )
  expect(mistakes.map(formatMistake).toSorted()).toMatchInlineSnapshot(`
    [
      "alerts.yaml:10: rules[0] "first": window: "5" has no unit; write "30s", "15m", "2h" or "7d"",
      "alerts.yaml:11: rules[0] "first": notfy: nobody knows this field; did you mean notify?",
      "alerts.yaml:13: rules[1] "second": type: "frequncy" is unknown; write frequency, any, block-list, allow-list, change, spike, flatline, new-term, cardinality, ratio, aggregate, new-template or early",
      "alerts.yaml:16: rules[2] "third": where: "dur>200ms" asks for a span, a chain or a pattern; a rule looks at one record; leave it out",
      "alerts.yaml:20: rules[3] "fourth": of: character 1 of "level>=err"; level "err" is unknown; did you mean "error"? Levels are trace, debug, info, warn, error, fatal",
      "alerts.yaml:26: rules[5] "good": id: "good" is there twice; give it another id",
      "alerts.yaml:29: silences[0]: until: "tomorrow" is no moment; write 2026-11-29T22:00:00+08:00",
      "alerts.yaml:31: mutes[0]: time_zone: a text of 11 characters is no time zone; write one as "Asia/Shanghai" or "UTC"",
      "alerts.yaml:32: inhibt: nobody knows this field; did you mean inhibit?",
      "alerts.yaml:3: channels: chat: url: the environment has no NOT_THERE; set it, or write the value itself",
      "alerts.yaml:4: channels: ops: type: nobody knows the type "slak"; did you mean slack?",
    ]
  `)
  expect(file.rules.map(({ id }) => id)).toEqual(['good'])
})

test.each([
  ['flatline, window: 1ns', 'window: "1ns" is too short; write "1s" or more'],
  ['ratio, of: x, window: 5m, above: 5', 'above: 5; a share is a number from 0 to 1: write 0.05 for 5 %'],
  ['ratio, of: x, window: 5m, below: -1', 'below: -1; a share is a number from 0 to 1: write 0.05 for 5 %'],
  [
    'ratio, of: x, window: 5m, above: 0.1, below: 0.5',
    'every number is at or above 0.1, or at or below 0.5; write an above that is more than below',
  ],
  ['cardinality, field: u, window: 5m, above: 0', 'above: 0; there are always as many; write 1 or more'],
  ['cardinality, field: u, window: 5m, below: -1', 'below: -1; there are never so few; write 0 or more'],
])('a rule that can never tell anything, or always, says so: %s', (text, mistake) => {
  const { file, mistakes } = readAlertsFile(`rules:\n  - { id: a, type: ${text} }\n`, 'alerts.yaml', {})
  expect([file.rules, mistakes.map(formatMistake)]).toEqual([[], [`alerts.yaml:2: rules[0] "a": ${mistake}`]])
})

test.each([
  ['rules: [', 'alerts.yaml:1'],
  ['- a', 'alerts.yaml:1'],
  ['', 'alerts.yaml:1'],
  ['rules: 5', 'alerts.yaml:1: rules'],
  ['a: &a [*a]', 'alerts.yaml'],
])('%j is no rule file', (text, place) => {
  const { file, mistakes } = readAlertsFile(text, 'alerts.yaml', {})
  expect(file.rules).toEqual([])
  expect(mistakes[0]?.place).toContain(place)
})

test('alerts.schema.json is made of the tables that read the file', async () => {
  const schema = `${JSON.stringify(alertsSchema(), undefined, 2)}\n`
  await expect(schema).toMatchFileSnapshot(join(import.meta.dirname, '../../alerts.schema.json'))
})
