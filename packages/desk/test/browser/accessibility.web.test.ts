import { afterAll, beforeAll, expect, test } from 'vitest'
import type { LogPage, LogRow } from '../../api/index.ts'
import { readersAt } from './eyes.ts'
import { findBarriers, withPage } from './page-driver.ts'
import { type SampleDesk, startSampleDesk } from './sample-desk.ts'

let desk: SampleDesk
let line: LogRow

beforeAll(async () => {
  desk = await startSampleDesk()
  const answer = await fetch(
    `${desk.url}/api/logs?${new URLSearchParams({ q: 'has:trace level>=error', limit: '1' })}`,
  )
  line = ((await answer.json()) as LogPage).logs[0]!
})
afterAll(() => desk?.close())

const row = '.rows-body > [role=row]'
const pane = '.pane-body > :not(.muted)'

/** Every page, and the states of pages that look different, with what is there when they are ready. */
function addresses(): [address: string, ready: string][] {
  const { failed, linked, skewed } = desk.ids
  return [
    ['/chains', row],
    ['/chains?q=nothing-has-this-word', '.empty'],
    ['/chains?q=%28', '.empty'],
    [`/t/${failed}`, row],
    [`/t/${linked}?q=mail`, row],
    [`/t/${skewed}`, row],
    [`/t/${'0'.repeat(31)}1`, '.empty'],
    ['/logs', row],
    ['/logs?q=stock', row],
    ['/logs?q=nothing-has-this-word', '.empty'],
    ['/patterns', row],
    ['/services', '.node'],
    ['/alerts', '.empty'],
    ['/series', '.empty'],
    ['/start', '.facts'],
    ['/nowhere', '.empty'],
    [`/t/${line.traceId}?span=${line.spanId}&details=1`, pane],
    [`/t/${line.traceId}?log=${line.ref}&details=1`, pane],
    [`/logs?log=${line.ref}`, pane],
    [`/logs?around=${line.ref}&log=${line.ref}`, pane],
    [`/patterns?pattern=${line.pattern}`, '.pane .examples'],
  ]
}

const readers = readersAt(1280, 400)

test.each(readers)(
  'no page has a barrier that axe finds, and none is wider than the screen: $colorScheme, $locale, $width px',
  async (reader) => {
    await withPage(reader, async (page) => {
      const found: Record<string, string[]> = {}
      for (const [address, ready] of addresses()) {
        await page.goto(desk.url + address)
        await page.locator(ready).first().waitFor()
        const barriers = await findBarriers(page)
        const excess = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)
        if (excess > 0) barriers.push(`${excess} px wider than the screen`)
        if (barriers.length > 0) found[address] = barriers
      }
      expect(found).toEqual({})
    })
  },
)

test('every page speaks the language of the reader and says so', async () => {
  await withPage({ locale: 'zh-CN' }, async (page) => {
    await page.goto(`${desk.url}/services`)
    await page.getByRole('heading', { name: '服务', level: 1 }).waitFor()
    await expect.poll(() => page.evaluate(() => document.documentElement.lang)).toBe('zh-CN')
    await page.getByRole('button', { name: 'English' }).click()
    await page.getByRole('heading', { name: 'Services', level: 1 }).waitFor()
    await expect.poll(() => page.evaluate(() => document.documentElement.lang)).toBe('en')
  })
})
