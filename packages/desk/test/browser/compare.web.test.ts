import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Sample } from '../sample-traffic.ts'
import { readersAt } from './eyes.ts'
import { activeRow, findBarriers, textOf, withPage } from './page-driver.ts'
import { type SampleDesk, startSampleDesk } from './sample-desk.ts'

let desk: SampleDesk
let ids: { before: string; now: string }

/** An order: its queries, and how long the payment takes. */
function order(queries: number, payMs: number, fails: boolean): Sample {
  const root = {
    id: 'r',
    name: 'POST /orders',
    service: 'shop',
    kind: 2,
    at: 0,
    ms: 60 + queries * 3 + payMs,
  }
  const query = { name: 'SELECT items', service: 'shop', kind: 3, parent: 'r', ms: 2 }
  return {
    spans: [
      root,
      ...Array.from({ length: queries }, (_, at) => ({
        ...{ ...query, id: `q${at}`, at: 1 + at * 3 },
        attributes: { 'db.system.name': 'postgresql', 'db.query.summary': 'SELECT items' },
      })),
      {
        ...{ id: 'p', name: 'charge', service: 'payments', kind: 1, parent: 'r', at: 70, ms: payMs },
        ...(fails && { error: 'declined' }),
      },
      ...(fails
        ? []
        : [{ id: 'm', name: 'send mail', service: 'shop', kind: 4, parent: 'r', at: 80, ms: 3 }]),
    ],
    logs: [
      { span: 'r', service: 'shop', at: 2, text: `order ${queries} taken` },
      ...(fails ? [{ span: 'p', service: 'payments', at: 75, text: 'card declined', severity: 17 }] : []),
    ],
  }
}

beforeAll(async () => {
  desk = await startSampleDesk()
  ids = { before: await desk.send(order(3, 20, false)), now: await desk.send(order(12, 90, true)) }
})
afterAll(() => desk?.close())

test('a chain is compared with another one, chosen by name or by a pasted id, and told row by row', async () => {
  await withPage({}, async (page) => {
    await page.goto(`${desk.url}/t/${ids.before}`)
    await page.getByRole('button', { name: 'Compare with…' }).click()
    const dialog = page.getByRole('dialog')
    const choice = dialog.getByRole('link')
    await choice.first().waitFor()
    await expect
      .poll(() => choice.evaluateAll((all) => all.map((a) => a.getAttribute('href'))))
      .toEqual([`/compare/${ids.before}/${ids.now}`])
    const box = dialog.getByLabel('Trace id, traceparent or address of a chain')
    const problem = dialog.getByRole('alert')
    await box.fill('no id')
    await box.press('Enter')
    await problem.getByText('This is no trace id').waitFor()
    await box.fill(ids.before)
    await box.press('Enter')
    await problem.getByText('This is the chain itself').waitFor()
    await box.fill(`${desk.url}/t/${ids.now}?details=1`)
    await box.press('Enter')
    await page.waitForURL(`${desk.url}/compare/${ids.before}/${ids.now}`)
    await page.locator('.rows-body > [role=row]').first().waitFor()
    await expect
      .poll(() => textOf(page.locator('.compare-counts')))
      .toMatch(/^\+96 ms in all 2 slower 1 missing 10 new 0 faster 4 same Differences only Swap A and B$/)
    await expect
      .poll(() => textOf(page.locator('.compare-head')))
      .toContain('by 20 % or more of A, and by 1 ms or more')
    const rows = page.locator('.rows-body > [role=row]')
    const told = async () => (await rows.allInnerTexts()).map((text) => text.replace(/\s+/g, ' ').trim())
    await expect
      .poll(() => told())
      .toEqual([
        expect.stringMatching(/^shop POST \/orders 89 ms 186 ms slower \+97 ms$/),
        expect.stringMatching(/^shop SELECT items 3× 6 ms 12× 24 ms slower 3× → 12× \+18 ms$/),
        expect.stringMatching(/^payments charge .*fails in B 20 ms 90 ms slower \+70 ms$/),
        expect.stringMatching(/^payments card declined – · new in B$/),
        expect.stringMatching(/^shop send mail 3 ms – missing in B$/),
      ])
  })
})

