import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { activeRow, drawn, textOf, withPage } from './page-driver.ts'
import { type SampleDesk, startSampleDesk } from './sample-desk.ts'

let desk: SampleDesk

beforeAll(async () => {
  desk = await startSampleDesk()
})
afterAll(() => desk?.close())

/** The address after the page has written to it what it shows. */
async function settled(page: Page, part: RegExp): Promise<string> {
  await page.waitForURL(part)
  return page.url()
}

test('the address of a chain restores the active row and what is shown, in another browser', async () => {
  let address = ''
  let row = ''
  await withPage({}, async (page) => {
    await page.goto(`${desk.url}/t/${desk.ids.failed}`)
    await page.getByRole('treegrid').waitFor()
    await drawn(page)
    await page.keyboard.press('f')
    await page.keyboard.press('e')
    const before = await settled(page, /[?&](span|log)=/)
    await page.keyboard.press('ArrowDown')
    await expect.poll(() => page.url()).not.toBe(before)
    address = page.url()
    row = await activeRow(page)
  })
  await withPage({}, async (page) => {
    await page.goto(address)
    await page.getByRole('treegrid').waitFor()
    await expect.poll(() => textOf(page.locator('[aria-selected=true]'))).toBe(row)
    expect(page.url()).toBe(address)
  })
})

test('the address of the list of chains restores search, filters, order and time', async () => {
  await withPage({}, async (page) => {
    await page.goto(`${desk.url}/chains`)
    await page.getByRole('button', { name: 'Errors only' }).click()
    await page.getByLabel('Order').selectOption('Slowest first')
    await page.getByLabel('Duration').selectOption('Slower than 100 ms')
    await page.locator('.range select').selectOption('Last hour')
    const address = await settled(page, /from=-1h/)
    const other = await page.context().newPage()
    await other.goto(address)
    await other.getByRole('heading', { level: 1 }).waitFor()
    expect({
      errors: await other.getByRole('button', { name: 'Errors only' }).getAttribute('aria-pressed'),
      order: await other.getByLabel('Order').inputValue(),
      duration: await other.getByLabel('Duration').inputValue(),
      time: await other.locator('.range select').inputValue(),
      search: await other.locator('input[name=q]').inputValue(),
    }).toEqual({
      errors: 'true',
      order: 'slow',
      duration: '100ms',
      time: '-1h',
      search: 'dur>100ms',
    })
  })
})

test('back from a chain the list has the row that one came from', async () => {
  await withPage({}, async (page) => {
    await page.goto(`${desk.url}/chains`)
    const list = page.getByRole('grid')
    await list.press('ArrowDown')
    await page.keyboard.press('ArrowDown')
    await expect.poll(() => activeRow(page)).not.toBe('')
    const row = await activeRow(page)
    await page.keyboard.press('Enter')
    await page.getByRole('treegrid').waitFor()
    await page.goBack()
    await list.waitFor()
    await expect.poll(() => textOf(page.locator('[aria-selected=true]'))).toBe(row)
  })
})

test('a row of the list is a link that a new tab can open', async () => {
  await withPage({}, async (page) => {
    await page.goto(`${desk.url}/chains`)
    const row = page.locator('.rows-body > [role=row]').first()
    const opened = page.context().waitForEvent('page')
    await row.click({ modifiers: ['ControlOrMeta'], position: { x: 700, y: 30 } })
    await (await opened).waitForURL(/\/t\/[0-9a-f]{32}$/)
    expect(new URL(page.url()).pathname).toBe('/chains')
  })
})
