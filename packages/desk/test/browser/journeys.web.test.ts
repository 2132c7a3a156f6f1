import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { activeRow, drawn, tabTo, textOf, withPage } from './page-driver.ts'
import { type SampleDesk, startSampleDesk } from './sample-desk.ts'

let desk: SampleDesk

beforeAll(async () => {
  desk = await startSampleDesk()
})
afterAll(() => desk?.close())

const rowTexts = (page: Page) => page.locator('.rows-body > [role=row]').allInnerTexts()
const search = (page: Page) => new URL(page.url()).searchParams.get('q')

test('by keyboard alone: find the chain that failed and read the line that says why', async () => {
  await withPage({}, async (page) => {
    await page.goto(`${desk.url}/chains`)
    await page.getByRole('grid').waitFor()
    await tabTo(page, 'button', 'Errors only')
    await page.keyboard.press('Space')
    await expect.poll(() => new URL(page.url()).search).toBe('?errors=1')
    await expect.poll(() => rowTexts(page)).toHaveLength(1)
    await tabTo(page, 'grid', 'Chains')
    await page.keyboard.press('ArrowDown')
    await expect.poll(() => activeRow(page)).toContain('stock cannot be read')
    await page.keyboard.press('Enter')
    await page.waitForURL(`${desk.url}/t/${desk.ids.failed}*`)
    await page.getByRole('treegrid').waitFor()
    const seen: string[] = []
    for (let error = 0; error < 3; error++) {
      await drawn(page)
      await page.keyboard.press('e')
      await drawn(page)
      seen.push(await activeRow(page))
    }
    expect(seen.find((row) => /ERROR/i.test(row) && row.includes('stock cannot be read'))).toBeDefined()
    await page.keyboard.press('Enter')
    await expect.poll(() => textOf(page.getByRole('complementary'))).toContain('connection reset')
  })
})

test('by keyboard alone: search the logs and open the chain of a line at that line', async () => {
  await withPage({}, async (page) => {
    await page.goto(`${desk.url}/logs`)
    await page.getByRole('grid').waitFor()
    await page.keyboard.press('/')
    await page.keyboard.type('stock cannot')
    await page.keyboard.press('Enter')
    await expect.poll(() => rowTexts(page)).toHaveLength(1)
    await tabTo(page, 'grid', 'Lines, newest first')
    await page.keyboard.press('ArrowDown')
    await page.keyboard.press('o')
    await page.waitForURL(`${desk.url}/t/${desk.ids.failed}?log=*`)
    await page.getByRole('treegrid').waitFor()
    await expect.poll(() => activeRow(page)).toContain('stock cannot be read')
  })
})

test('by keyboard alone: only the lines of one service', async () => {
  await withPage({}, async (page) => {
    await page.goto(`${desk.url}/logs`)
    await page.getByRole('grid').waitFor()
    await tabTo(page, 'button', /^stock ?\d+$/)
    await page.keyboard.press('Enter')
    await expect.poll(() => search(page)).toBe('service:stock')
    await expect.poll(() => rowTexts(page)).toHaveLength(1)
    expect((await rowTexts(page))[0]).toContain('stock cannot be read')
  })
})

test('by keyboard alone: from a pattern to its lines', async () => {
  await withPage({}, async (page) => {
    await page.goto(`${desk.url}/chains`)
    await page.getByRole('heading', { level: 1 }).waitFor()
    await page.keyboard.press('3')
    await page.getByRole('grid', { name: 'Patterns' }).waitFor()
    await tabTo(page, 'grid', 'Patterns')
    await page.keyboard.press('ArrowDown')
    const pattern = await activeRow(page)
    await page.keyboard.press('o')
    await page.waitForURL(/\/logs\?q=pattern/)
    await expect.poll(async () => (await rowTexts(page)).length).toBe(Number(/\d+/.exec(pattern)?.[0]))
  })
})

