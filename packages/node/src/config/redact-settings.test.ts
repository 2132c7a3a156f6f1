import { expect, test } from 'vitest'
import { plain, read } from '../../test/config-rig.ts'
import type { RedactConfig } from './redact-settings.ts'

const off = plain.redact
const remedy = 'write one such as password, user.card, *secret or !token; in force: the rest'
const ownRemedy =
  'write all, any of card, token, email, phone, cn-id, or name=/expression/, or off; in force: the rest'

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
    { CLEW_REDACT: 'on', CLEW_REDACT_PATTERNS: 'card, staff=/EMP-[,/]\\d{2,6}/i,badge=/B\\/\\d{4}/' },
    undefined,
    {
      mode: 'on',
      patterns: ['card'],
      own: [
        { name: 'staff', source: 'EMP-[,/]\\d{2,6}', flags: 'i' },
        { name: 'badge', source: 'B\\/\\d{4}', flags: '' },
      ],
    },
    [],
  ],
  [
    {},
    'redact: { mode: on, patterns: [all, "staff=/EMP-\\\\d{6}/"] }',
    { mode: 'on', own: [{ name: 'staff', source: 'EMP-\\d{6}', flags: '' }] },
    [],
  ],
  [
    {
      CLEW_REDACT: 'on',
      CLEW_REDACT_PATTERNS: 'cards,a=/(x+)+y/,b=/(/,card=/x/,c=/x/g,d=/x{1,9}/,d=/y/,Secret-1234=/x/',
    },
    undefined,
    { mode: 'on', patterns: [], own: [{ name: 'd', source: 'x{1,9}', flags: '' }] },
    [
      `CLEW_REDACT_PATTERNS: "cards" is unknown; ${ownRemedy}`,
      'CLEW_REDACT_PATTERNS: a: "x+" has no end; write how often at most, such as {1,64} for +; only the last part needs none, or off; in force: the rest',
      'CLEW_REDACT_PATTERNS: b: it is no regular expression; correct it, or off; in force: the rest',
      'CLEW_REDACT_PATTERNS: the name card is taken; give the pattern another one, or off; in force: the rest',
      'CLEW_REDACT_PATTERNS: c: its flags are not all known; write any of i, m, s and u, or off; in force: the rest',
      'CLEW_REDACT_PATTERNS: the name d is taken; give the pattern another one, or off; in force: the rest',
      `CLEW_REDACT_PATTERNS: a text of 15 characters is unknown; ${ownRemedy}`,
    ],
  ],
  [
    { CLEW_REDACT: 'on', CLEW_REDACT_PATTERNS: 'x' },
    'redact: { patterns: { a: b } }',
    { mode: 'on' },
    [
      `CLEW_REDACT_PATTERNS: "x" is unknown; ${ownRemedy.replace('the rest', 'clew.yaml:1: redact.patterns')}`,
      `clew.yaml:1: redact.patterns: a map is not a list; ${ownRemedy.replace('the rest', 'all')}`,
    ],
  ],
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
