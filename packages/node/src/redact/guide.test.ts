import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { defaultDeniedKeys } from '../../../otlp/src/redact/denied-keys.ts'
import { redactPatternNames } from '../../../otlp/src/redact/redaction.ts'
import { read } from '../../test/config-rig.ts'
import { createRedaction } from './redaction.ts'

const guide = readFileSync(new URL('../../../../docs/guide/redaction.md', import.meta.url), 'utf8')
const [, yaml = ''] = /```yaml\n([\s\S]*?)```/.exec(guide) ?? []
/** Pairs of code in the tables between two headings. */
const pairsIn = (from: string, to: string): (readonly [string, string])[] =>
  [...guide.slice(guide.indexOf(from), guide.indexOf(to)).matchAll(/^\| `(.+?)` +\| `(.+?)` +\|$/gm)].map(
    ([, first, second]) => [first!, second!] as const,
  )
const rows = pairsIn('# Redaction', '## Try it first')

test('the guide has examples', () => expect(rows.length).toBeGreaterThan(8))

test.for(rows)('docs/guide/redaction.md: %s is sent as %s', ([given, sent]) => {
  const { config, problems } = read({}, yaml)
  const { clean } = createRedaction(config.redact)
  const written = given.startsWith('{') ? { body: '', attributes: JSON.parse(given) } : { body: given }
  const { body, attributes } = clean.log({
    timeUnixMs: 1,
    severityNumber: 9,
    severityText: 'info',
    ...written,
  })
  expect([given.startsWith('{') ? JSON.stringify(attributes) : body, problems]).toEqual([sent, []])
})

test('docs/guide/redaction.md has the default list of keys', () => {
  const listed = guide.slice(guide.indexOf('These are denied:'), guide.indexOf('A `*` is any beginning'))
  expect([...listed.matchAll(/`([^`]+)`/g)].map(([, name]) => name)).toEqual(defaultDeniedKeys)
})

test('docs/guide/redaction.md has all patterns that are built in', () => {
  const listed = guide.slice(guide.indexOf('## By pattern'), guide.indexOf('### Your own'))
  expect([...listed.matchAll(/^\| `([^`]+)` /gm)].map(([, name]) => name)).toEqual(redactPatternNames)
})

test('docs/guide/redaction.md: what it says of own patterns is so', () => {
  const examples = pairsIn('### Your own', '## What it does not find')
  const inForce = examples.map((two) =>
    two.map((pattern) => read({ CLEW_REDACT: 'on', CLEW_REDACT_PATTERNS: `own=${pattern}` })),
  )
  expect(inForce.map((two) => two.map(({ config }) => config.redact.own.length))).toEqual(
    examples.map(() => [0, 1]),
  )
  const [, ownYaml = ''] = /### Your own\n\n```yaml\n([\s\S]*?)```/.exec(guide) ?? []
  const { config, problems } = read({}, ownYaml)
  expect([config.redact.own.map(({ name }) => name), problems]).toEqual([['staff', 'host'], []])
})
