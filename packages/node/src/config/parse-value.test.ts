import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { nearestName } from './nearest-name.ts'
import { parseAttributes, parseHeaders, parseList, parseMap } from './parse-list.ts'
import {
  parseBoolean,
  parseBytes,
  parseChoice,
  parseCount,
  parseDuration,
  parseNumber,
  parseOtelBoolean,
  parseRatio,
  parseText,
  parseTimeout,
} from './parse-scalar.ts'
import { type Parse, quote } from './parsed.ts'

type Row = [parser: string, parse: Parse<unknown>, raw: unknown, value: unknown]

const good: Row[] = [
  ['boolean', parseBoolean, 'on', true],
  ['boolean', parseBoolean, 'YES', true],
  ['boolean', parseBoolean, 1, true],
  ['boolean', parseBoolean, false, false],
  ['boolean', parseBoolean, '0', false],
  ['OTel boolean', parseOtelBoolean, 'True', true],
  ['OTel boolean', parseOtelBoolean, 'false', false],
  ['text', parseText, 12, '12'],
  ['number', parseNumber(), '-1.5', -1.5],
  ['count', parseCount, '128', 128],
  ['count', parseCount, 0, 0],
  ['ratio', parseRatio, '0.25', 0.25],
  ['bytes', parseBytes, '64MiB', 67_108_864],
  ['bytes', parseBytes, '1.5 kB', 1_500],
  ['bytes', parseBytes, 4096, 4096],
  ['bytes', parseBytes, '2gib', 2_147_483_648],
  ['duration', parseDuration, '5s', 5_000],
  ['duration', parseDuration, '1500', 1_500],
  ['duration', parseDuration, '0.5m', 30_000],
  ['timeout', parseTimeout, '0', 2 ** 31 - 1],
  ['choice', parseChoice(['flush', 'off']), ' Flush ', 'flush'],
  ['list', parseList(), 'a, b,,a', ['a', 'b']],
  ['list', parseList(), ['a', 'b'], ['a', 'b']],
  ['list', parseList(), 'a', ['a']],
  ['map', parseMap(), 'a=1,b=x=y', { a: '1', b: 'x=y' }],
  ['map', parseMap(['parent', 'link']), { mails: 'link' }, { mails: 'link' }],
  ['attributes', parseAttributes, 'a=b%2Cc, d%20e = f ', { a: 'b,c', 'd e': 'f' }],
  ['attributes', parseAttributes, { a: '50%' }, { a: '50%' }],
  ['headers', parseHeaders, 'X-Token=a%20b,y=%C3%A9', { 'x-token': 'a b', y: 'é' }],
]

