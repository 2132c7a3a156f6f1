import { afterAll, beforeAll, expect, test } from 'vitest'
import { linkedTraces, lostSpans, repeatedQueries } from '../sample-traffic.ts'
import { textOf, withPage } from './page-driver.ts'
import { type SampleDesk, startSampleDesk } from './sample-desk.ts'

let desk: SampleDesk

beforeAll(async () => {
  desk = await startSampleDesk()
})
afterAll(() => desk?.close())

test('a chain that arrives appears on top of the list, and not in a list that searches for something else', async () => {
  await withPage({}, async (page) => {
    await page.goto(`${desk.url}/chains?q=service:shop-api`)
    const first = page.locator('.rows-body > [role=row]').first()
    await first.waitFor()
    await desk.send(linkedTraces())
    const traceId = await desk.send(repeatedQueries(3))
    await page.locator(`.rows-body a[href="/t/${traceId}"]`).waitFor()
    await expect.poll(() => textOf(first)).toContain('4 spans')
    await expect.poll(() => page.getByText('POST /signup').count()).toBe(0)
  })
})

test('while the reader is further down nothing moves: new chains are counted, and shown when asked for', async () => {
  for (let count = 0; count < 30; count++) await desk.send(repeatedQueries(1))
  await withPage({ height: 500 }, async (page) => {
    await page.goto(`${desk.url}/chains`)
    const list = page.getByRole('grid')
    await list.press('End')
    const before = await page.evaluate(() => document.querySelector('.rows')!.scrollTop)
    const traceId = await desk.send(lostSpans())
    await page.getByRole('button', { name: /1 new/ }).waitFor()
    await expect.poll(() => page.evaluate(() => document.querySelector('.rows')!.scrollTop)).toBe(before)
    await expect.poll(() => page.locator(`a[href="/t/${traceId}"]`).count()).toBe(0)
    await page.getByRole('button', { name: /1 new/ }).click()
    await page.locator(`.rows-body a[href="/t/${traceId}"]`).waitFor()
    await expect.poll(() => page.getByRole('button', { name: /new/ }).count()).toBe(0)
  })
})

test('the first chain that ever arrives takes the place of the two commands that connect an application', async () => {
  const empty = await startSampleDesk({ empty: true })
  try {
    await withPage({}, async (page) => {
      await page.goto(`${empty.url}/chains`)
      await page.getByText('npm install @clew/node').waitFor()
      await page.getByText('node --require @clew/node/register').waitFor()
      const traceId = await empty.send(repeatedQueries(3))
      await page.locator(`.rows-body a[href="/t/${traceId}"]`).waitFor()
    })
  } finally {
    await empty.close()
  }
})

test('the page of the commands turns to the first chain that ever arrives, and on the way back it stays', async () => {
  const empty = await startSampleDesk({ empty: true })
  try {
    await withPage({}, async (page) => {
      await page.goto(`${empty.url}/start`)
      await page.getByText('Waiting for the first record').waitFor()
      // The stream must have begun: what comes before it is asked for then.
      const traceId = await empty.send(repeatedQueries(3))
      await page.waitForURL(`${empty.url}/t/${traceId}`)
      await page.getByRole('treegrid').waitFor()
      await page.goBack()
      await page.getByText('It works').waitFor()
      await empty.send(lostSpans())
      await page.getByText(/and 9 spans|and \d+ spans/).waitFor()
      expect(new URL(page.url()).pathname).toBe('/start')
    })
  } finally {
    await empty.close()
  }
})
