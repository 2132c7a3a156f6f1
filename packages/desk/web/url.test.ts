import { expect, test } from 'vitest'
import { chainHref, changeSearch, hrefOf, parseInstant, parsePath } from './url.ts'

const traceId = '4bf92f3577b34da6a3ce929d0e0e4736'

test('each path names its page, and whatever else is unknown', () => {
  expect(
    ['/', '/chains', '/logs', '/start', `/t/${traceId.toUpperCase()}`, '/t/12', '/logs/', '/chains/x'].map(
      parsePath,
    ),
  ).toEqual([
    { page: 'chains' },
    { page: 'chains' },
    { page: 'logs' },
    { page: 'start' },
    { page: 'chain', traceId },
    { page: 'unknown' },
    { page: 'unknown' },
    { page: 'unknown' },
  ])
})

test('a change of parameters keeps the others and removes what is empty', () => {
  expect([
    changeSearch('?q=a+b&from=-1h&x=1', { from: undefined, q: 'level>=warn & "ß"', to: 5 }),
    changeSearch('?q=a', { q: '' }),
    hrefOf('/logs', { q: 'a b', from: undefined }),
    chainHref(traceId, { span: '00f067aa0ba902b7' }),
  ]).toEqual([
    '?q=level%3E%3Dwarn+%26+%22%C3%9F%22&x=1&to=5',
    '',
    '/logs?q=a+b',
    `/t/${traceId}?span=00f067aa0ba902b7`,
  ])
})

test('an instant is unix milliseconds or a time before now', () => {
  expect(
    ['-15m', '-24h', '-7d', '1764115200000', '', '15m', '-m', 'x'].map((text) => parseInstant(text, 1e9)),
  ).toEqual([
    1e9 - 900_000,
    1e9 - 86_400_000,
    1e9 - 604_800_000,
    1764115200000,
    undefined,
    undefined,
    undefined,
    undefined,
  ])
})
