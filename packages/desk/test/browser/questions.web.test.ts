import type { Page, Route } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { LogPage } from '../../api/index.ts'
import { textOf, withPage } from './page-driver.ts'
import { type SampleDesk, startSampleDesk } from './sample-desk.ts'

let desk: SampleDesk

beforeAll(async () => {
  desk = await startSampleDesk()
})
afterAll(() => desk?.close())

const rows = (page: Page) => page.locator('.rows-body > [role=row]')

/** Keeps answers to questions for `word` back until `release`. */
async function holdAnswers(page: Page, route: string, word: string) {
  const held: Route[] = []
  let isHeld = true
  await page.route(
    ({ pathname, searchParams }) => pathname === route && (searchParams.get('q') ?? '').includes(word),
    (one) => (isHeld ? void held.push(one) : one.continue()),
  )
  return {
    held,
    async release() {
      isHeld = false
      for (const one of held.splice(0)) await one.continue().catch(() => undefined)
    },
  }
}

async function ask(page: Page, words: string): Promise<void> {
  await page.locator('input[name=q]').fill(words)
  await page.keyboard.press('Enter')
}

/** When everything that shows that rows are old has come to its end, milliseconds after it began. */
const agesMs = (page: Page) =>
  page.evaluate(() =>
    ['.answer:has(.rows) .is-old', '.answer:has(.rows) > .answer-bar'].map((selector) => {
      const { animationDelay, animationDuration } = getComputedStyle(document.querySelector(selector)!)
      return (Number.parseFloat(animationDelay) + Number.parseFloat(animationDuration)) * 1000
    }),
  )

test.each([
  ['/chains', '/api/chains', 'signup', 1],
  ['/logs', '/api/logs', 'welcome', 1],
  ['/patterns', '/api/patterns', 'welcome', 1],
])(
  'on %s rows of the question before are dimmed below a bar within 150 ms, and not marked',
  async (address, route, words, left) => {
    await withPage({}, async (page) => {
      await page.goto(desk.url + address)
      await rows(page).nth(1).waitFor()
      const before = await rows(page).count()
      const answers = await holdAnswers(page, route, words)
      await ask(page, words)
      const list = page.locator('.answer:has(.rows)')
      await list.locator('.is-old').waitFor()
      await expect.poll(() => list.getAttribute('aria-busy')).toBe('true')
      for (const endMs of await agesMs(page)) expect(endMs).toBeLessThanOrEqual(150)
      await expect
        .poll(() => list.locator('.is-old').evaluate((old) => getComputedStyle(old).opacity))
        .toBe('0.4')
      await expect
        .poll(() => list.locator('> .answer-bar').evaluate((bar) => getComputedStyle(bar).opacity))
        .toBe('1')
      await expect.poll(() => rows(page).count()).toBe(before)
      await expect.poll(() => rows(page).locator('mark').count()).toBe(0)
      await answers.release()
      await expect.poll(() => rows(page).count()).toBe(left)
      await list.locator('.is-old').waitFor({ state: 'detached' })
      await expect.poll(() => list.locator('> .answer-bar').count()).toBe(0)
      await expect.poll(() => rows(page).locator('mark').count()).toBeGreaterThan(0)
    })
  },
)

test('the list is asked for first, and a question that is overtaken is aborted in every place', async () => {
  await withPage({}, async (page) => {
    await page.goto(`${desk.url}/logs`)
    await rows(page).nth(1).waitFor()
    const asked: string[] = []
    const aborted: string[] = []
    const nameOf = (url: string) => new URL(url).pathname.replace('/api/', '')
    page.on('request', (request) => {
      if (/\/api\/logs.*q=/.test(request.url())) asked.push(nameOf(request.url()))
    })
    page.on('requestfailed', (request) => {
      if (request.url().includes('q=first')) aborted.push(nameOf(request.url()))
    })
    const held = await Promise.all(
      ['/api/logs', '/api/logs/histogram', '/api/logs/facets'].map((route) =>
        holdAnswers(page, route, 'first'),
      ),
    )
    await ask(page, 'first')
    await expect.poll(() => asked.length).toBe(3)
    expect(asked[0]).toBe('logs')
    expect(asked.toSorted()).toEqual(['logs', 'logs/facets', 'logs/histogram'])
    await ask(page, 'welcome')
    await expect.poll(() => aborted.toSorted()).toEqual(['logs', 'logs/facets', 'logs/histogram'])
    await expect.poll(() => rows(page).count()).toBe(1)
    for (const { release } of held) await release()
    await expect.poll(() => rows(page).count()).toBe(1)
  })
})

test('a search that ran out of time says how far back it came where its lines would be, and goes on until it finds some', async () => {
  await withPage({}, async (page) => {
    let asked = 0
    // The desk's own answers, as they are when five seconds are over before anything was found.
    await page.route(/\/api\/logs\?/, async (route) => {
      const url = new URL(route.request().url())
      if (url.searchParams.get('q') !== 'welcome') return route.continue()
      url.searchParams.delete('before')
      const response = await route.fetch({ url: url.href })
      const answer = (await response.json()) as LogPage
      asked++
      if (asked > 3)
        return route.fulfill({ response, json: { ...answer, next: null, searchedToUnixMs: null } })
      const searchedToUnixMs = Date.now() - asked * 3_600_000
      await route.fulfill({
        response,
        json: { logs: [], next: `${searchedToUnixMs}000.0.0`, searchedToUnixMs },
      })
    })
    await page.goto(`${desk.url}/logs`)
    await rows(page).nth(1).waitFor()
    await ask(page, 'welcome')
    const state = page.locator('.searched-to')
    await state.getByText(/^Nothing found back to .*; what is older was not looked at yet\.$/).waitFor()
    await expect.poll(() => rows(page).count()).toBe(0)
    await state.getByRole('button', { name: 'Search on until something is found' }).click()
    await rows(page).first().waitFor()
    await expect.poll(() => textOf(rows(page))).toContain('welcome mail sent')
    expect([asked, await state.count()]).toEqual([4, 0])
  })
})

test('chains that took too long say so where they would be, with shorter times to choose from', async () => {
  await withPage({}, async (page) => {
    await page.route(/\/api\/chains\?.*q=welcome/, (route) =>
      route.request().url().includes('from=')
        ? route.continue()
        : route.fulfill({
            status: 504,
            json: {
              error: {
                code: 'timeout',
                message:
                  'the query took longer than 5 s; narrow the time or the search (1 of 9 files were searched)',
              },
            },
          }),
    )
    await page.goto(`${desk.url}/chains`)
    await rows(page).nth(1).waitFor()
    await ask(page, 'welcome')
    await page.getByText('1 of 9 files were searched').waitFor()
    await page.getByRole('button', { name: 'Last hour' }).click()
    await expect.poll(() => rows(page).count()).toBe(1)
    expect(new URL(page.url()).searchParams.get('from')).toBe('-1h')
  })
})
