import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { defaultDeniedKeys } from '../../../otlp/src/redact/denied-keys.ts'
import { read } from '../../test/config-rig.ts'
import { createRedaction } from './redaction.ts'

const guide = readFileSync(new URL('../../../../docs/guide/redaction.md', import.meta.url), 'utf8')
const [, yaml = ''] = /```yaml\n([\s\S]*?)```/.exec(guide) ?? []
const rows = [...guide.matchAll(/^\| `(.+?)` +\| `(.+?)` +\|$/gm)].map(
  ([, given, sent]) => [given!, sent!] as const,
)

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
