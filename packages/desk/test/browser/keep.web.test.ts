import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Sample } from '../sample-traffic.ts'
import { activeRow, findBarriers, textOf, withPage } from './page-driver.ts'
import { type SampleDesk, startSampleDesk } from './sample-desk.ts'

const weighed = (weight: number) => ({ 'log.sample.weight': weight })

/** A chain of two services that failed in the second one, with what had been held of it. */
const released: Sample = {
  spans: [
    { id: 'req', name: 'POST /orders', service: 'api', kind: 2, at: 0, ms: 10 },
    { id: 'job', parent: 'req', name: 'process payments', service: 'worker', kind: 5, at: 20, ms: 30 },
  ],
  logs: [
    { service: 'api', span: 'req', at: 1, text: 'order received', attributes: weighed(0) },
    { service: 'worker', span: 'job', at: 21, text: 'charging the card', attributes: weighed(0) },
    {
      ...{ service: 'worker', span: 'job', at: 40, text: 'the bank does not answer', severity: 17 },
      attributes: { 'clew.kept': 'error' },
    },
  ],
}
/** One that was chosen for a hundred. */
const chosen: Sample = {
  spans: [{ id: 'req', name: 'POST /orders', service: 'api', kind: 2, at: 0, ms: 10 }],
  logs: [{ service: 'api', span: 'req', at: 1, text: 'order received', attributes: weighed(100) }],
}

let desk: SampleDesk
let ids: { released: string; chosen: string }

beforeAll(async () => {
  desk = await startSampleDesk({ empty: true })
  ids = { released: await desk.send(released), chosen: await desk.send(chosen) }
})
afterAll(() => desk?.close())

test('a chain that was released says why, and leads to the line that says it; one that was chosen says for how many', async () => {
  await withPage({}, async (page) => {
    await page.goto(`${desk.url}/t/${ids.released}`)
    const kept = page.locator('.chain-kept')
    await kept.waitFor()
    await expect
      .poll(() => textOf(kept))
      .toBe('released: kept because of ERROR in worker, 2 lines that had been held')
    await kept.getByRole('link').click()
    await page.locator('.rows').first().focus()
    await expect.poll(() => activeRow(page)).toContain('the bank does not answer')
    await page.goto(`${desk.url}/t/${ids.chosen}`)
    await kept.waitFor()
    await expect.poll(() => textOf(kept)).toBe('sampled: stands for 100 chains')
  })
})

test('a list tells lines that were released from those that stand for others, and says that counts have no weights', async () => {
  await withPage({}, async (page) => {
    await page.goto(`${desk.url}/logs`)
    await page.locator('.log-weight').first().waitFor()
    const rows = page.locator('.rows-body > [role=row] .log-line')
    expect((await rows.allInnerTexts()).map((text) => text.replace(/\s+/g, ' ').trim()).toSorted()).toEqual([
      'released charging the card',
      'released order received',
      'the bank does not answer',
      '×100 order received',
    ])
    await expect.poll(() => textOf(page.locator('.logs-bar'))).toContain('without their weights')
  })
})

test('the services have how much was released, and what was written', async () => {
  await withPage({}, async (page) => {
    await page.goto(`${desk.url}/services`)
    const table = page.getByRole('table', { name: 'Services' })
    await table.waitFor()
    const cells = await table.locator('tr').evaluateAll((rows) =>
      rows.map((row) => {
        const texts = [...row.children].map(({ textContent }) => textContent)
        return [texts[0], texts[5], ...texts.slice(-2)]
      }),
    )
    expect(cells).toEqual([
      ['Service', 'Lines', 'Released', 'Written, about'],
      ['worker', '2', '1', '1'],
      ['api', '2', '1', '100'],
    ])
  })
})

test.each(['light', 'dark'] as const)(
  'in %s, in English and Chinese, nobody is kept out of it',
  async (colorScheme) => {
    for (const locale of ['en', 'zh-CN'] as const) {
      await withPage({ colorScheme, locale, bypassCSP: true }, async (page) => {
        const found: Record<string, string[]> = {}
        for (const [address, part] of [
          [`/t/${ids.released}`, '.chain-kept'],
          ['/logs', '.log-weight'],
          ['/services', '.node'],
        ] as const) {
          await page.goto(desk.url + address)
          await page.locator(part).first().waitFor()
          found[address] = await findBarriers(page)
        }
        expect(Object.values(found).flat()).toEqual([])
      })
    }
  },
)
