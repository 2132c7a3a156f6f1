import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { LogPage } from '../../api/index.ts'
import { eyes } from './eyes.ts'
import { type Reader, textOf, withPage } from './page-driver.ts'
import { type SampleDesk, startSampleDesk } from './sample-desk.ts'

let desk: SampleDesk
/** A line whose attributes are long: one in a single line, one in many. */
let longLine: { traceId: string; ref: string }

const service = 'inventory-reservation-service'
const statement = `SELECT ${'column_of_many, '.repeat(400)}1`
const steps = Array.from({ length: 300 }, (_, at) => `step ${at}`).join('\n')

beforeAll(async () => {
  desk = await startSampleDesk()
  const attributes = { statement, steps, short: 'as it is' }
  const line = { span: 'own', service, at: 1, text: 'a line with much beside it', attributes }
  const span = { id: 'own', name: 'reserve', service, kind: 2, at: 0, ms: 4, attributes }
  const traceId = await desk.send({ spans: [span], logs: [line] })
  const answer = await fetch(`${desk.url}/api/logs?q=trace:${traceId}`)
  longLine = { traceId, ref: ((await answer.json()) as LogPage).logs[0]!.ref }
})
afterAll(() => desk?.close())

const pages = ['/chains', '/logs', '/patterns', '/services', '/alerts', '/start']

test.each(eyes)(
  'at 400 px the header is at most 120 px high on every page: $colorScheme, $locale',
  async (reader) => {
    await withPage({ ...reader, width: 400 }, async (page) => {
      for (const address of [...pages, `/t/${longLine.traceId}`]) {
        await page.goto(desk.url + address)
        await page.locator('.status-quiet, .status-receiving').waitFor()
        const { height } = (await page.locator('.top').boundingBox())!
        expect(height, address).toBeLessThanOrEqual(120)
      }
    })
  },
)

/** Where the parts of the page of the logs are, CSS pixels. */
const layout = (page: Page) =>
  page.evaluate(() => {
    const box = (selector: string) => document.querySelector(selector)!.getBoundingClientRect()
    const row = '.rows-body > .row'
    const [search, tools] = [box('search'), box('.tools')]
    const [facets, list, bars] = [box('.facets-place'), box('.rows'), box('.bars svg')]
    const [line, chain] = [box(`${row} .log-line`), box(`${row} .log-chain`)]
    const names = [...document.querySelectorAll('.log-service bdi')]
    return {
      width: innerWidth,
      // What is between one part and the next.
      gaps: {
        header: tools.left - search.right,
        list: list.left - facets.right,
        right: innerWidth - list.right,
        row: chain.left - line.right,
        chain: innerWidth - chain.right,
        bars: innerWidth - bars.width,
        bottom: innerHeight - list.bottom,
      },
      facets: facets.width / innerWidth,
      search: search.width / innerWidth,
      cut: names.filter((name) => name.scrollWidth > name.clientWidth).map((name) => name.textContent),
    }
  })

test.each(
  eyes.flatMap((reader) => [1440, 3840].map((width): Reader => ({ ...reader, width, height: 1200 }))),
)('the page of the logs is as wide as the screen: $colorScheme, $locale, $width px', async (reader) => {
  await withPage(reader, async (page) => {
    await page.goto(`${desk.url}/logs`)
    await page.locator('.bars svg').waitFor()
    await page.locator('.facets').waitFor()
    await page.locator('.rows-body > .row').first().waitFor()
    const { width, gaps, facets, search, cut } = await layout(page)
    expect(Object.entries(gaps).filter(([name, gap]) => name !== 'header' && gap > 48)).toEqual([])
    expect(gaps.header).toBeLessThanOrEqual(width * 0.25)
    expect(search).toBeGreaterThanOrEqual(0.42)
    expect(facets).toBeGreaterThanOrEqual(0.1)
    expect(facets).toBeLessThanOrEqual(0.2)
    if (width === 3840) expect(cut).toEqual([])
  })
})

test.each(eyes)(
  'long attributes are folded beside a line and in a chain, and opened: $colorScheme, $locale',
  async (reader) => {
    await withPage(reader, async (page) => {
      for (const address of [
        `/logs?log=${longLine.ref}`,
        `/t/${longLine.traceId}?log=${longLine.ref}&details=1`,
      ]) {
        await page.goto(desk.url + address)
        const values = page.locator('.pane .fields details')
        await values.nth(1).waitFor()
        await expect.poll(() => values.count()).toBe(2)
        for (const [at, last] of [', 1', 'step 299'].entries()) {
          const value = values.nth(at)
          const { height } = (await value.boundingBox())!
          expect(height).toBeLessThanOrEqual(120)
          await value.locator('summary').click()
          await expect.poll(() => textOf(value)).toContain(last)
          expect((await value.boundingBox())!.height).toBeGreaterThan(height * 2)
        }
      }
    })
  },
)

test('a short time has a histogram of seconds, whose lines are those of the list', async () => {
  await withPage({}, async (page) => {
    await page.goto(`${desk.url}/logs`)
    await page.getByText('in 1 s').waitFor()
    const bars = page.locator('.bars')
    await bars.focus()
    await page.keyboard.press('Home')
    await page.keyboard.press('Enter')
    await page.waitForURL(/from=\d+&to=\d+/)
    const { searchParams } = new URL(page.url())
    expect(Number(searchParams.get('to')) - Number(searchParams.get('from'))).toBe(1000)
    await page.getByText('in 1 s').waitFor()
    const listed = async () => Number(await page.getByRole('grid').getAttribute('aria-rowcount')) - 1
    const counted = async () => {
      const counts = await page.locator('.legend b').allInnerTexts()
      return counts.reduce((sum, count) => sum + Number(count), 0)
    }
    // Either may be of the question before for a moment.
    await expect.poll(async () => (await listed()) - (await counted())).toBe(0)
    await expect.poll(() => listed()).toBeGreaterThan(0)
  })
})
