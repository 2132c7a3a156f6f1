import { afterAll, beforeAll, expect, test } from 'vitest'
import { findBarriers, textOf, withPage } from './page-driver.ts'
import { type SampleDesk, startSampleDesk } from './sample-desk.ts'

let desk: SampleDesk

beforeAll(async () => {
  desk = await startSampleDesk()
})
afterAll(() => desk?.close())

const line = '{"level":"warn","time":1764000000000,"msg":"from a file"}'

test('files that are dropped on the page are imported, and each says what became of it', async () => {
  await withPage({ bypassCSP: true }, async (page) => {
    await page.goto(`${desk.url}/logs`)
    const files = await page.evaluateHandle((text) => {
      const transfer = new DataTransfer()
      transfer.items.add(new File([`${text}\nno record\n`], 'app.log'))
      transfer.items.add(new File(['<!doctype html><html></html>'], 'trace.json'))
      return transfer
    }, line)
    await page.dispatchEvent('main', 'dragover', { dataTransfer: files })
    await page.getByText('Drop files of traces and logs').waitFor()
    await page.dispatchEvent('main', 'drop', { dataTransfer: files })
    const told = page.getByRole('region', { name: 'Imported' })
    await told.getByText('this looks like HTML').waitFor()
    const texts = (await textOf(told)).replace(/\s+/g, ' ')
    expect(texts).toContain('app.log: 1 lines and 0 spans (log objects). 1 were no records:')
    expect(texts).toContain('2: neither JSON nor a line that begins with a time')
    expect(texts).toContain('trace.json: this looks like HTML')
    await expect.poll(() => page.getByText('Drop files of traces and logs').count()).toBe(0)
    expect(await findBarriers(page)).toEqual([])
    await told.getByRole('button', { name: 'Close' }).click()
    await expect.poll(() => told.count()).toBe(0)
  })
})

test('files that are chosen by the keyboard are imported too, under the policy of the page', async () => {
  await withPage({}, async (page) => {
    await page.goto(`${desk.url}/logs`)
    const chooser = page.waitForEvent('filechooser')
    await page.getByRole('button', { name: 'Import files of traces and logs' }).press('Enter')
    await (await chooser).setFiles({ name: 'a.ndjson', mimeType: 'text/plain', buffer: Buffer.from(line) })
    await page.getByText('1 lines and 0 spans (log objects).').waitFor()
  })
})
