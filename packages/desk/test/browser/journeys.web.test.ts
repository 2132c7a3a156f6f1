import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { activeRow, tabTo, textOf, withPage } from './page-driver.ts'
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
    await expect.poll(() => search(page)).toBe('has:error')
    await expect.poll(() => rowTexts(page)).toHaveLength(1)
    await tabTo(page, 'grid', 'Chains')
    await page.keyboard.press('ArrowDown')
    expect(await activeRow(page)).toContain('stock cannot be read')
    await page.keyboard.press('Enter')
    await page.waitForURL(`${desk.url}/t/${desk.ids.failed}*`)
    await page.getByRole('treegrid').waitFor()
    const seen: string[] = []
    for (let error = 0; error < 3; error++) {
      await page.keyboard.press('e')
      await page.waitForTimeout(50)
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
