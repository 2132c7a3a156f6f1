import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { LogFacets, LogHistogram, LogPage } from '../api/index.ts'
import { cleanUp, logsRequest, openRig, type StoreRig } from './store-rig.ts'

const lines = 120_000
const startMs = 1_764_000_000_000
const perRequest = 2000
let rig: StoreRig

/** A line a second: each third an order, each hundredth a warning, and one phrase that is there three times. */
beforeAll(async () => {
  rig = await openRig()
  for (let first = 0; first < lines; first += perRequest) {
    const logs = Array.from({ length: perRequest }, (_, index) => lineOf(first + index))
    await rig.store.write('logs', 'protobuf', logsRequest(logs))
  }
})
afterAll(cleanUp)

function lineOf(number: number): Parameters<typeof logsRequest>[0][number] {
  const said = number % 3 === 0 ? `order ${number} accepted` : `accepted the payment ${number}`
  const isWarning = number % 100 === 0
  return {
    timeUnixMs: startMs + number * 1000,
    severityNumber: isWarning ? 13 : 9,
    severityText: isWarning ? 'warn' : 'info',
    body: number % 40_000 === 1 ? 'accepted order twice' : said,
  }
}

const ask = (parameters: Record<string, string>): Promise<LogHistogram> => rig.ask('histogram', parameters)

test('without a search every line is counted', async () => {
  expect(await ask({})).toMatchObject({ counted: 'all', total: lines })
})

test('a word of very many lines is counted in a sample, evenly over the time', async () => {
  const { counted, total, series, stepMs } = await ask({ q: 'order', steps: '20' })
  expect(counted).toBe('sample')
  expect(Math.abs(total / (lines / 3) - 1)).toBeLessThan(0.05)
  const full = series.info.slice(1, -2)
  for (const count of full) expect(Math.abs(count / (stepMs / 3000) - 1)).toBeLessThan(0.3)
})

test('a word of many lines is counted exactly in a time that is short enough', async () => {
  const [from, to] = [startMs + 90_000_000, startMs + 92_999_999]
  expect(await ask({ q: 'order', from: String(from), to: String(to) })).toMatchObject({
    counted: 'all',
    total: 1000,
  })
})

test('what is rare among common words is counted exactly', async () => {
  expect(await ask({ q: '"accepted order"' })).toMatchObject({ counted: 'all', total: 3 })
})

test('levels and services are counted exactly', async () => {
  expect(await ask({ q: 'level:warn' })).toMatchObject({ counted: 'all', total: lines / 100 })
  expect(await ask({ q: 'service:shop' })).toMatchObject({ counted: 'all', total: lines })
})

const sum = (values: Iterable<number>): number => [...values].reduce((total, count) => total + count, 0)

const minute = (index: number): string => String(startMs + index * 60_000)

test.each<[string, Record<string, string>]>([
  ['nothing', {}],
  ['a level that only old lines have', { q: 'level:warn' }],
  ['a service', { q: 'service:shop' }],
  ['a service that is not there', { q: 'service:none' }],
  ['all but a level', { q: '-level:warn' }],
  ['a phrase', { q: '"accepted order"' }],
  ['a common word', { q: 'order' }],
  ['a word and a level', { q: 'order level:warn' }],
  ['an hour', { from: minute(100), to: minute(160) }],
  ['a word in an hour', { q: 'payment', from: minute(100), to: minute(160) }],
  ['a few seconds', { from: String(startMs + 12_345), to: String(startMs + 34_567) }],
])('histogram, services and levels count the same lines: %s', async (_, asked) => {
  const histogram = await ask({ ...asked, steps: '80' })
  const facets = await rig.ask<LogFacets>('facets', { ...asked, steps: '80' })
  const countsOf = (name: string) =>
    Object.fromEntries(
      (facets.facets.find((facet) => facet.name === name)?.values ?? []).map(({ value, count }) => [
        value,
        count,
      ]),
    )
  const bands = Object.entries(histogram.series).map(([band, counts]) => [band, sum(counts)] as const)
  expect({
    levels: countsOf('level'),
    services: countsOf('service'),
    total: facets.total,
    counted: facets.counted,
  }).toEqual({
    levels: Object.fromEntries(bands.filter(([, count]) => count > 0)),
    services: histogram.total === 0 ? {} : { shop: histogram.total },
    total: histogram.total,
    counted: histogram.counted,
  })
})

test('of what is few enough to be listed, the list has as many lines as are counted', async () => {
  for (const q of ['"accepted order"', 'order level:warn', 'level:warn']) {
    const { logs } = await rig.ask<LogPage>('logs', { q, limit: '2000' })
    expect([q, (await ask({ q })).total]).toEqual([q, logs.length])
  }
})

test('a short time is counted by the second, also without a search, and a time with very many lines by ten', async () => {
  const within = (seconds: number) => ({
    from: String(startMs + 90_000_000),
    to: String(startMs + 90_000_000 + seconds * 1000 - 1),
    steps: '80',
  })
  for (const q of ['', 'level>=info', 'service:shop', 'accepted']) {
    const { stepMs, series, total } = await ask({ ...within(60), q })
    expect([q, stepMs, total, series.info.length]).toEqual([q, 1000, 60, 60])
    expect(series.info.map((count, at) => count + series.warn[at]!)).toEqual(series.info.map(() => 1))
  }
  expect(await ask(within(300))).toMatchObject({ stepMs: 5000, total: 300 })
})

test('a time that begins and ends within buckets has the lines that it has, without a search too', async () => {
  const begin = fc.integer({ min: -lines * 100, max: lines * 1100 })
  const length = fc.oneof(fc.integer({ min: 0, max: 60_000 }), fc.integer({ min: 0, max: lines * 1100 }))
  const property = fc.asyncProperty(begin, length, async (fromMs, ms) => {
    const first = Math.max(0, Math.ceil(fromMs / 1000))
    const last = Math.min(lines - 1, Math.floor((fromMs + ms) / 1000))
    const within = { from: String(startMs + fromMs), to: String(startMs + fromMs + ms), steps: '60' }
    const { total, counted } = await ask(within)
    expect({ total, counted }).toEqual({ total: Math.max(0, last - first + 1), counted: 'all' })
  })
  await fc.assert(property, { numRuns: 100 })
})

test('where a bucket at an edge has very many lines they are estimated, and that is said', async () => {
  const busy = await openRig()
  const beginMs = startMs - (startMs % 600_000)
  for (let first = 0; first < 60_000; first += perRequest) {
    const logs = Array.from({ length: perRequest }, (_, index) => ({
      ...lineOf(first + index),
      timeUnixMs: beginMs + Math.floor((first + index) / 3),
    }))
    await busy.store.write('logs', 'protobuf', logsRequest(logs))
  }
  const within = { from: String(beginMs + 5000), to: String(beginMs + 3_600_000) }
  const { total, counted } = await busy.ask<LogHistogram>('histogram', within)
  expect(counted).toBe('sample')
  expect(Math.abs(total / 45_000 - 1)).toBeLessThan(0.02)
})
