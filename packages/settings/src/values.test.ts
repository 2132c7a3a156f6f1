import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseEncodedPairs, parseHeaders, parseList, parsePairs } from './list.ts'
import { type Parse, quote } from './parsed.ts'
import {
  parseBoolean,
  parseChoice,
  parseCount,
  parseDecimal,
  parseNumber,
  parseOrOff,
  parsePositive,
  parseRatio,
  parseText,
} from './scalar.ts'

type Row = [parser: string, parse: Parse<unknown>, raw: unknown, value: unknown]

const good: Row[] = [
  ['boolean', parseBoolean, 'on', true],
  ['boolean', parseBoolean, 'YES', true],
  ['boolean', parseBoolean, 1, true],
  ['boolean', parseBoolean, false, false],
  ['boolean', parseBoolean, '0', false],
  ['text', parseText, 12, '12'],
  ['number', parseNumber(), '-1.5', -1.5],
  ['count', parseCount(), '128', 128],
  ['count', parseCount(), 0, 0],
  ['count', parseCount(), '1e3', 1000],
  ['port', parseCount(65_535), '65535', 65_535],
  ['ratio', parseRatio, '0.25', 0.25],
  ['choice', parseChoice(['flush', 'off']), ' Flush ', 'flush'],
  ['positive number', parsePositive(parseCount()), '1', 1],
  ['count or off', parseOrOff(parseCount()), '0', 0],
  ['count or off', parseOrOff(parseCount()), 'Off', false],
  ['count or off', parseOrOff(parseCount()), false, false],
  ['list', parseList(), 'a, b,,a', ['a', 'b']],
  ['list', parseList(), ['a', 'b'], ['a', 'b']],
  ['list', parseList(), 'a', ['a']],
  ['list', parseList(), ' , ', []],
  ['list', parseList(['1', '2']), [1, null, 2], ['1', '2']],
  ['map', parsePairs(), 'a=1,b=x=y', { a: '1', b: 'x=y' }],
  ['map', parsePairs(['parent', 'link']), { mails: 'link' }, { mails: 'link' }],
  [
    'map',
    parsePairs(),
    'a=1,__proto__=2',
    Object.fromEntries([
      ...[
        ['a', '1'],
        ['__proto__', '2'],
      ],
    ]),
  ],
  ['attributes', parseEncodedPairs, 'a=b%2Cc, d%20e = f ', { a: 'b,c', 'd e': 'f' }],
  ['attributes', parseEncodedPairs, { a: '50%' }, { a: '50%' }],
  ['headers', parseHeaders, 'X-Token=a%20b,y=%C3%A9', { 'x-token': 'a b', y: 'é' }],
]

