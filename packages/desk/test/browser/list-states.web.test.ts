import type { Page, Route } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { askAgainMs } from '../../web/recovery.ts'
import { readersAt } from './eyes.ts'
import { findBarriers, withPage } from './page-driver.ts'
import { type SampleDesk, startSampleDesk } from './sample-desk.ts'

let full: SampleDesk
let empty: SampleDesk

beforeAll(async () => {
  full = await startSampleDesk()
  empty = await startSampleDesk({ empty: true })
})
afterAll(() => Promise.all([full?.close(), empty?.close()]))

/** The question of each list, and what is there when it is filled and when the desk is empty. */
const lists = [
  { address: '/chains', route: '/api/chains', filled: '.rows-body > .row', none: '.first-run' },
  { address: '/logs', route: '/api/logs', filled: '.rows-body > .row', none: '.first-run' },
  { address: '/patterns', route: '/api/patterns', filled: '.rows-body > .row', none: '.empty' },
  { address: '/services', route: '/api/services', filled: '.node', none: '.empty' },
  { address: '/alerts', route: '/api/alerts', filled: '.empty', none: '.empty' },
  { address: '/start', route: '/api/status', filled: '.arrival-done', none: '.arrival' },
]

const readers = readersAt(400, 1440, 3840)

/** Keeps the answers of a route back until `release`. */
async function hold(page: Page, wanted: string) {
  const held: Route[] = []
  await page.route(
    ({ pathname }) => pathname === wanted,
    (route) => void held.push(route),
  )
  return async (end: (route: Route) => Promise<void>) => {
    await page.unrouteAll()
    for (const route of held.splice(0)) await end(route).catch(() => undefined)
  }
}

/** From now on what moves without the reader's doing is noted. */
const noteShifts = (page: Page) =>
  page.evaluate(() => {
    const noted: string[] = []
    Object.assign(globalThis, { noted })
    new PerformanceObserver((list) => {
      type Shift = PerformanceEntry & { value: number; sources: { node: Node | null }[] }
      for (const { value, sources } of list.getEntries() as Shift[]) {
        // The header says how the desk is, whatever the list does.
        const moved = sources.flatMap(({ node }) =>
          node instanceof Element && node.closest('header') === null ? node.className || node.tagName : [],
        )
        if (moved.length > 0) noted.push(`${value.toFixed(4)} ${moved.join(', ')}`)
      }
    }).observe({ type: 'layout-shift' })
  })
const shifts = (page: Page) =>
  page.evaluate(async () => {
    await new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)))
    return (globalThis as unknown as { noted: string[] }).noted
  })

const excess = (page: Page) => page.evaluate(() => document.documentElement.scrollWidth - innerWidth)

test.each(readers)(
  'every list is blank in its place while it loads, and nothing moves when it comes: $colorScheme, $locale, $width px',
  async (reader) => {
    await withPage(reader, async (page) => {
      for (const { address, route, filled, none } of lists)
        for (const [desk, there] of [
          [full, filled],
          [empty, none],
        ] as const) {
          const release = await hold(page, route)
          await page.goto(desk.url + address)
          const list = page.locator('main .answer[aria-busy=true]', { has: page.locator('> .answer-blank') })
          await list.first().waitFor()
          await expect.poll(() => list.first().locator('> .answer-bar').count(), { message: address }).toBe(1)
          await noteShifts(page)
          await release((one) => one.continue())
          await page.locator(there).first().waitFor()
          expect({ address, moved: await shifts(page), excess: await excess(page) }).toEqual({
            address,
            moved: [],
            excess: 0,
          })
          await expect.poll(() => page.locator('main .answer-blank').count(), { message: address }).toBe(0)
        }
    })
  },
)

test.each([400, 1440, 3840])(
  'what stands beside a list moves nothing when it comes after it: %d px',
  async (width) => {
    await withPage({ width }, async (page) => {
      for (const [address, filled, beside, arrived] of [
        ['/chains', '.chain-row', '/api/chains/rates', '.rates'],
        ['/chains', '.chain-row', '/api/services', '.chains-filters option:nth-of-type(2)'],
        ['/logs', '.rows-body > .row', '/api/logs/histogram', '.bars'],
        // A phone has them behind a button.
        ...(width === 400 ? [] : [['/logs', '.rows-body > .row', '/api/logs/facets', '.facets li'] as const]),
      ] as const) {
        const release = await hold(page, beside)
        await page.goto(full.url + address)
        await page.locator(filled).first().waitFor()
        await noteShifts(page)
        await release((one) => one.continue())
        await page.locator(arrived).first().waitFor({ state: 'attached' })
        expect({ address, beside, moved: await shifts(page) }).toEqual({ address, beside, moved: [] })
      }
    })
  },
)

test.each(readers)(
  'a list that failed says why and what to do in the same way on every page, without a barrier: $colorScheme, $locale, $width px',
  async (reader) => {
    await withPage({ ...reader, isAway: true }, async (page) => {
      // The next question comes as soon as the list was looked at; recovery.web.test.ts has the browser's own clock.
      await page.clock.install()
      const looks: Record<string, unknown> = {}
      for (const { address, route } of lists) {
        await page.route(
          ({ pathname }) => pathname === route,
          (one) => one.abort('connectionrefused'),
        )
        await page.goto(full.url + address)
        const problem = page.locator('main .problem')
        await problem.waitFor()
        looks[address] = await problem.evaluate((box) => ({
          parts: [...box.children].map(({ tagName }) => tagName),
          text: box.textContent,
          padding: getComputedStyle(box).padding,
        }))
        // What axe looks for does not depend on the width.
        const barriers = reader.width === 400 ? await findBarriers(page) : []
        expect({ address, barriers, excess: await excess(page) }).toEqual({
          address,
          barriers: [],
          excess: 0,
        })
        await page.unrouteAll()
        await page.clock.fastForward(askAgainMs)
        await problem.waitFor({ state: 'detached' })
      }
      expect(new Set(Object.values(looks).map((look) => JSON.stringify(look))).size).toBe(1)
      expect(looks['/chains']).toMatchObject({ parts: ['H2', 'P', 'P', 'BUTTON'] })
    })
  },
)

test.each(readers)(
  'an empty desk has the two commands where chains and lines will be: $colorScheme, $locale, $width px',
  async (reader) => {
    await withPage(reader, async (page) => {
      for (const address of ['/chains', '/logs']) {
        await page.goto(empty.url + address)
        await page.locator('.first-run').waitFor()
        await expect
          .poll(() => page.locator('.snippet pre').allTextContents())
          .toEqual([
            expect.stringContaining('npm install @clew/node'),
            expect.stringContaining(`OTEL_EXPORTER_OTLP_ENDPOINT=${empty.url}`),
          ])
        expect(await findBarriers(page)).toEqual([])
        await expect.poll(() => excess(page)).toBe(0)
      }
    })
  },
)
