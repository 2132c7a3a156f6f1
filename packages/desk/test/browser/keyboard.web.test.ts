import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { hugeTrace } from '../sample-traffic.ts'
import { activeRow, drawn, findBarriers, textOf, withPage } from './page-driver.ts'
import { type SampleDesk, startSampleDesk } from './sample-desk.ts'

let desk: SampleDesk

beforeAll(async () => {
  desk = await startSampleDesk()
})
afterAll(() => desk?.close())

const rows = (page: Page) => page.locator('.rows-body > [role=row]')
/** What a row says may come in parts. */
const isActive = async (page: Page, at: number) =>
  (await activeRow(page)) === (await textOf(rows(page).nth(at)))
const focused = (page: Page) =>
  page.evaluate(() => document.activeElement!.id || document.activeElement!.className)

test.each(['/chains', '/logs', '/patterns'])(
  'on a fresh %s the arrows move the list at once, and after Enter in the search box, too',
  async (address) => {
    await withPage({}, async (page) => {
      await page.goto(desk.url + address)
      await rows(page).nth(1).waitFor()
      await drawn(page)
      await page.keyboard.press('ArrowDown')
      await page.keyboard.press('ArrowDown')
      await expect.poll(() => isActive(page, 1)).toBe(true)
      await page.keyboard.press('/')
      await expect
        .poll(() => page.locator('input[name=q]').evaluate((box) => box === document.activeElement))
        .toBe(true)
      await page.keyboard.type('rates')
      await page.keyboard.press('Enter')
      await expect.poll(() => focused(page)).toBe('main')
      await expect.poll(() => rows(page).count()).toBe(1)
      await page.keyboard.press('End')
      await expect.poll(() => isActive(page, 0)).toBe(true)
    })
  },
)

test('Enter does not leave the box while the search has a mistake', async () => {
  await withPage({}, async (page) => {
    await page.goto(`${desk.url}/logs`)
    await rows(page).first().waitFor()
    await page.keyboard.press('/')
    await page.keyboard.type('(stock')
    await page.keyboard.press('Enter')
    await page.locator('.search-problem').waitFor()
    await expect
      .poll(() => page.locator('input[name=q]').evaluate((box) => box === document.activeElement))
      .toBe(true)
  })
})

/** How far the middle of the active row is from that of the list below its header, CSS pixels. */
const offMiddle = (page: Page) =>
  page.evaluate(() => {
    const list = document.querySelector('.rows')!.getBoundingClientRect()
    const header = document.querySelector('.rows-header')!.getBoundingClientRect()
    const row = document.querySelector('.rows-body > [aria-selected=true]')?.getBoundingClientRect()
    return row ? Math.abs((row.top + row.bottom) / 2 - (header.bottom + list.bottom) / 2) : Infinity
  })

test('in a chain n, N and e bring what they find to the middle, and nothing but matches is marked', async () => {
  const { spans, logs } = hugeTrace(600, 1200)
  const failure = { span: 's300', service: 'service-1', at: 151, text: 'the disk is full', severity: 17 }
  const traceId = await desk.send({ spans, logs: [...logs, failure] })
  await withPage({}, async (page) => {
    await page.goto(`${desk.url}/t/${traceId}`)
    await rows(page).nth(5).waitFor()
    await page.keyboard.press('/')
    await page.keyboard.type('row 57 report')
    await page.keyboard.press('Enter')
    await page.locator('.found', { hasText: /\d/ }).waitFor()
    const found = await textOf(page.locator('.found'))
    for (const key of ['n', 'n', 'N', 'n', 'e']) {
      await page.keyboard.press(key)
      await expect.poll(() => offMiddle(page), { message: key }).toBeLessThanOrEqual(12)
    }
    const marked = await page.evaluate(() =>
      [...document.querySelectorAll('.rows-body > .row')]
        .filter((row) => row.querySelector('mark'))
        .map((row) => row.classList.contains('is-match')),
    )
    expect(
      marked.filter((isMatch) => !isMatch),
      found,
    ).toEqual([])
  })
})

test('the question mark lists the keys and how a search is written, without a barrier, in both languages', async () => {
  for (const [locale, words] of [
    ['en', 'words that begin so'],
    ['zh-CN', '以此开头的词'],
  ] as const) {
    await withPage({ locale, bypassCSP: true }, async (page) => {
      await page.goto(`${desk.url}/logs`)
      await rows(page).first().waitFor()
      await page.keyboard.press('?')
      const dialog = page.locator('dialog.keys')
      await dialog.getByText(words).waitFor()
      for (const example of ['"connection refused"', 'level>=warn', 'dur>200ms', '-health', 'has:error'])
        await expect
          .poll(() => dialog.getByText(example, { exact: true }).count(), { message: example })
          .toBe(1)
      expect(await findBarriers(page)).toEqual([])
    })
  }
})

test('errors only is a state of its own: the search box stays as it is, on chains as on logs', async () => {
  await withPage({}, async (page) => {
    for (const [address, left] of [
      ['/chains?q=stock', 1],
      ['/logs?q=stock', 1],
    ] as const) {
      await page.goto(desk.url + address)
      await rows(page).nth(1).or(rows(page).first()).first().waitFor()
      const button = page.getByRole('button', { name: 'Errors only' })
      await button.click()
      await expect.poll(() => new URL(page.url()).search).toBe('?q=stock&errors=1')
      await expect.poll(() => rows(page).count()).toBe(left)
      await expect.poll(() => page.locator('input[name=q]').inputValue()).toBe('stock')
      await expect.poll(() => button.getAttribute('aria-pressed')).toBe('true')
      await page.reload()
      await expect.poll(() => button.getAttribute('aria-pressed')).toBe('true')
      await page.locator('input[name=q]').fill('welcome')
      await page.keyboard.press('Enter')
      await page.getByRole('button', { name: 'Also without errors' }).click()
      await expect.poll(() => new URL(page.url()).search).toBe('?q=welcome')
    }
  })
})

test('the first Tab leads to the link that skips to the list, and from there the arrows move', async () => {
  await withPage({}, async (page) => {
    await page.goto(`${desk.url}/logs`)
    await rows(page).first().waitFor()
    await page.keyboard.press('Tab')
    const skip = page.getByRole('link', { name: 'Skip to content' })
    await expect.poll(() => skip.evaluate((link) => link === document.activeElement)).toBe(true)
    const { y } = (await skip.boundingBox())!
    expect(y).toBeGreaterThanOrEqual(0)
    await page.keyboard.press('Enter')
    await expect.poll(() => focused(page)).toBe('main')
    await page.keyboard.press('ArrowDown')
    await expect.poll(() => activeRow(page)).not.toBe('')
  })
})