const bad: [...Row, faults: string[]][] = [
  ['boolean', parseBoolean, 'maybe', undefined, ['"maybe" is neither on nor off; write true or false']],
  ['text', parseText, ['a'], undefined, ['a list or a map is no text; write it in quotes']],
  ['number', parseNumber(), '5s', undefined, ['"5s" is not a number; write digits only']],
  ['number', parseNumber(1), '0', undefined, ['"0" is below 1; write 1 or more']],
  ['count', parseCount(), '-1', undefined, ['"-1" is not a whole number; write one from 0 to 2147483647']],
  ['count', parseCount(), '1.5', undefined, ['"1.5" is not a whole number; write one from 0 to 2147483647']],
  [
    'count',
    parseCount(),
    '0x10',
    undefined,
    ['a text of 4 characters is not a whole number; write one from 0 to 2147483647'],
  ],
  ['count', parseCount(), '', undefined, ['"" is not a whole number; write one from 0 to 2147483647']],
  ['count', parseCount(), [3], undefined, ['a list is not a whole number; write one from 0 to 2147483647']],
  ['port', parseCount(65_535), '99999', undefined, ['"99999" is too large; write one from 0 to 65535']],
  ['positive number', parsePositive(parseCount()), '0', undefined, ['"0" is nothing; write more than 0']],
  [
    'count or off',
    parseOrOff(parseCount(9)),
    'on',
    undefined,
    ['"on" is not a whole number; write one from 0 to 9, or off'],
  ],
  ['ratio', parseRatio, '25%', undefined, ['"25%" is not a share; write a number from 0 to 1, such as 0.25']],
  [
    'choice',
    parseChoice(['flush', 'spool', 'off']),
    'flsh',
    undefined,
    ['"flsh" is unknown; write flush, spool or off'],
  ],
  ['list', parseList(['a', 'b']), 'a,c', ['a'], ['"c" is unknown; write a or b']],
  ['list', parseList(['a', 'b']), 'c', undefined, ['"c" is unknown; write a or b']],
  ['list', parseList(), { a: 1 }, undefined, ['a map is not a list; write words with commas between them']],
  ['list', parseList(), ['a', { toString: 1 }], ['a'], ['a map is no word; write it in quotes']],
  ['map', parsePairs(), { a: null, b: '1' }, { b: '1' }, ['the value of "a" is no text; write it in quotes']],
  ['map', parsePairs(['link']), 'a=link,b=lnk', { a: 'link' }, ['"lnk" for "b" is unknown; write link']],
  ['map', parsePairs(), 'a', undefined, ['pair 1 has no name; write name=value']],
  [
    'attributes',
    parseEncodedPairs,
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
      'pair 1 has no name of a header; write name=value',
      'the value of "c" has characters that no header can have; write ASCII',
      'the value of "d" has characters that no header can have; write ASCII',
    ],
  ],
  [
    'headers',
    parseHeaders,
    ',Bearer secret==,=secret,secret,ok=1,%C3%A9secret=1,Bearer secret=%',
    { ok: '1' },
    [2, 3, 4, 6, 7].map(
      (at) => `pair ${at} has no name${/[2567]/.test(`${at}`) ? ' of a header' : ''}; write name=value`,
    ),
  ],
  ['headers', parseHeaders, ['a'], undefined, ['it is not a list of pairs; write name=value,name=value']],
]

describe('values', () => {
  it.each(good)('%s of %3$j', (_, parse, raw, value) => {
    expect(parse(raw)).toEqual({ value, faults: [] })
  })

  it.each(bad)('%s of %3$j is a fault', (_, parse, raw, value, faults) => {
    const { value: read, faults: found } = parse(raw)
    expect([read, found.map((fault) => `${fault.found}; ${fault.remedy}`)]).toEqual([value, faults])
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
      fc.string({ minLength: 1 }).filter((name) => name.trim() === name),
      fc.string(),
    )
    fc.assert(
      fc.property(pairs, (given) => {
        const text = Object.entries(given)
          .map((pair) => pair.map(encodeURIComponent).join('='))
          .join(',')
        expect(Object.entries(parseEncodedPairs(text).value!)).toEqual(Object.entries(given))
      }),
    )
  })
})

describe('quote()', () => {
  it('leaves out passwords and the rest of a long text, and takes what cannot be written', () => {
    const circular: unknown[] = []
    circular.push(circular)
    expect(['https://me:secret@host/x', 'a'.repeat(100), circular, undefined].map(quote)).toEqual([
      '"https://***@host/x"',
      `"${'a'.repeat(80)}…"`,
      '"[…]"',
      '"undefined"',
    ])
  })
})

describe('parseDecimal()', () => {
  it('knows decimal numbers alone', () => {
    const texts = [
      '1',
      '-1.5',
      '.5',
      '5.',
      '1e-3',
      '',
      ' 1',
      '+1',
      '0x1',
      '1e999',
      'NaN',
      'Infinity',
      '1_000',
      '١',
    ]
    expect(texts.map(parseDecimal)).toEqual([
      ...[1, -1.5, 0.5, 5, 0.001],
      ...Array.from({ length: 9 }, () => undefined),
    ])
  })
})