test('by keys one goes from difference to difference, opens repeated rows, and shows all', async () => {
  await withPage({}, async (page) => {
    await page.goto(`${desk.url}/compare/${ids.before}/${ids.now}`)
    const rows = page.locator('.rows-body > [role=row]')
    await rows.first().waitFor()
    const list = page.locator('.rows')
    await list.focus()
    await page.keyboard.press('e')
    await page.keyboard.press('e')
    await expect.poll(() => activeRow(page)).toContain('SELECT items')
    await page.keyboard.press('ArrowRight')
    await page.waitForURL(/open=1/)
    await expect.poll(() => rows.count()).toBe(5 + 9)
    await page.keyboard.press('ArrowLeft')
    await expect.poll(() => rows.count()).toBe(5)
    await page.keyboard.press('d')
    await page.waitForURL(/all=1/)
    await rows.getByText('order 12 taken').waitFor()
    // The permalink shows the same.
    const before = await rows.allInnerTexts()
    await page.reload()
    await rows.first().waitFor()
    await expect.poll(() => rows.allInnerTexts()).toEqual(before)
    // Enter leads to the row in its chain.
    await page.locator('.rows').press('Home')
    await page.keyboard.press('Enter')
    await page.waitForURL(new RegExp(`/t/${ids.now}\\?span=`))
  })
})

test('bars of both chains lie in one scale, from the start of each on', async () => {
  await withPage({}, async (page) => {
    await page.goto(`${desk.url}/compare/${ids.before}/${ids.now}`)
    const row = page.locator('.rows-body > [role=row]').filter({ hasText: 'charge' })
    await row.waitFor()
    const [cell, a, b] = await Promise.all(
      ['.both', '.side-bar-a', '.side-bar-b'].map(async (part) => (await row.locator(part).boundingBox())!),
    )
    const whole = cell!.width
    expect((a!.x - cell!.x) / whole).toBeCloseTo(70 / 186, 1)
    expect([a!.width / whole, b!.width / whole].map((share) => share * 186)).toEqual([
      expect.closeTo(20, 0),
      expect.closeTo(90, 0),
    ])
    expect(a!.y + a!.height).toBeLessThanOrEqual(b!.y)
  })
})

test('a chain against itself differs in nothing, and one that is not here is said', async () => {
  await withPage({}, async (page) => {
    await page.goto(`${desk.url}/compare/${ids.now}/${ids.now}`)
    await page.getByText('Nothing differs.').waitFor()
    const lost = '0'.repeat(31)
    await page.goto(`${desk.url}/compare/${ids.now}/${lost}1`)
    await page.getByText(`Chain B ${lost}1 is not here`).waitFor()
  })
})

const readers = readersAt(1280, 768, 400)

test.each(readers)(
  'neither the comparison nor the dialogs that lead there have a barrier: $colorScheme, $locale, $width px',
  async (reader) => {
    await withPage(reader, async (page) => {
      const barriers: Record<string, unknown> = {}
      const examine = async (where: string) => {
        const excess = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)
        barriers[where] = { found: await findBarriers(page), excess }
      }
      await page.goto(`${desk.url}/compare/${ids.before}/${ids.now}`)
      await page.locator('.rows-body > [role=row]').first().waitFor()
      await examine('comparison')
      await page.goto(`${desk.url}/t/${ids.now}`)
      const open = (at: number) => page.locator('.chain-actions > button').nth(at).click()
      await page.locator('.chain-head').waitFor()
      // On a narrow page the head has to be opened.
      if (reader.width === 400) await page.locator('.chain-more').click()
      await page.locator('.chain-actions > button').first().waitFor()
      await open(0)
      await page.locator('dialog .share-size').waitFor()
      await examine('share')
      await page.keyboard.press('Escape')
      await open(1)
      await page.locator('dialog a').first().waitFor()
      await examine('choose')
      const nothing = { found: [], excess: 0 }
      expect(barriers).toEqual({ comparison: nothing, share: nothing, choose: nothing })
    })
  },
)
