import { type Desk, startDesk } from '@clew/desk'
import { encodeLogsRequest } from '@clew/otlp'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { brewingMinutes, requestOf } from '../../alert/test/brewing.ts'
import {
  type LogFacets,
  type Pattern,
  type PatternPage,
  type PatternSeries,
  type PatternSeriesPage,
  patternSeriesPage,
  type WarningPage,
} from '../api/index.ts'
import { type JsonSchema, problemsOfSchema } from './schema-problems.ts'

const minuteMs = 60_000
const minutes = 200
const endMs = Math.floor(Date.now() / minuteMs) * minuteMs - minuteMs
const startMs = endMs - minutes * minuteMs
const shop = { startMs, minutes, fromMinute: 170 }

let desk: Desk
const reports: string[] = []
const ask = async <T>(path: string): Promise<T> => (await (await fetch(`${desk.url}/api${path}`)).json()) as T

async function send(lines: Parameters<typeof requestOf>[0]): Promise<void> {
  const headers = { 'content-type': 'application/x-protobuf' }
  const body = new Uint8Array(encodeLogsRequest(requestOf(lines)))
  expect((await fetch(`${desk.url}/v1/logs`, { method: 'POST', headers, body })).status).toBe(200)
}

const seriesOf = async (ids: number[]): Promise<PatternSeries[]> =>
  (await ask<PatternSeriesPage>(`/patterns/series?ids=${ids}`)).series

/** Of the pattern of this text. */
async function patternOf(text: string): Promise<Pattern> {
  const { patterns } = await ask<PatternPage>('/patterns')
  return patterns.find((one) => one.text.includes(text))!
}

const sumOf = (series: PatternSeries, of: 'lines' | 'counted'): number =>
  series.minutes.reduce((sum, minute) => sum + (minute[of] ?? 0), 0)

beforeAll(async () => {
  desk = await startDesk({
    ...{ directory: undefined, maxBytes: 512e6, maxAgeMs: undefined, port: 0, grpcPort: null },
    ...{ alertTime: 'records', report: (message) => reports.push(message) },
  })
  for (const lines of brewingMinutes(shop)) await send(lines)
  // The last of it is judged.
  const { id } = await patternOf('stored')
  await vi.waitFor(async () => expect((await seriesOf([id]))[0]!.judgedToUnixMs).toBe(endMs - 2 * minuteMs), {
    timeout: 20_000,
    interval: 100,
  })
})
afterAll(() => desk?.close())

test('a row, its series and the list behind its minutes say the same of the same time', async () => {
  const { patterns } = await ask<PatternPage>('/patterns')
  const all = await seriesOf(patterns.map(({ id }) => id))
  expect(all.map(({ id }) => id)).toEqual(patterns.map(({ id }) => id))
  for (const series of all) {
    const { id, fromUnixMs, judgedToUnixMs } = series
    expect(series.minutes.length).toBe(32)
    expect(judgedToUnixMs).toBe(fromUnixMs + 32 * minuteMs)
    const during = `from=${fromUnixMs}&to=${judgedToUnixMs! - 1}`
    const row = (await ask<PatternPage>(`/patterns?${during}`)).patterns.find((one) => one.id === id)
    const { total } = await ask<LogFacets>(`/logs/facets?q=pattern:${id}&${during}`)
    const sums = [row?.count ?? 0, total, sumOf(series, 'counted')]
    expect(sums).toEqual(Array(3).fill(sumOf(series, 'lines')))
    for (const [at, { lines, counted, window }] of series.minutes.entries()) {
      expect(counted).toBe(lines)
      const ten = series.minutes.slice(at - 9, at + 1).reduce((sum, minute) => sum + minute.lines, 0)
      if (window) expect(window.now).toBe(ten)
    }
    const [at, { lines }] = [...series.minutes.entries()].at(-3)!
    const from = fromUnixMs + at * minuteMs
    const listed = await ask<LogFacets>(`/logs/facets?q=pattern:${id}&from=${from}&to=${from + minuteMs - 1}`)
    expect(listed.total).toBe(lines)
  }
})

