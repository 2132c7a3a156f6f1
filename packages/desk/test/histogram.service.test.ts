import { afterAll, beforeAll, expect, test } from 'vitest'
import type { LogHistogram } from '../api/index.ts'
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
