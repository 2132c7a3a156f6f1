import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { formatDuration, formatSize, measureDuration, measureSize } from './measure.ts'
import type { Parse } from './parsed.ts'
import { printableValue } from './printable-value.ts'
import { parseBytes, parseDuration, parseMilliseconds } from './quantity.ts'

const kinds = {
  size: [parseBytes, 'is not a size', 'write "64MiB", "500kB" or a number of bytes'],
  duration: [parseDuration, 'is not a duration', 'write "30s", "15m", "2h" or "7d"'],
  milliseconds: [parseMilliseconds, 'is not a duration', 'write "5s", "500ms" or a number of milliseconds'],
} as const satisfies Record<string, [Parse<number>, string, string]>
type Kind = keyof typeof kinds

const good: [Kind, raw: unknown, value: number][] = [
  ['size', '64MiB', 67_108_864],
  ['size', '500 kB', 500_000],
  ['size', ' 1.5 kB ', 1500],
  ['size', 4096, 4096],
  ['size', '0', 0],
  ['size', '2gib', 2_147_483_648],
  ['size', '.5KB', 500],
  ['size', '1e3', 1000],
  ['size', '1.4b', 1],
  ['size', '2TiB', 2_199_023_255_552],
  ['duration', '15m', 900_000],
  ['duration', '1.5s', 1500],
  ['duration', '250 MS', 250],
  ['duration', '7d', 604_800_000],
  ['duration', '36500d', 3_153_600_000_000],
  ['duration', '2h', 7_200_000],
  ['duration', '250us', 0.25],
  ['duration', '250\u00b5s', 0.25],
  ['duration', '250\u03bcs', 0.25],
  ['duration', '1e3ns', 0.001],
  ['duration', '2.3s', 2300],
  ['duration', '0s', 0],
  ['milliseconds', '1500', 1500],
  ['milliseconds', 1500, 1500],
  ['milliseconds', '0', 0],
  ['milliseconds', '0.5m', 30_000],
]

const bad: [Kind, raw: unknown, wrong?: string][] = [
  ...['', ' ', 'much', '-1', '-1MB', '+1MB', '1,5MB', '1 000 kB', 'MiB', '1MB1', '0x10', '１MB'].map(
    (text): [Kind, string] => ['size', text],
  ),
  ...[null, true, [], ['1MB'], { bytes: 1 }, Number.NaN, Number.NEGATIVE_INFINITY].map(
    (raw): [Kind, unknown] => ['size', raw],
  ),
  ...['64 elephants', '5constructor', '5__proto__', '5toString', '1MB/s', '5e', '1s'].map(
    (text): [Kind, string, string?] =>
      /\W|_/.test(text.replace(' ', '')) ? ['size', text] : ['size', text, 'has no unit that is known'],
  ),
  ['size', '9007199254740992', 'is too large'],
  ['size', '1e999', 'is too large'],
  ['duration', '5', 'has no unit'],
  ['duration', 0, 'has no unit'],
  ['duration', '5 days', 'has no unit that is known'],
  ['duration', '5valueOf', 'has no unit that is known'],
  ['duration', '300000d', 'is too large'],
  ['duration', '1m 5s'],
  ['duration', '−5s'],
  ['milliseconds', '5w', 'has no unit that is known'],
  ['milliseconds', '5constructor', 'has no unit that is known'],
  ['milliseconds', '-5'],
]

describe('quantities', () => {
  it.each(good)('the %s %j is read', (kind, raw, value) => {
    expect(kinds[kind][0](raw)).toEqual({ value, faults: [] })
  })

  it.each(bad)('the %s %j is a fault, never NaN', (kind, raw, wrong) => {
    const [parse, isNone, remedy] = kinds[kind]
    const found = `${printableValue(raw)} ${wrong ?? isNone}`
    expect(parse(raw)).toEqual({ value: undefined, faults: [{ found, remedy }] })
  })

  it('what was found is told apart, for those who say it in their own words', () => {
    expect([
      measureDuration('200'),
      measureDuration('1.5 min'),
      measureDuration('1e99s'),
      measureSize('?'),
    ]).toEqual([
      { wrong: 'no unit', digits: '200', unit: '' },
      { wrong: 'unknown unit', digits: '1.5', unit: 'min' },
      { wrong: 'too large', digits: '1e99', unit: 's' },
      { wrong: 'no number', digits: '', unit: '' },
    ])
  })

  it.each(Object.entries(kinds))('a %s is a finite number or a fault, whatever comes', (_, [parse]) => {
    const written = fc
      .tuple(fc.double({ min: 0, noNaN: true }), fc.constantFrom('', ' ', 's', 'MB', 'constructor'))
      .map(([number, unit]) => `${number}${unit}`)
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.jsonValue(), written), (raw) => {
        const { value, faults } = parse(raw)
        expect(value === undefined ? faults.length === 1 : Number.isFinite(value) && value >= 0).toBe(true)
      }),
    )
  })
})

describe('printed quantities', () => {
  it('are as short as they can be', () => {
    const sizes = [0, 1, 999, 1000, 1024, 1500, 1234, 64 * 2 ** 20, 500e6, 2 ** 40, 1_234_567]
    const durations = [0, 1, 250, 1500, 10_000, 90_000, 100_000, 3.6e6, 604.8e6, 0.25, 0.001, 1234.5]
    expect([sizes.map(formatSize), durations.map(formatDuration)]).toEqual([
      ['0B', '1B', '999B', '1kB', '1KiB', '1.5kB', '1234B', '64MiB', '500MB', '1TiB', '1234567B'],
      ['0ms', '1ms', '250ms', '1.5s', '10s', '90s', '100s', '1h', '7d', '250us', '1us', '1.2345s'],
    ])
  })

  it('are read back as what they were', () => {
    fc.assert(
      fc.property(fc.maxSafeNat(), fc.nat(2 ** 40), fc.nat(2 ** 50), (bytes, ms, ns) => {
        expect([
          parseBytes(formatSize(bytes)).value,
          parseDuration(formatDuration(ms)).value,
          parseDuration(formatDuration(ns / 1e6)).value,
        ]).toEqual([bytes, ms, ns / 1e6])
      }),
    )
  })
})
