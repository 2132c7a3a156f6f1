import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { linkedTraces, lostSpans, sendSample } from '../sample-traffic.ts'
import { type KilledDesk, startKilledDesk } from './killed-desk.ts'
import { type Reader, textOf, withPage } from './page-driver.ts'

let directory: string
let desk: KilledDesk
let traceId: string

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'clew-killed-'))
  desk = await startKilledDesk(directory)
  traceId = await sendSample(desk.url, lostSpans(), Date.now() - 10_000)
})
afterEach(async () => {
  await desk.kill()
  await rm(directory, { recursive: true, force: true })
})

const row = '.rows-body > [role=row]'

/** Every page and what is there when it is filled. */
const pages = [
  ['/chains', row],
  ['/logs', row],
  ['/patterns', row],
  ['/services', '.node'],
  ['/alerts', '.empty'],
  ['/start', '.facts'],
  ['chain', row],
] as const

/** Goes there as a click on a link of the page does: the document stays. */
async function goWithin(page: Page, address: string): Promise<void> {
  await page.evaluate((href) => {
    const link = document.createElement('a')
    link.href = href
    document.querySelector('.shell')!.append(link)
    link.click()
    link.remove()
  }, address)
}

/** All pages are loaded in advance when somebody is there; before that, only the one that is shown. */
async function loadedAll(page: Page): Promise<void> {
  const loaded = () =>
    page.evaluate(
      () => performance.getEntriesByType('resource').filter(({ name }) => /page-.*\.js$/.test(name)).length,
    )
  await expect.poll(() => loaded()).toBe(1)
  // The first rows can be there before the page listens.
  await expect
    .poll(() =>
      page.mouse
        .move(9, 9)
        .then(() => page.mouse.move(10, 10))
        .then(loaded),
    )
    .toBe(9)
}

/** Of the browser's own: that the desk was not there. */
const away: Reader = { isAway: true }

test('of a desk that was killed every page says so, and fills by itself when it is there again', async () => {
  await withPage(away, async (page) => {
    const loads: string[] = []
    page.on('load', () => loads.push(page.url()))
    await page.goto(`${desk.url}/alerts`)
    await page.locator('.empty').waitFor()
    await loadedAll(page)
    for (const [address, filled] of pages) {
      await desk.kill()
      await goWithin(page, address === 'chain' ? `/t/${traceId}` : address)
      const problem = page.locator('main [role=alert]')
      await problem.getByText('The desk does not answer').waitFor()
      await problem.getByText('asked again every two seconds').waitFor()
      await problem.getByRole('button', { name: 'Try again' }).waitFor()
      await desk.start()
      await page.locator(filled).first().waitFor()
      // What a page asks apart comes apart: each part is asked again within two seconds of its own.
      await expect.poll(() => page.locator('main [role=alert]').count(), { message: address }).toBe(0)
    }
    await page.locator('.status-quiet').waitFor()
    expect(loads).toHaveLength(1)
  })
})

test('what was shown stays while the desk is away, and new chains and lines come after it is back', async () => {
  await withPage(away, async (page) => {
    await page.goto(`${desk.url}/logs?live=1`)
    await page.locator('.tail-open').waitFor()
    await page.locator(row).first().waitFor()
    const before = await page.locator(row).count()
    await desk.kill()
    await page.locator('.tail-lost').waitFor()
    await page.locator('.status-lost').waitFor()
    await expect.poll(() => page.locator(row).count()).toBe(before)
    await desk.start()
    await page.locator('.tail-open').waitFor()
    await sendSample(desk.url, linkedTraces(), Date.now())
    await page.locator(row).filter({ hasText: 'welcome mail sent' }).first().waitFor()
    await goWithin(page, '/chains')
    await page.locator(row).filter({ hasText: 'POST /signup' }).first().waitFor()
    await desk.kill()
    await page.locator('.status-lost').waitFor()
    await desk.start()
    const added = await sendSample(desk.url, lostSpans(), Date.now())
    await page.locator(`.rows-body a[href="/t/${added}"]`).waitFor()
  })
})

test('with a new token a page says how to come in, and goes on once that was done in another tab', async () => {
  await withPage(away, async (page) => {
    await page.goto(`${desk.url}/logs`)
    await page.locator(row).first().waitFor()
    await loadedAll(page)
    await desk.kill()
    await desk.start('a-token-of-the-second-start')
    await goWithin(page, '/chains')
    const problem = page.locator('main [role=alert]')
    await problem.getByText('This desk asks for a token').waitFor()
    const other = await page.context().newPage()
    await other.goto(`${desk.url}/start?token=a-token-of-the-second-start`)
    await other.close()
    await page.locator(row).first().waitFor()
    await expect.poll(() => textOf(page.locator('main'))).not.toContain('token')
    // The same token after another start: the session goes on.
    await desk.kill()
    await goWithin(page, '/patterns')
    await page.getByText('The desk does not answer').waitFor()
    await desk.start('a-token-of-the-second-start')
    await page.locator(row).first().waitFor()
  })
})
