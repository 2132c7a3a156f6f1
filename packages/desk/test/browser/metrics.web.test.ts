import { afterAll, beforeAll, expect, test } from 'vitest'
import { readersAt } from './eyes.ts'
import { findBarriers, tabTo, textOf, withPage } from './page-driver.ts'
import { type SampleDesk, startSampleDesk } from './sample-desk.ts'

let desk: SampleDesk
const startMs = Date.now() - 60_000

/** Every ten seconds until now, each answer of a shop slower than the one before. */
async function sendMinute(name = 'http.server.request.duration'): Promise<void> {
  for (let at = 0; at <= 6; at++) {
    const timeUnixNano = `${startMs + at * 10_000}000000`
    const resource = { attributes: [{ key: 'service.name', value: { stringValue: 'shop-api' } }] }
    const attributes = [{ key: 'http.route', value: { stringValue: '/orders' } }]
    const exemplar = { timeUnixNano, asDouble: 0.3, traceId: desk.ids.failed, spanId: 'ab'.repeat(8) }
    const histogram = {
      ...{ timeUnixNano, attributes, count: String(10 * at), sum: at * at },
      ...{ bucketCounts: [5 * at, 5 * at, 0], explicitBounds: [0.1, 1] },
      exemplars: at === 6 ? [exemplar] : [],
    }
    const metrics = [
      {
        ...{ name, unit: 's', description: 'How long answers take' },
        histogram: { aggregationTemporality: 2, dataPoints: [histogram] },
      },
      {
        name: 'nodejs.heap.used',
        unit: 'By',
        gauge: { dataPoints: [{ timeUnixNano, asInt: 1e6 * (at + 1) }] },
      },
      {
        ...{ name: 'orders', unit: '{order}' },
        sum: { isMonotonic: true, aggregationTemporality: 2, dataPoints: [{ timeUnixNano, asInt: at * 20 }] },
      },
    ]
    const body = JSON.stringify({ resourceMetrics: [{ resource, scopeMetrics: [{ metrics }] }] })
    const headers = { 'content-type': 'application/json' }
    expect((await fetch(`${desk.url}/v1/metrics`, { method: 'POST', headers, body })).status).toBe(200)
  }
}

beforeAll(async () => {
  desk = await startSampleDesk()
})
afterAll(() => desk?.close())

test('before any metric came the page says what to send', async () => {
  await withPage({}, async (page) => {
    await page.goto(`${desk.url}/series`)
    const empty = page.locator('.empty')
    await empty.waitFor()
    await expect.poll(() => textOf(empty)).toMatch(/^No metrics yet .* \/v1\/metrics/)
    // It looks for them by itself.
    await sendMinute()
    await page.getByRole('link', { name: 'orders' }).waitFor()
  })
})

test('by keyboard one comes to a metric, its chart and the chain of an exemplar', async () => {
  await withPage({}, async (page) => {
    await page.goto(`${desk.url}/chains`)
    await page.locator('.rows-body > [role=row]').first().waitFor()
    await page.keyboard.press('6')
    const rows = page.getByRole('region', { name: 'Metrics' }).getByRole('row')
    await expect
      .poll(() => textOf(rows.filter({ hasText: 'orders' })))
      .toMatch(/^orders counter 2 order\/s – 120 order 1 shop-api /)
    await expect
      .poll(() => textOf(rows.filter({ hasText: 'heap' })))
      .toMatch(/^nodejs.heap.used gauge 7 MB – 7 MB /)
    await tabTo(page, 'link', 'http.server.request.duration')
    await page.keyboard.press('Enter')
    const chart = page.locator('.metric-chart svg')
    await chart.waitFor()
    await expect
      .poll(() => textOf(page.locator('.metric-now')))
      .toMatch(/^mean 1\.1 s 95th percentile 0\.91 s$/)
    const line = page.locator('.metric-line')
    const path = (await line.getAttribute('d'))!
    expect(path.split('L').length).toBe(6)
    const [drawn, box] = [await line.boundingBox(), await chart.boundingBox()]
    expect(drawn!.x - box!.x).toBeLessThan(8)
    expect(box!.x + box!.width - drawn!.x - drawn!.width).toBeLessThan(8)
    await expect
      .poll(() => chart.locator('title').textContent())
      .toMatch(/^Last 1\.1 s; from 0 s to 1\.1 s, /)
    await page.getByText('Exemplars: 1').focus()
    await page.keyboard.press('Enter')
    await tabTo(page, 'link', new RegExp(`, chain ${desk.ids.failed.slice(0, 8)}$`))
    await page.keyboard.press('Enter')
    await expect.poll(() => new URL(page.url()).pathname).toBe(`/t/${desk.ids.failed}`)
  })
})

const readers = readersAt(400, 1440, 3840)

test.each(readers)(
  'the page of metrics has no barrier and is not wider than the screen: $colorScheme, $locale, $width px',
  async (reader) => {
    await withPage(reader, async (page) => {
      await page.goto(
        `${desk.url}/series?metric=${encodeURIComponent('http.server.request.duration histogram s')}`,
      )
      await page.locator('.metric-chart').waitFor()
      await page.locator('.metric-series summary').click()
      await page.locator('.metrics table').waitFor()
      const excess = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)
      expect([await findBarriers(page), excess > 0]).toEqual([[], false])
    })
  },
)
