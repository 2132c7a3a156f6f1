import { expect, test } from 'vitest'
import { plain, read } from '../../test/config-rig.ts'
import type { RedactConfig } from './redact-settings.ts'

const off = plain.redact
const remedy = 'write one such as password, user.card, *secret or !token; in force: the rest'

test.for<[Record<string, string>, string | undefined, Partial<RedactConfig>, string[]]>([
  [{ CLEW_REDACT: 'on' }, undefined, { mode: 'on' }, []],
  [{ CLEW_REDACT: 'report' }, 'redact: { mode: on }', { mode: 'report' }, []],
  [
    {},
    'redact: { mode: on, keys: [user.card, "*.iban", "!token"], patterns: [email] }',
    { mode: 'on', keys: ['user.card', '*.iban', '!token'], patterns: ['email'] },
    [],
  ],
  [{ CLEW_REDACT: 'on', CLEW_REDACT_PATTERNS: 'off' }, undefined, { mode: 'on', patterns: [] }, []],
  [
    { CLEW_REDACT: 'ON!' },
    undefined,
    { mode: 'on' },
    ['CLEW_REDACT: "ON!" is unknown; write off, report or on; in force: on'],
  ],
  [
    { CLEW_REDACT: 'on', CLEW_REDACT_KEYS: 'a..b,/x/,c' },
    undefined,
    { mode: 'on', keys: ['c'] },
    [
      `CLEW_REDACT_KEYS: a text of 4 characters is no key path; ${remedy}`,
      `CLEW_REDACT_KEYS: a text of 3 characters is no key path; ${remedy}`,
    ],
  ],
  [
    { CLEW_REDACT_KEYS: 'iban' },
    'redact: { patterns: [card] }',
    { keys: ['iban'], patterns: ['card'] },
    [
      'CLEW_REDACT_KEYS: nothing is cut without CLEW_REDACT; write CLEW_REDACT=on; in force: off',
      'clew.yaml:1: redact.patterns: nothing is cut without CLEW_REDACT; write CLEW_REDACT=on; in force: off',
    ],
  ],
])('%j and %j', ([env, yaml, expected, problems]) => {
  const { config, problems: found } = read(env, yaml)
  expect([config.redact, found]).toEqual([{ ...off, ...expected }, problems])
})
