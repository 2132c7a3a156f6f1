import { expect, test } from 'vitest'
import { parseKeepRules, parseStorm } from './keep-rules.ts'
import { keepSettings } from './keep-settings.ts'

const upTo = { trace: 4, debug: 8, info: 12, warn: 16, error: 20, fatal: 24 }

test.each<[string, unknown, unknown]>([
  ['a share', '1%', [{ name: '<=info', maxSeverity: upTo.info, keep: 0.01 }]],
  ['a share as a number', 0.25, [{ name: '<=info', maxSeverity: upTo.info, keep: 0.25 }]],
  [
    'levels and modules',
    '<=info=1%, warn@payments=100%,warn=0',
    [
      { name: '<=info', maxSeverity: upTo.info, keep: 0.01 },
      { name: 'warn payments', minSeverity: 13, maxSeverity: upTo.warn, modules: ['payments'], keep: 1 },
      { name: 'warn', minSeverity: 13, maxSeverity: upTo.warn, keep: 0 },
    ],
  ],
  ['a level and above', '>=warn=50%', [{ name: '>=warn', minSeverity: 13, keep: 0.5 }]],
  ['any level of a module', '@cache=0', [{ name: 'cache', modules: ['cache'], keep: 0 }]],
  [
    'a list of maps',
    [
      { level: 'info', module: ['a', 'b*'], keep: '10%', hold: false },
      { event: 'order_paid', service: 'shop', where: 'status:500', keep: 1 },
    ],
    [
      {
        name: 'info a,b*',
        minSeverity: 9,
        maxSeverity: upTo.info,
        modules: ['a', 'b*'],
        keep: 0.1,
        hold: false,
      },
      {
        name: 'order_paid shop status:500',
        events: ['order_paid'],
        services: ['shop'],
        where: 'status:500',
        keep: 1,
      },
    ],
  ],
  ['nothing', '', []],
])('%s', (_, raw, rules) => {
  expect(parseKeepRules(raw)).toEqual({ value: rules, faults: [] })
})

test.each<[string, unknown, string[]]>([
  ['a share above all', '101%', ['rule 1: keep: "101%" is not a share; write "1%", or a number from 0 to 1']],
  [
    'a share that is none',
    'info=many',
    ['rule 1: keep: "many" is not a share; write "1%", or a number from 0 to 1'],
  ],
  ['no share', [{ level: 'info' }], ['rule 1: it has no share; add keep: 1%']],
  [
    'no such level',
    'inof=1%',
    [
      'rule 1: level: "inof" is no level; write trace, debug, info, warn, error, fatal, or one of them behind <= or >=',
    ],
  ],
  [
    'a part with nothing behind it',
    [
      { level: 'info', keep: null },
      { event: null, keep: 1 },
      { module: [], keep: 1 },
      { service: [null], keep: 1 },
    ],
    [
      'rule 1: keep: nothing is written; write 1%',
      'rule 2: event: nothing is written; write what it is, or leave event out',
      'rule 3: module: nothing is written; write what it is, or leave module out',
      'rule 4: service: nothing is written; write what it is, or leave service out',
    ],
  ],
  ['no such part', [{ modul: 'a', keep: 1 }], ['rule 1: "modul" is no part of a rule; write module']],
  [
    'a map',
    { level: 'info', keep: 1 },
    [
      'it is no list of rules; write them as "<=info=1%,warn@payments=100%,warn=0", or as a list of maps in clew.yaml',
    ],
  ],
  [
    'a list in a list',
    [['info']],
    [
      'rule 1: a list is no rule; write them as "<=info=1%,warn@payments=100%,warn=0", or as a list of maps in clew.yaml',
    ],
  ],
])('%s is a fault', (_, raw, lines) => {
  const { value, faults } = parseKeepRules(raw)
  expect([value, faults.map(({ found, remedy }) => `${found}; ${remedy}`)]).toEqual([undefined, lines])
})

test('a rule without a fault is in force beside one with', () => {
  const { value, faults } = parseKeepRules('info=1%,warn=x')
  expect([value?.map(({ name }) => name), faults.length]).toEqual([['info'], 1])
})

test.each<[unknown, unknown]>([
  ['100/50', { first: 100, every: 50 }],
  [' 0 / 1 ', { first: 0, every: 1 }],
  ['100/0', undefined],
  ['100', undefined],
])('a storm is written as %j', (raw, storm) => {
  expect(parseStorm(raw).value).toEqual(storm)
})

test.each<[unknown, unknown]>([
  ['0', 0],
  ['64KiB', 65_536],
  ['65535', undefined],
  [1, undefined],
])('memory for what waits: %j', (raw, bytes) => {
  const { value, faults } = keepSettings.holdBytes.parse(raw)
  expect([value, faults.map(({ remedy }) => remedy)]).toEqual([
    bytes,
    bytes === undefined ? ['write 64KiB or more, or 0 for none'] : [],
  ])
})