test('by keyboard alone: from a service of the map to its chains', async () => {
  await withPage({}, async (page) => {
    await page.goto(`${desk.url}/chains`)
    await page.getByRole('heading', { level: 1 }).waitFor()
    await page.keyboard.press('4')
    await page.getByRole('region', { name: 'Map of services' }).waitFor()
    await tabTo(page, 'link', /^stock ?1 span/)
    await page.keyboard.press('Enter')
    await page.waitForURL(/\/chains/)
    await expect.poll(() => search(page)).toBe('service:stock')
    await expect.poll(() => rowTexts(page)).toHaveLength(1)
    expect((await rowTexts(page))[0]).toContain('stock cannot be read')
  })
})

test('a divider is moved by keys and by the pointer, and stands there on the next visit', async () => {
  await withPage({}, async (page) => {
    await page.goto(`${desk.url}/t/${desk.ids.failed}`)
    const divider = page.getByRole('separator', { name: 'Width of the tree' })
    const share = async () => Number(await divider.getAttribute('aria-valuenow'))
    const first = await share()
    await divider.focus()
    await page.keyboard.press('ArrowRight')
    await expect.poll(share).toBe(first + 2)
    const { x, y } = (await divider.boundingBox())!
    const row = (await page.locator('.rows-header > .row').boundingBox())!
    await page.mouse.move(x + 2, y + 4)
    await page.mouse.down()
    await page.mouse.move(x + 2 + row.width * 0.2, y + 4)
    await page.mouse.up()
    await expect.poll(share).toBe(first + 22)
    await page.reload()
    await expect.poll(share).toBe(first + 22)
    expect(new URL(page.url()).searchParams.has('zoom')).toBe(false)
  })
})

test('a side pane is made wider by dragging its edge to the left', async () => {
  await withPage({}, async (page) => {
    await page.goto(`${desk.url}/t/${desk.ids.failed}`)
    await page.locator('.rows-body > [role=row]').first().click()
    const divider = page.getByRole('separator', { name: 'Width of the side pane' })
    const width = async () => Number(await divider.getAttribute('aria-valuenow'))
    await expect.poll(width).toBe(440)
    const { x, y } = (await divider.boundingBox())!
    await page.mouse.move(x + 4, y + 100)
    await page.mouse.down()
    await page.mouse.move(x + 4 - 100, y + 100)
    await page.mouse.up()
    await expect.poll(width).toBe(540)
    await divider.focus()
    await page.keyboard.press('ArrowRight')
    await expect.poll(width).toBe(516)
  })
})

test('a menu is opened, left by Escape and by a choice, and gives the focus back', async () => {
  await withPage({}, async (page) => {
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write'])
    await page.goto(`${desk.url}/t/${desk.ids.failed}`)
    const menu = page.locator('summary', { hasText: 'Copy' })
    const choice = page.getByRole('button', { name: 'Copy chain as text' })
    await menu.click()
    await choice.waitFor()
    await page.keyboard.press('Escape')
    await choice.waitFor({ state: 'hidden' })
    await expect.poll(() => menu.evaluate((summary) => summary === document.activeElement)).toBe(true)
    await page.keyboard.press('Enter')
    await choice.click()
    await choice.waitFor({ state: 'hidden' })
    await page.getByRole('status').filter({ hasText: 'Copied' }).waitFor()
    await expect
      .poll(() => page.evaluate(() => navigator.clipboard.readText()))
      .toContain('stock cannot be read')
  })
})

test('a click on the legend lists the lines of its level, as many as it says, and once more all of them', async () => {
  await withPage({}, async (page) => {
    await page.goto(`${desk.url}/logs`)
    const band = page.locator('.legend').getByRole('button', { name: /error/i })
    await band.waitFor()
    const count = Number(await textOf(band.locator('b')))
    const facet = page
      .locator('.facets')
      .getByRole('button', { name: /^error/i })
      .first()
    await expect.poll(() => textOf(facet.locator('.number'))).toBe(String(count))
    await band.click()
    await expect.poll(() => search(page)).toBe('level:error')
    await expect.poll(() => rowTexts(page)).toHaveLength(count)
    await expect.poll(() => band.getAttribute('aria-pressed')).toBe('true')
    await band.click()
    await expect.poll(() => search(page)).toBeNull()
  })
})
