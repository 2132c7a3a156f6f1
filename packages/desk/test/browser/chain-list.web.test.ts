import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Sample, sendSample } from '../sample-traffic.ts'
import { textOf, withPage } from './page-driver.ts'
import { type SampleDesk, startSampleDesk } from './sample-desk.ts'

let desk: SampleDesk

beforeAll(async () => {
  desk = await startSampleDesk()
})
afterAll(() => desk?.close())

const quick = (ms: number, severities: number[] = []): Sample => ({
  spans: [{ id: 'a', name: `GET /in-${ms}`, service: 'quick', kind: 2, at: 0, ms }],
  logs: severities.map((severity, at) => ({
    ...{ service: 'quick', span: 'a', at, severity, text: `item ${at} was looked at` },
  })),
})

/** Lengths of the bars of a row in pixels. */
const barLengths = (texts: (string | null)[]): number[] =>
  texts.flatMap((d) => [...(d ?? '').matchAll(/h([\d.]+)v/g)].map(([, length]) => Number(length)))

test.each(['linked', 'skewed', 'repeated', 'failed'] as const)(
  'the row of a chain (%s) says what the head of its page says',
  async (name) => {
    await withPage({}, async (page) => {
      await page.goto(`${desk.url}/chains`)
      const row = page.locator('.chain-row', { has: page.locator(`a[href^="/t/${desk.ids[name]}"]`) })
      const linked = page.locator('.chain-row', { hasText: 'mailer' })
      const shown = name === 'linked' ? linked : row
      await shown.waitFor()
      await expect.poll(() => shown.count()).toBe(1)
      const said = {
        // For a minute after midnight the list has the day beside it.
        time: (await textOf(shown.locator('.chain-time'))).replace(/^[A-Z][a-z]{2} \d+,? /, ''),
        duration: await textOf(shown.locator('.chain-duration')),
        size: await textOf(shown.locator('.chain-size')),
      }
      await page.goto(`${desk.url}/t/${desk.ids[name]}`)
      await page.locator('.chain-facts').waitFor()
      const facts = await textOf(page.locator('.chain-facts'))
      for (const text of [said.time, said.duration, ...said.size.split(/(?<=spans?) /)])
        expect(facts).toContain(text)
    })
  },
)

test('the strip counts the rows of the list, has them as a table, and follows what comes', async () => {
  await withPage({}, async (page) => {
    await page.goto(`${desk.url}/chains`)
    const total = page.locator('.rates-total')
    await total.waitFor()
    const rows = Number(await page.getByRole('grid').getAttribute('aria-rowcount')) - 1
    await expect.poll(() => textOf(total)).toBe(`${rows} chains`)
    const cells = await page.locator('.rates tbody td:nth-of-type(1)').allTextContents()
    expect(cells.reduce((sum, count) => sum + Number(count), 0)).toBe(rows)
    await desk.send(quick(3))
    await page.locator('.rates-total', { hasText: `${rows + 1} chains` }).waitFor()
    await page.goto(`${desk.url}/chains?q=${encodeURIComponent('service:quick')}`)
    await page.locator('.rates-total', { hasText: /^1 chain$/ }).waitFor()
  })
})

test('on request the bars of all rows have one scale of time, and the address keeps it', async () => {
  await desk.send(quick(5))
  await desk.send(quick(50))
  await withPage({}, async (page) => {
    await page.goto(`${desk.url}/chains?q=${encodeURIComponent('name:"GET /in-5" OR name:"GET /in-50"')}`)
    await page.locator('.chain-row').nth(1).waitFor()
    const lengths = async () =>
      barLengths(
        await page.locator('.course path').evaluateAll((paths) => paths.map((one) => one.getAttribute('d'))),
      )
    await expect.poll(() => lengths()).toEqual([200, 200])
    await page.getByRole('button', { name: 'One time scale' }).click()
    await page.getByText('0 to 50 ms').waitFor()
    await expect.poll(() => lengths()).toEqual([200, 20])
    await page.reload()
    await page.getByText('0 to 50 ms').waitFor()
    expect(new URL(page.url()).searchParams.get('scale')).toBe('common')
  })
})

test('a list that spans more than today has the day in every row', async () => {
  const quickly = quick(7)
  await sendSample(desk.url, quickly, Date.now() - 49 * 3_600_000)
  await desk.send(quickly)
  await withPage({}, async (page) => {
    await page.goto(`${desk.url}/chains?q=${encodeURIComponent('name:"GET /in-7"')}`)
    await page.locator('.chain-row').nth(1).waitFor()
    const times = await page.locator('.chain-row .chain-time').allInnerTexts()
    expect(times.map((time) => /^[A-Z][a-z]{2} \d+/.test(time))).toEqual([true, true])
  })
})

test('a pattern has the level that its lines usually have, and its errors beside it', async () => {
  await desk.send(quick(9, [9, 9, 17, 9, 17, 9, 21]))
  await withPage({}, async (page) => {
    await page.goto(`${desk.url}/patterns`)
    const row = page.getByRole('row').filter({ hasText: 'was looked at' })
    await row.waitFor()
    await expect.poll(() => textOf(row.locator('.pattern-severity'))).toMatch(/^info 3 errors$/i)
  })
})
