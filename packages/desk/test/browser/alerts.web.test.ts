import type { Desk } from '@clew/desk'
import type { Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest'
import { type AlertRig, fail, paymentRule, startAlertRig } from '../alert-rig.ts'
import { readersAt } from './eyes.ts'
import { findBarriers, tabTo, textOf, withPage } from './page-driver.ts'

/** Two good rules, of which one tells again at once and one has groups, and one that cannot be used. */
const rules = (
  botUrl: string,
): string => `${paymentRule(botUrl).replace('window: 5m', 'window: 5m\n    realert: 1ms')}
  - id: checkout-errors
    type: any
    where: 'level>=error'
    group_by: service
    severity: warning
    runbook: https://runbooks.example/checkout
    notify: wecom-pay
  - id: slow
    type: frequency
    threshold: 3
    window: 5
`

let rig: AlertRig
let desk: Desk
let traceIds: string[]

beforeAll(async () => {
  rig = await startAlertRig(rules)
  desk = await rig.start({ grpcPort: null })
  traceIds = [await fail(desk, 1), await fail(desk, 2), await fail(desk, 3)]
  await vi.waitUntil(() => rig.bot.received.length > 1, { timeout: 20_000 })
})
afterAll(() => rig?.close())

const firing = (page: Page) => page.locator('.alert-firing')

test('what fires stands on top with its lines, and each leads to its chain', async () => {
  await withPage({}, async (page) => {
    await page.goto(`${desk.url}/alerts`)
    await firing(page).waitFor()
    await expect
      .poll(() => textOf(firing(page).locator('summary')))
      .toMatch(/^critical firing payment-failed-500 3 records (in|within) 5m \(limit 3\) since /)
    const links = firing(page).locator('.alert-lines a')
    await expect
      .poll(() => links.evaluateAll((all) => all.map((link) => link.getAttribute('href'))))
      .toEqual(traceIds.map((id) => `/t/${id}`))
    await expect.poll(() => textOf(page.getByRole('link', { name: /^Alerts/ }))).toBe('Alerts 1')
    await links.last().click()
    await page.getByText('payment_failed order=3').first().waitFor()
    await expect.poll(() => new URL(page.url()).pathname).toBe(`/t/${traceIds[2]}`)
  })
})

test('the rules say what they watch, what is wrong with the file is said, and why a rule did what it did', async () => {
  await withPage({}, async (page) => {
    await page.goto(`${desk.url}/alerts`)
    await firing(page).waitFor()
    await expect.poll(() => textOf(page.locator('.alert-mistakes li'))).toMatch(/rules\[2\] "slow": window: /)
    const table = page.getByRole('region', { name: 'Rules', exact: true })
    await expect
      .poll(() => textOf(table.getByRole('row').nth(1)))
      .toMatch(/^payment-failed-500 critical payment_failed status:500 frequency ≥ 3 \/ 5 m 1 .* wecom-pay$/)
    await table.getByRole('link', { name: 'payment-failed-500' }).click()
    const counts = page.getByRole('region', { name: 'How often' })
    await expect.poll(() => textOf(counts.getByRole('row'))).toMatch(/below 2 .* fired 1 /)
    const last = page.getByRole('region', { name: 'The last decisions' })
    await expect
      .poll(() => textOf(last.getByRole('row')))
      .toMatch(/fired 3 3.*payment-failed-500 below 2 3.*payment-failed-500 below 1 3/)
    await table.getByRole('link', { name: 'payment_failed status:500' }).click()
    await page.getByRole('grid').getByText('payment_failed order=1').waitFor()
  })
})

test('an alert is silenced and spoken of again by keyboard alone, and a new line comes without a reload', async () => {
  await withPage({}, async (page) => {
    await page.goto(`${desk.url}/alerts`)
    await firing(page).waitFor()
    await firing(page).locator('.alert-tools summary').focus()
    await page.keyboard.press('Enter')
    await page.keyboard.press('Tab')
    await page.keyboard.press('Tab')
    await page.keyboard.press('Enter')
    await firing(page)
      .getByText(/^Silenced until /)
      .waitFor()
    const sent = rig.bot.received.length
    await fail(desk, 4)
    await firing(page).getByText('payment_failed order=4').waitFor()
    await page.getByRole('region', { name: 'How often' }).getByText('silenced', { exact: true }).waitFor()
    expect(rig.bot.received.filter(({ body }) => body.includes('payment-failed-500')).length).toBe(1)
    expect(rig.bot.received.length).toBeGreaterThanOrEqual(sent)
    await tabTo(page, 'button', 'End now')
    await page.keyboard.press('Enter')
    await page.getByRole('region', { name: 'Silences' }).waitFor({ state: 'detached' })
    await expect
      .poll(() =>
        firing(page)
          .getByText(/^Silenced until /)
          .count(),
      )
      .toBe(0)
  })
})

const readers = readersAt(1280, 400)

test.each(readers)(
  'the alerts have no barrier that axe finds and are not wider than the screen: $colorScheme, $locale, $width px',
  async (reader) => {
    await withPage(reader, async (page) => {
      await page.goto(`${desk.url}/alerts`)
      await firing(page).waitFor()
      for (const summary of await page.locator('.alert > summary').all())
        if ((await summary.locator('..').getAttribute('open')) === null) await summary.click()
      expect(await findBarriers(page)).toEqual([])
      await expect
        .poll(() => page.evaluate(() => document.documentElement.scrollWidth - innerWidth))
        .toBeLessThanOrEqual(0)
    })
  },
)

let other: AlertRig | undefined
afterEach(() => other?.close().then(() => (other = undefined)))

test('with rules and nothing that fires it says what is watched, and the first alert appears by itself', async () => {
  other = await startAlertRig(paymentRule)
  const quiet = await other.start({ grpcPort: null })
  await withPage({ locale: 'zh-CN' }, async (page) => {
    await page.goto(`${quiet.url}/alerts`)
    await page.getByText('1 条规则正在检查每一行到达的日志', { exact: false }).waitFor()
    for (const order of [1, 2, 3]) await fail(quiet, order)
    await firing(page).waitFor()
    await expect
      .poll(() => textOf(firing(page).locator('summary').first()))
      .toMatch(/^严重 触发中 payment-failed-500 5 分钟内 3 条日志/)
  })
})