const bad: [...Row, faults: string[]][] = [
  ['boolean', parseBoolean, 'maybe', undefined, ['"maybe" is neither on nor off; write true or false']],
  ['OTel boolean', parseOtelBoolean, '1', false, ['"1" counts as false; write true or false']],
  ['text', parseText, ['a'], undefined, ['"[\\"a\\"]" is no text; write it in quotes']],
  ['number', parseNumber(), '5s', undefined, ['"5s" is not a number; write digits only']],
  ['number', parseNumber(1), '0', undefined, ['"0" is below 1; write 1 or more']],
  ['count', parseCount, '-1', undefined, ['"-1" is not a whole number; write one from 0 to 2147483647']],
  ['count', parseCount, '1.5', undefined, ['"1.5" is not a whole number; write one from 0 to 2147483647']],
  ['ratio', parseRatio, '25%', undefined, ['"25%" is not a share; write a number from 0 to 1, such as 0.25']],
  [
    'bytes',
    parseBytes,
    '64 elephants',
    undefined,
    ['"64 elephants" is not a size; write "64MiB", "500kB" or a number of bytes'],
  ],
  [
    'duration',
    parseDuration,
    '5 days',
    undefined,
    ['"5 days" is not a duration; write "5s", "500ms" or a number of milliseconds'],
  ],
  [
    'duration',
    parseDuration,
    '-5',
    undefined,
    ['"-5" is not a duration; write "5s", "500ms" or a number of milliseconds'],
  ],
  [
    'choice',
    parseChoice(['flush', 'spool', 'off']),
    'flsh',
    undefined,
    ['"flsh" is unknown; write flush, spool or off'],
  ],
  ['list', parseList(['a', 'b']), 'a,c', ['a'], ['"c" is unknown; write a or b']],
  ['list', parseList(['a', 'b']), 'c', undefined, ['"c" is unknown; write a or b']],
  [
    'list',
    parseList(),
    { a: 1 },
    undefined,
    ['"{\\"a\\":1}" is not a list; write words with commas between them'],
  ],
  ['map', parseMap(['link']), 'a=link,b=lnk', { a: 'link' }, ['"lnk" for "b" is unknown; write link']],
  ['map', parseMap(), 'a', undefined, ['pair 1 has no name; write name=value']],
  [
    'attributes',
    parseAttributes,
    'a=1,=2,b=%zz,c',
    { a: '1' },
    [
      'pair 2 has no name; write name=value',
      'the value of "b" is not percent-encoded; write % as %25',
      'pair 4 has no name; write name=value',
    ],
  ],
  [
    'headers',
    parseHeaders,
    'a b=secret,c=%0Asecret,d=%E2%82%AC,e=1',
    { e: '1' },
    [
      '"a b" is no name of a header; write letters, digits and hyphens',
      'the value of "c" has characters that no header can have; write ASCII',
      'the value of "d" has characters that no header can have; write ASCII',
    ],
  ],
  ['headers', parseHeaders, ['a'], undefined, ['it is not a list of pairs; write name=value,name=value']],
]

describe('values', () => {
  it.each(good)('%s of %3$j', (_, parse, raw, value) => {
    expect(parse(raw)).toEqual({ value, faults: [] })
  })

  it.each(bad)('%s of %3$j is a fault', (_, parse, raw, value, faults) => {
    expect(parse(raw)).toEqual({ value, faults })
  })

  const parsers: [string, Parse<unknown>][] = [
    ...new Map([...good, ...bad].map(([name, parse]): [string, Parse<unknown>] => [name, parse])),
  ]
  it.each(parsers)('%s gives a value or says what is wrong, whatever comes', (_, parse) => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.jsonValue()), (raw) => {
        const { value, faults } = parse(raw)
        expect(value !== undefined || faults.length > 0).toBe(true)
      }),
    )
  })

  it('reads back every pair that is percent-encoded', () => {
    const pairs = fc.dictionary(
      fc.string({ minLength: 1 }).filter((name) => name.trim() === name && name !== '__proto__'),
      fc.string(),
    )
    fc.assert(
      fc.property(pairs, (given) => {
        const text = Object.entries(given)
          .map((pair) => pair.map(encodeURIComponent).join('='))
          .join(',')
        expect({ ...parseAttributes(text).value }).toEqual({ ...given })
      }),
    )
  })
})

describe('quote()', () => {
  it('leaves out passwords and the rest of a long text', () => {
    expect([quote('https://me:secret@host/x'), quote('a'.repeat(100))]).toEqual([
      '"https://***@host/x"',
      `"${'a'.repeat(80)}…"`,
    ])
  })
})

describe('nearestName()', () => {
  it.each([
    ['CLEW_MAX_QUEUE_BYTE', 'CLEW_MAX_QUEUE_BYTES'],
    ['CLEW_MAXQUEUE_BYTES', 'CLEW_MAX_QUEUE_BYTES'],
    ['CLEW_EXITS', 'CLEW_EXIT'],
    ['CLEW_SOMETHING_ELSE', undefined],
  ])('of %s is %s', (name, expected) => {
    expect(nearestName(name, ['CLEW_EXIT', 'CLEW_MAX_QUEUE_BYTES', 'CLEW_QUIET'])).toBe(expected)
  })
})
