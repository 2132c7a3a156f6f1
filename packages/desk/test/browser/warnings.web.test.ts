import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Desk, startDesk } from '@clew/desk'
import { encodeLogsRequest } from '@clew/otlp'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Brewing, brewingMinutes, requestOf } from '../../../alert/test/brewing.ts'
import type { WarningPage, WarningRow } from '../../api/index.ts'
import { failedOrder } from '../alert-rig.ts'
import { sendSample } from '../sample-traffic.ts'
import { playShop } from '../warnings-rig.ts'
import { readersAt } from './eyes.ts'
import { findBarriers, tabTo, textOf, withPage } from './page-driver.ts'

const minuteMs = 60_000
const directory = mkdtempSync(join(tmpdir(), 'clew-desk-warnings-page-'))
/** Ends one to two minutes ago. */
function shopOf(fromMinute: number): Brewing {
  const endMs = Math.floor(Date.now() / minuteMs) * minuteMs - minuteMs
  return { startMs: endMs - 200 * minuteMs, minutes: 200, fromMinute }
}
const shop = shopOf(170)
const rules = `rules:
  - { id: bank-timeouts, type: frequency, where: '"bank timeout"', threshold: 40, window: 10m }
`

let desk: Desk
let warning: WarningRow

beforeAll(async () => {
  const path = join(directory, 'alerts.yaml')
  writeFileSync(path, rules)
  const report = (message: string): void => void message
  await playShop(shop, { directory, rules: path, report })
  const kept = { directory, alerts: path, maxBytes: 512e6, maxAgeMs: undefined }
  desk = await startDesk({ ...kept, port: 0, grpcPort: null, report })
  const lines = [...brewingMinutes(shop)].flat()
  const body = new Blob([encodeLogsRequest(requestOf(lines)) as BlobPart])
  const headers = { 'content-type': 'application/octet-stream' }
  const { status } = await fetch(`${desk.url}/api/import`, { method: 'POST', headers, body })
  expect(status).toBe(200)
  warning = ((await (await fetch(`${desk.url}/api/warnings`)).json()) as WarningPage).warnings[0]!
})
afterAll(async () => {
  await desk?.close()
  rmSync(directory, { recursive: true })
})

const item = (page: Page) => page.locator('.warning')

test('a warning explains itself and tells how long before failure and alert it was there', async () => {
  await withPage({}, async (page) => {
    await page.goto(`${desk.url}/alerts`)
    await item(page).waitFor()
    await expect
      .poll(() => textOf(item(page).locator('summary').first()))
      .toMatch(/^Warning still learning shop .* since .* sure · .* before the failure$/)
    await expect
      .poll(() => textOf(item(page).locator('.warning-changes')))
      .toMatch(
        /"payment of order <\*> is tried again": \d+ in 10 min, usual are .*, since \d\d:\d\d Its pattern/,
      )
    const points = item(page).locator('.warning-course li b')
    await expect.poll(() => points.allInnerTexts()).toEqual(['Begins', 'Warning', 'Failure', 'Alert'])
    await expect.poll(() => textOf(item(page).locator('.point-alerted'))).toMatch(/ later bank-timeouts$/)
    const links = item(page).locator('.alert-lines a')
    await expect.poll(() => links.count()).toBe(3)
    await links.first().click()
    await page.getByText('is tried again').first().waitFor()
    await expect.poll(() => new URL(page.url()).pathname).toBe(`/t/${warning.lines[0]!.traceId}`)
    await expect
      .poll(() => textOf(page.locator('.chain-origin')))
      .toBe('An early warning led here; 1 row of this chain raised it. To the warning')
    const raised = page.locator('.row.is-raised')
    await expect.poll(() => textOf(raised)).toMatch(/raised it payment of order \d+ is tried again/)
    await expect.poll(() => raised.getAttribute('aria-selected')).toBe('true')
    await page.goBack()
    await item(page).getByRole('link', { name: 'Its pattern' }).first().click()
    await page.locator('.pattern-details').getByText('is tried again').first().waitFor()
  })
})

test('what somebody says of it stands at once, and goes back where the desk does not take it', async () => {
  await withPage({ isAway: true }, async (page) => {
    await page.goto(`${desk.url}/alerts?warning=${warning.id}`)
    await item(page).waitFor()
    const [useful, noise] = ['Useful', 'Noise'].map((name) => item(page).getByRole('button', { name }))
    await page.route('**/opinion', (route) => route.abort('connectionrefused'))
    await noise!.click()
    await item(page).getByRole('alert').waitFor()
    await expect.poll(() => noise!.getAttribute('aria-pressed')).toBe('false')
    await page.unroute('**/opinion')
    await tabTo(page, 'button', 'Useful')
    await page.keyboard.press('Enter')
    await expect.poll(() => useful!.getAttribute('aria-pressed')).toBe('true')
    await item(page).getByRole('alert').waitFor({ state: 'detached' })
    await page.reload()
    await expect.poll(() => useful!.getAttribute('aria-pressed')).toBe('true')
  })
})

test.each(readersAt(400, 1440))(
  'warnings have no barrier that axe finds and are not wider than the screen: $colorScheme, $locale, $width px',
  async (reader) => {
    await withPage(reader, async (page) => {
      const chain = `/t/${warning.lines[0]!.traceId}?warning=${warning.id}`
      for (const [address, ready] of [
        ['/alerts', '.warning-course'],
        [chain, '.row.is-raised'],
      ] as const) {
        await page.goto(desk.url + address)
        await page.locator(ready).first().waitFor()
        expect(await findBarriers(page)).toEqual([])
        await expect
          .poll(() => page.evaluate(() => document.documentElement.scrollWidth - innerWidth))
          .toBeLessThanOrEqual(0)
      }
    })
  },
)

test('the first page has what changed in the last ten minutes, and each leads to what it was', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'clew-desk-changed-'))
  const report = (message: string): void => void message
  await playShop(shopOf(193), { directory: folder, report })
  const kept = { directory: folder, maxBytes: 512e6, maxAgeMs: undefined }
  const fresh = await startDesk({ ...kept, port: 0, grpcPort: null, report })
  try {
    await withPage({}, async (page) => {
      const changed = page.locator('.changed')
      await page.goto(`${desk.url}/chains`)
      await changed.getByText('Nothing unusual changed.').waitFor()
      await sendSample(fresh.url, failedOrder(1), Date.now())
      await page.goto(`${fresh.url}/chains`)
      await changed.locator('li').nth(1).waitFor()
      await expect
        .poll(() => textOf(changed))
        .toMatch(
          /^Last 10 minutes shop: "payment of order <\*> is tried again": .* new: payment_failed order=/,
        )
      await changed.getByRole('link', { name: 'new: payment_failed' }).click()
      await page.locator('.pattern-details').getByText('payment_failed').first().waitFor()
      await page.goBack()
      await changed.getByRole('link', { name: /^shop: / }).click()
      await item(page).locator('.warning-course').waitFor()
    })
    for (const reader of readersAt(400, 1440))
      await withPage(reader, async (page) => {
        await page.goto(`${fresh.url}/chains`)
        await page.locator('.changed li').first().waitFor()
        expect(await findBarriers(page)).toEqual([])
      })
  } finally {
    await fresh.close()
    rmSync(folder, { recursive: true })
  }
})
