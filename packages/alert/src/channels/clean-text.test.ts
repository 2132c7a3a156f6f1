import { expect, test } from 'vitest'
import { createRandom, hostileText } from '../../test/hostile.ts'
import { excerpt, parseRetryAfter } from './answers.ts'
import { cleanText, cutBytes, cutUnits, sizeOf } from './clean-text.ts'
import { lengthInWords, spanIn } from './times.ts'

test.each([
  ['two\r\n  lines\n', 'two ⏎ lines'],
  ['\u001b[1;31mERROR\u001b[0m no', 'ERROR no'],
  ['\u001b]8;;http://evil.example\u0007here\u001b]8;;\u0007', 'here'],
  ['tab\there', 'tab here'],
  ['\u202eevil\u2066', '\ufffdevil\ufffd'],
  ['half \ud83d a pair', 'half \ufffd a pair'],
  ['mail me@example.com @all', 'mail me＠example.com ＠all'],
  ['👨‍👩‍👧 می‌خواهم', '👨‍👩‍👧 می‌خواهم'],
])('%j is shown as %j', (text, shown) => {
  expect(cleanText(text)).toBe(shown)
})

test.each([
  ['short', 100, 'short'],
  ['支付失败支付失败', 20, '支付失…(+15 B)'],
  ['支付失败', 7, '支付'],
  ['👍🏽👍🏽👍🏽👍🏽', 24, '👍🏽…(+24 B)'],
  ['🇨🇳🇨🇳🇨🇳🇨🇳', 20, '🇨🇳…(+24 B)'],
  ['abc', 0, ''],
])('%s in %i bytes is %s', (text, bytes, cut) => {
  expect(cutBytes(text, bytes)).toBe(cut)
})

test('what is cut is never longer than it may be, tells what is left away, and is well formed', () => {
  const random = createRandom(3)
  for (let at = 0; at < 3_000; at++) {
    const text = cleanText(hostileText(random, 400))
    const most = Math.floor(random() * 300)
    const cut = cutBytes(text, most)
    expect(sizeOf(cut)).toBeLessThanOrEqual(most)
    expect(Buffer.from(cut).toString()).toBe(cut)
    const [, kept, left] = /^(.*)…\(\+(\d+) B\)$/s.exec(cut) ?? []
    if (kept !== undefined)
      expect([text.startsWith(kept), sizeOf(kept) + Number(left)]).toEqual([true, sizeOf(text)])
    expect(cutUnits(text, most + 1).length).toBeLessThanOrEqual(most + 1)
  }
})

test('what a peer says is told without addresses and keys', () => {
  expect(
    excerpt('no hook https://me:pw@h.example/services/T/B/KEY?key=KEY for access_token=KEY\n<!channel>'),
  ).toBe('no hook https://***＠h.example for access_token=*** ⏎ <!channel>')
})

test.each([
  ['7', 7_000],
  ['0.5', 500],
  ['Thu, 01 Jan 1970 00:01:00 GMT', 30_000],
  ['Thu, 01 Jan 1970 00:00:00 GMT', 0],
  ['soon', undefined],
  [null, undefined],
])('Retry-After %s is %s milliseconds', (header, ms) => {
  expect(parseRetryAfter(header, 30_000)).toBe(ms)
})

test('times are told where people are', () => {
  const ms = Date.UTC(2026, 10, 29, 15, 59, 59)
  expect([
    spanIn('Asia/Shanghai', ms, ms + 1_000),
    spanIn('UTC', ms, ms),
    spanIn('UTC', Number.NaN, Number.POSITIVE_INFINITY),
    ...[0, 4, 4_200, 754_000, 3_900_000, 183_600_000].map((length) => lengthInWords(length)),
    lengthInWords(3_900_000, 'zh'),
  ]).toEqual([
    '2026-11-29 23:59:59 – 2026-11-30 00:00:00 (Asia/Shanghai)',
    '2026-11-29 15:59:59 (UTC)',
    '1970-01-01 00:00:00 (UTC)',
    ...['0s', '4ms', '4s', '12m 34s', '1h 5m', '2d 3h'],
    '1 小时 5 分钟',
  ])
})