test('what builds up leaves what is expected, and the moment leads to the warning', async () => {
  const [warning] = (await ask<WarningPage>('/warnings')).warnings
  const [retries, failed, stored] = await Promise.all(
    ['is tried again', 'bank timeout', 'stored'].map(async (text) => (await patternOf(text)).id),
  )
  const [first, second, third] = await seriesOf([retries!, failed!, stored!])
  expect(first).toMatchObject({ state: 'expected', rule: 'desk-early', where: '', services: ['shop'] })
  expect(first!.departures.at(-1)).toMatchObject({ side: 'above', warningId: warning!.id })
  const { fromUnixMs, toUnixMs, now, high } = first!.departures.at(-1)!
  expect(fromUnixMs).toBeGreaterThanOrEqual(startMs + 170 * minuteMs)
  expect(fromUnixMs).toBeLessThanOrEqual(warning!.unixMs)
  expect(toUnixMs).toBe(first!.judgedToUnixMs)
  expect(now).toBeGreaterThan(high!)
  // What never came before is learnt for an hour before anything is expected of it.
  expect(second).toMatchObject({ state: 'learning', learnMinutes: 60 })
  expect(second!.learntMinutes).toBe((endMs - 2 * minuteMs - (startMs + 184 * minuteMs)) / minuteMs)
  expect(second!.minutes.every(({ window }) => window === null)).toBe(true)
  expect(third!.minutes.filter(({ window }) => window !== null).length).toBe(23)
  expect(third!.departures.filter(({ warningId }) => warningId !== '')).toEqual([])
})

test('a line that comes too late is in the list and not in what was judged', async () => {
  const { id } = await patternOf('stored')
  const before = (await seriesOf([id]))[0]!
  await send([{ ms: endMs - 10 * minuteMs, severityNumber: 9, body: 'order 4711 stored' }])
  await expect.poll(async () => sumOf((await seriesOf([id]))[0]!, 'lines')).toBe(sumOf(before, 'lines') + 1)
  expect(sumOf((await seriesOf([id]))[0]!, 'counted')).toBe(sumOf(before, 'counted'))
})

test('what nobody watches has its lines and says so: it was imported, or is no pattern', async () => {
  const logs = [{ time: new Date(Date.now() - 5 * minuteMs).toISOString(), msg: 'brought by hand and kept' }]
  const body = logs.map((log) => JSON.stringify(log)).join('\n')
  const headers = { 'content-type': 'application/x-ndjson' }
  expect((await fetch(`${desk.url}/api/import`, { method: 'POST', headers, body })).status).toBe(200)
  const { id } = await patternOf('brought by hand')
  const [imported, unknown] = await seriesOf([id, 12])
  const nothing = { state: 'unwatched', judgedToUnixMs: null, departures: [], rule: '' }
  expect(imported).toMatchObject({ id, ...nothing })
  expect(unknown).toMatchObject({ id: 12, ...nothing })
  expect([sumOf(imported!, 'lines'), sumOf(unknown!, 'lines')]).toEqual([1, 0])
})

test('the answer is as the API describes it', async () => {
  const { patterns } = await ask<PatternPage>('/patterns')
  const page = await ask<PatternSeriesPage>(`/patterns/series?ids=${patterns.map(({ id }) => id)},5`)
  expect(page.series.length).toBe(patterns.length + 1)
  expect(problemsOfSchema(page, patternSeriesPage as JsonSchema, {})).toEqual([])
})

const upTo = (count: number): string => Array.from({ length: count }, (_, at) => at + 1).join(',')

const refused: [query: string, message: RegExp][] = [
  ['', /"" is no id of a pattern/],
  ['?ids=', /"" is no id of a pattern/],
  ['?ids=1,', /"" is no id of a pattern/],
  ['?ids=-1', /"-1" is no id/],
  ['?ids=1.5', /"1.5" is no id/],
  ['?ids=1e3', /"1e3" is no id/],
  ['?ids=0x10', /"0x10" is no id/],
  ['?ids=%201', /" 1" is no id/],
  ['?ids=9007199254740993', /"9007199254740993" is no id/],
  ['?ids=99999999999999999999', /is no id/],
  ['?ids=1)%20OR%20(1=1', /is no id/],
  ['?ids=__proto__', /"__proto__" is no id/],
  [`?ids=${'7'.repeat(5_000)}`, /^ids: "7{1,300}…?" is no id/],
  [`?ids=${upTo(51)}`, /51 are too many; ask for 50 at a time/],
  ['?ids=1&ids=2', /ids is given more than once/],
  ['?ids=1&from=0', /unknown parameter from; known are ids/],
]

test.each(refused.map(([query, message]) => ({ query, message, what: query.slice(0, 24) })))(
  'series$what is refused with the remedy',
  async ({ query, message }) => {
    const response = await fetch(`${desk.url}/api/patterns/series${query}`)
    const { error } = (await response.json()) as { error: { code: string; message: string } }
    expect([response.status, error.code]).toEqual([400, 'invalid'])
    expect(error.message).toMatch(message)
  },
)

test('fifty are answered at once, and one that is asked for twice is answered once', async () => {
  expect((await seriesOf(Array.from({ length: 50 }, (_, at) => at + 1))).length).toBe(50)
  expect((await seriesOf([3, 3, 4])).map(({ id }) => id)).toEqual([3, 4])
})
