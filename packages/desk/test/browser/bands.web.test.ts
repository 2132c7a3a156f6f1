import { type Desk, startDesk } from '@clew/desk'
import { encodeLogsRequest } from '@clew/otlp'
import type { Locator, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { brewingMinutes, requestOf } from '../../../alert/test/brewing.ts'
import type {
  LogFacets,
  PatternPage,
  PatternSeries,
  PatternSeriesPage,
  WarningPage,
} from '../../api/index.ts'
import { readersAt } from './eyes.ts'
import { findBarriers, tabTo, textOf, withPage } from './page-driver.ts'

const minuteMs = 60_000
const endMs = Math.floor(Date.now() / minuteMs) * minuteMs - minuteMs
const shop = { startMs: endMs - 200 * minuteMs, minutes: 200, fromMinute: 178 }

let desk: Desk
let warningId: string
/** By what is in their texts. */
let retries: PatternSeries
let stored: PatternSeries
let failed: PatternSeries

const ask = async <T>(path: string): Promise<T> => (await (await fetch(desk.url + path)).json()) as T

async function seriesOf(text: string): Promise<PatternSeries> {
  const { patterns } = await ask<PatternPage>('/api/patterns')
  const { id } = patterns.find((one) => one.text.includes(text))!
  return (await ask<PatternSeriesPage>(`/api/patterns/series?ids=${id}`)).series[0]!
}

async function post(path: string, type: string, body: Uint8Array<ArrayBuffer> | string): Promise<void> {
  const { status } = await fetch(desk.url + path, { method: 'POST', headers: { 'content-type': type }, body })
  expect(status).toBe(200)
}

beforeAll(async () => {
  const report = (message: string): void => void message
  const kept = { directory: undefined, maxBytes: 512e6, maxAgeMs: undefined, alertTime: 'records' } as const
  desk = await startDesk({ ...kept, port: 0, grpcPort: null, report })
  for (const lines of brewingMinutes(shop))
    await post('/v1/logs', 'application/x-protobuf', new Uint8Array(encodeLogsRequest(requestOf(lines))))
  const brought = { time: new Date(endMs - 5 * minuteMs).toISOString(), msg: 'brought by hand and kept' }
  await post('/api/import', 'application/x-ndjson', JSON.stringify(brought))
  await vi.waitFor(async () => expect((await seriesOf('stored')).judgedToUnixMs).toBe(endMs - 2 * minuteMs), {
    timeout: 20_000,
    interval: 100,
  })
  ;[retries, stored, failed] = [
    await seriesOf('is tried again'),
    await seriesOf('stored'),
    await seriesOf('bank timeout'),
  ]
  warningId = (await ask<WarningPage>('/api/warnings')).warnings[0]!.id
})
afterAll(() => desk?.close())

const row = (page: Page, text: string) => page.locator('.rows-body > .row').filter({ hasText: text })
const boxOf = async (locator: Locator) => (await locator.boundingBox())!

/** By how much a part goes beyond another, CSS pixels, the width of a line allowed for. */
async function excess(
  part: Locator,
  whole: Locator,
): Promise<{ above: number; below: number; aside: number }> {
  const [inner, outer] = [await boxOf(part), await boxOf(whole)]
  const beyond = (by: number): number => Math.max(0, Math.round(by - 3))
  return {
    above: beyond(outer.y - inner.y),
    below: beyond(inner.y + inner.height - outer.y - outer.height),
    aside: beyond(Math.max(outer.x - inner.x, inner.x + inner.width - outer.x - outer.width)),
  }
}

const inside = { above: 0, below: 0, aside: 0 }

test('each row has its band: what is as expected lies in it, and what grows leaves it and is marked', async () => {
  await withPage({}, async (page) => {
    await page.goto(`${desk.url}/patterns`)
    const usual = row(page, 'stored').locator('.band')
    await usual.waitFor()
    expect(stored.departures).toEqual([])
    await expect.poll(() => excess(usual.locator('.band-line'), usual.locator('.band-area'))).toEqual(inside)
    await expect.poll(() => usual.locator('.band-marks').getAttribute('d')).toBe('')
    const grown = row(page, 'is tried again').locator('.band')
    const { above, ...rest } = await excess(grown.locator('.band-line'), grown.locator('.band-area'))
    expect(above).toBeGreaterThan(5)
    expect(rest).toEqual({ below: 0, aside: 0 })
    await expect.poll(() => grown.locator('.band-marks').getAttribute('d')).toMatch(/^M[\d.]+ [\d.]+h0$/)
    const out = await boxOf(grown.locator('.band-outside'))
    const area = await boxOf(grown.locator('.band-area'))
    expect(out.y + out.height).toBeLessThanOrEqual(area.y + 3)
    for (const text of ['stored', 'is tried again'])
      await expect.poll(() => excess(row(page, text).locator('.band'), row(page, text))).toEqual(inside)
    const last = retries.minutes.at(-1)!.window!
    await expect
      .poll(() => grown.locator('title').textContent())
      .toMatch(
        new RegExp(
          `^${last.now} in ten minutes at \\d\\d:\\d\\d; ${last.low} to ${last.high} expected; More than expected, \\d\\d:\\d\\d to \\d\\d:\\d\\d$`,
        ),
      )
    await expect
      .poll(() => textOf(row(page, 'bank timeout').locator('.band-state')))
      .toBe(`learning, ${failed.learntMinutes} of 60 min`)
    await expect.poll(() => textOf(row(page, 'brought by hand').locator('.band-state'))).toBe('not watched')
    // As many as the row has, whatever is expected.
    const counted = await textOf(row(page, 'is tried again').locator('.pattern-count'))
    const { total } = await ask<LogFacets>(`/api/logs/facets?q=pattern:${retries.id}`)
    expect(Number(counted)).toBe(total)
  })
})

test('by keyboard a moment leads to its warning, and in the pane to its lines, as many as are told', async () => {
  await withPage({}, async (page) => {
    await page.goto(`${desk.url}/patterns`)
    await row(page, 'is tried again').locator('.band').waitFor()
    await tabTo(page, 'link', /^More than expected, .* To the warning$/)
    await page.keyboard.press('Enter')
    await page.waitForURL(`${desk.url}/alerts?warning=${warningId}`)
    await page.locator('.warning-course').waitFor()
    await page.goto(`${desk.url}/patterns?pattern=${retries.id}`)
    const section = page.locator('.band-section')
    await section.locator('.band').waitFor()
    const last = retries.minutes.at(-1)!.window!
    await expect
      .poll(() => textOf(section.locator('figcaption')))
      .toMatch(new RegExp(`^${last.now} in ten minutes at .* ${last.low} to ${last.high} expected$`))
    await expect
      .poll(() => textOf(section))
      .toMatch(/Judged to \d\d:\d\d\. A minute is judged 1 m after its end/)
    await section.getByText('Minute by minute').focus()
    await page.keyboard.press('Enter')
    const minutes = section.locator('tbody tr')
    await expect.poll(() => minutes.count()).toBe(32)
    await expect
      .poll(() => minutes.last().locator('td').allInnerTexts())
      .toEqual([
        ...[retries.minutes.at(-1)!.lines, retries.minutes.at(-1)!.counted, last.now].map(String),
        `${last.low}–${last.high}`,
      ])
    await expect
      .poll(() => section.locator('tr.is-outside').count())
      .toBe(retries.minutes.filter(({ window }) => window && window.now > window.high).length)
    await tabTo(page, 'link', 'Lines of the first minute')
    await page.keyboard.press('Enter')
    await page.waitForURL(/\/logs\?q=pattern/)
    const from = retries.departures.at(-1)!.fromUnixMs
    expect(new URL(page.url()).searchParams.get('from')).toBe(String(from))
    const { lines } = retries.minutes[(from - retries.fromUnixMs) / minuteMs]!
    expect(lines).toBeGreaterThan(0)
    await expect
      .poll(async () => Number(await page.getByRole('grid').getAttribute('aria-rowcount')) - 1)
      .toBe(lines)
  })
})

test('where it cannot be told what is expected the page says why, and has it once it can', async () => {
  await withPage({ isAway: true }, async (page) => {
    await page.route('**/api/patterns/series*', (route) => route.abort('connectionrefused'))
    await page.goto(`${desk.url}/patterns?pattern=${stored.id}`)
    await page.locator('.band-section .severity-warn').waitFor()
    await expect
      .poll(() => textOf(page.locator('.band-section')))
      .toMatch(/It is not known now what is expected: /)
    await expect
      .poll(() => textOf(row(page, 'stored').locator('.pattern-band')))
      .toBe('not known what is expected')
    await expect.poll(() => textOf(row(page, 'stored').locator('.pattern-count'))).not.toBe('')
    await page.unroute('**/api/patterns/series*')
    await page.locator('.band-section .band').waitFor()
    await row(page, 'stored').locator('.band').waitFor()
    await expect.poll(() => page.locator('.band-section .severity-warn').count()).toBe(0)
  })
})

test('a pattern that nobody watched says so where its band would be', async () => {
  await withPage({}, async (page) => {
    await page.goto(`${desk.url}/patterns`)
    await row(page, 'brought by hand').click()
    await page.locator('.band-section').getByText('Nothing is expected of it').waitFor()
    await expect.poll(() => page.locator('.band-section .band').count()).toBe(0)
  })
})

test.each(readersAt(400, 1440, 3840))(
  'bands have no barrier that axe finds and are not wider than the screen: $colorScheme, $locale, $width px',
  async (reader) => {
    await withPage(reader, async (page) => {
      for (const address of ['/patterns', `/patterns?pattern=${retries.id}`]) {
        await page.goto(desk.url + address)
        await page.locator('.band').first().waitFor()
        if (address.includes('?')) await page.locator('.band-minutes summary').click()
        expect(await findBarriers(page)).toEqual([])
        await expect
          .poll(() => page.evaluate(() => document.documentElement.scrollWidth - innerWidth))
          .toBeLessThanOrEqual(0)
      }
      const [text, list] = [row(page, 'is tried again').locator('.grow'), page.locator('.patterns')]
      expect((await boxOf(text)).width).toBeGreaterThan(100)
      await expect.poll(() => excess(row(page, 'is tried again'), list)).toMatchObject({ aside: 0 })
      const pane = page.locator('.band-section')
      await expect
        .poll(() => excess(pane.locator('table'), page.locator('.pane')))
        .toMatchObject({ aside: 0 })
    })
  },
)
