import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { hostileChain } from '../hostile-chain.ts'
import { atEveryWidth, eyes } from './eyes.ts'
import { textOf, withPage } from './page-driver.ts'
import { type SampleDesk, startSampleDesk } from './sample-desk.ts'

let desk: SampleDesk
let hostile: string
let huge: string

beforeAll(async () => {
  desk = await startSampleDesk()
  hostile = await desk.send(hostileChain())
  huge = await desk.sendHuge()
})
afterAll(() => desk?.close())

const row = '.rows-body > [role=row]'
/** A machine may be slow. */

/** What stands where: boxes are left, top, right, bottom. */
function readChain() {
  const boxOf = (element: Element) => {
    const { left, top, right, bottom } = element.getBoundingClientRect()
    return [left, top, right, bottom] as [number, number, number, number]
  }
  const heightOf = (selector: string) => document.querySelector(selector)!.getBoundingClientRect().height
  const seen = (element: Element | null) => element?.checkVisibility() === true
  return {
    excess: Math.max(0, document.documentElement.scrollWidth - innerWidth),
    heights: { top: heightOf('.top'), head: heightOf('.chain-head') + heightOf('.chips') },
    list: boxOf(document.querySelector('.rows')!),
    rows: [...document.querySelectorAll('.rows-body > [role=row]')].map((one) => {
      const [bar, label, lane] = ['.bar', '.bar-label', '.lane'].map((part) => one.querySelector(part))
      const text = label?.querySelector('.bar-text')
      const dot = one.querySelector('.service-dot')
      return {
        top: one.getBoundingClientRect().top,
        tree: boxOf(one.querySelector('.tree')!),
        lane: boxOf(lane!),
        bar: bar ? boxOf(bar) : undefined,
        label: seen(label!) ? boxOf(label!) : undefined,
        isInside: label?.classList.contains('label-inside') === true,
        isClipped: text ? text.scrollWidth > text.clientWidth + 1 : false,
        textPx: text ? text.scrollWidth + (label!.querySelector('.icon') ? 16 : 0) : 0,
        isWide: one.scrollWidth > one.clientWidth + 1,
        service: one.querySelector('.service')?.getAttribute('title') ?? '',
        look: dot ? `${getComputedStyle(dot).getPropertyValue('--service')} ${dot.className.trim()}` : '',
        name: (one.querySelector('.what') as HTMLElement).title,
      }
    }),
  }
}
type Seen = ReturnType<typeof readChain>
type SeenRow = Seen['rows'][number]

/** A text that lies over the edge of its bar, over a bar that it is not in, or outside its lane. */
function isMisplaced({ bar, label, lane, isInside }: SeenRow): boolean {
  if (!bar || !label) return false
  if (label[0] < lane[0] - 0.5 || label[2] > lane[2] + 0.5) return true
  if (isInside) return label[0] < bar[0] || label[2] > bar[2] + 0.5 || label[1] < bar[1] || label[3] > bar[3]
  return label[0] < bar[2] && bar[0] < label[2]
}

/** A text that ends in an ellipsis though there is room for it. */
function isCutForNothing({ bar, lane, isClipped, textPx }: SeenRow): boolean {
  if (!bar || !isClipped) return false
  const rooms = [bar[2] - bar[0] - 12, lane[2] - bar[2] - 6, bar[0] - lane[0] - 6]
  // A guess of a text's width may be a little more than it is.
  return Math.max(...rooms) > textPx * 1.35 + 8
}

/** Services that look the same as another one. */
function twins({ rows }: Seen): string[] {
  const looks = new Map(
    rows.filter(({ service }) => service !== '').map(({ service, look }) => [service, look]),
  )
  return [...looks.values()].filter((look, at, all) => all.indexOf(look) !== at)
}

const chains = (['sample', 'failed', 'hostile', 'huge'] as const).flatMap((name) =>
  eyes.map((reader) => ({ ...reader, name })),
)
const idOf = (name: (typeof chains)[number]['name']) =>
  ({ sample: desk.ids.linked, failed: desk.ids.failed, hostile, huge })[name]

test.each(chains)(
  'every text and bar of the $name chain has its place at every width: $colorScheme, $locale',
  async ({ name, ...reader }) => {
    await atEveryWidth(reader, `${desk.url}/t/${idOf(name)}`, row, async (page, width) => {
      const seen = await page.evaluate(readChain)
      const steps = seen.rows.slice(1).map(({ top }, at) => top - seen.rows[at]!.top)
      const isNarrow = width < 700
      expect({
        misplaced: seen.rows.filter(isMisplaced),
        cut: seen.rows.filter(isCutForNothing),
        outside: seen.rows.filter(
          ({ bar, lane }) => bar && (bar[0] < lane[0] - 0.5 || bar[2] > lane[2] + 0.5),
        ),
        wide: seen.rows.filter(({ isWide }) => isWide),
        unnamed: seen.rows.filter(({ name: text }) => text === ''),
        twins: twins(seen),
        steps: steps.filter((step) => Math.abs(step - 24) > 0.01),
        excess: seen.excess,
      }).toEqual({
        misplaced: [],
        cut: [],
        outside: [],
        wide: [],
        unnamed: [],
        twins: [],
        steps: [],
        excess: 0,
      })
      expect(seen.rows.length).toBeLessThanOrEqual(80)
      if (isNarrow) expect([seen.heights.top, seen.heights.head].filter((px) => px > 120)).toEqual([])
      else {
        const [left, , right] = seen.list
        const { tree, lane } = seen.rows[0]!
        // The names have what they need up to two fifths, the time has all the rest.
        expect((tree[2] - left) / (right - left)).toBeLessThanOrEqual(0.405)
        expect(right - lane[2]).toBeLessThan(26)
        expect(lane[0] - tree[2]).toBeLessThan(100)
      }
    })
  },
)

/** WCAG's contrast of two computed colours. */
function contrastOf(one: string, other: string): number {
  const [light, dark] = [one, other]
    .map((colour) => {
      const [red, green, blue] = colour.match(/[\d.]+/g)!.map((part) => {
        const value = Number(part) / 255
        return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4
      })
      return 0.2126 * red! + 0.7152 * green! + 0.0722 * blue!
    })
    .sort((a, b) => b - a)
  return (light! + 0.05) / (dark! + 0.05)
}

test.each(eyes)(
  'the text in a bar and the critical path are read, and a sign says what the path is: $colorScheme, $locale',
  async (reader) => {
    await withPage({ ...reader, width: 1440 }, async (page) => {
      await page.goto(`${desk.url}/t/${hostile}`)
      await page.locator(row).first().waitFor()
      const { pairs, path, sign } = await page.evaluate(() => {
        const colourOf = (element: Element, property: string) =>
          getComputedStyle(element).getPropertyValue(property)
        const inside = [...document.querySelectorAll('.label-inside.label-of-span')]
        const path = document.querySelector('.critical path')!
        return {
          pairs: inside
            .map((label) => [label, label.parentElement!.querySelector('.bar:not([class*=sign-])')] as const)
            .flatMap(([label, bar]) =>
              bar ? [[colourOf(label, 'color'), colourOf(bar, 'background-color')] as const] : [],
            ),
          path: [colourOf(path, 'stroke'), colourOf(document.querySelector('.rows')!, 'background-color')],
          sign: colourOf(
            document.querySelector('.chip[aria-pressed=true] .critical-sign')!,
            'background-color',
          ),
        }
      })
      expect(pairs.length).toBeGreaterThan(0)
      expect(pairs.filter(([text, bar]) => contrastOf(text, bar) < 4.5)).toEqual([])
      expect(contrastOf(path[0]!, path[1]!)).toBeGreaterThan(4.5)
      expect(sign).toBe(path[0])
    })
  },
)

const waitRow = (page: Page) => page.locator('.row-wait').first()
const spoken = (page: Page) => waitRow(page).evaluate((one) => (one as HTMLElement).innerText)

test('a wait says its time once, and folded time says how much it is, in the choice and at the break', async () => {
  await withPage({ width: 1440 }, async (page) => {
    await page.goto(`${desk.url}/t/${desk.ids.linked}`)
    await waitRow(page).waitFor()
    expect((await spoken(page)).match(/1\.2 s/g)).toHaveLength(1)
    const fold = page.getByRole('button', { name: 'Fold idle time (1.2 s of 1.26 s)' })
    await expect.poll(() => fold.getAttribute('aria-pressed')).toBe('false')
    await fold.click()
    const mark = page.locator('.ruler-fold-text [aria-hidden]')
    await expect.poll(() => textOf(mark)).toBe('1.2 s')
    await expect.poll(() => page.locator('.ruler-fold').count()).toBe(1)
    const boxes = await page
      .locator('.ruler-mark, .ruler-fold-text')
      .evaluateAll((marks) =>
        marks.map((one) => one.getBoundingClientRect()).map(({ left, right }) => [left, right]),
      )
    const inOrder = boxes.toSorted((a, b) => a[0]! - b[0]!)
    expect(inOrder.slice(1).filter(([left], at) => left! < inOrder[at]![1]! - 0.5)).toEqual([])
    expect((await spoken(page)).match(/1\.2 s/g)).toHaveLength(1)
  })
})

test('a chain that waited for days shows its work at first, and all of its time when it is asked to', async () => {
  await withPage({ width: 1440 }, async (page) => {
    await page.goto(`${desk.url}/t/${hostile}`)
    const fold = page.getByRole('button', { name: 'Fold idle time (3 d of 3 d)' })
    await expect.poll(() => fold.getAttribute('aria-pressed')).toBe('true')
    await expect.poll(() => textOf(page.locator('.ruler-fold-text [aria-hidden]'))).toBe('3 d')
    const widest = () =>
      page
        .locator('.bar-span')
        .first()
        .evaluate((bar) => bar.getBoundingClientRect().width)
    await expect.poll(() => widest()).toBeGreaterThan(100)
    await fold.click()
    await expect.poll(widest).toBeLessThan(5)
    expect(new URL(page.url()).searchParams.get('fold')).toBe('0')
    await fold.click()
    await expect.poll(() => new URL(page.url()).searchParams.has('fold')).toBe(false)
  })
})

test('a long title is clamped and there in full with the focus, and long values are folded in the details', async () => {
  await withPage({ width: 1440 }, async (page) => {
    await page.goto(`${desk.url}/t/${hostile}`)
    await page.locator(row).first().waitFor()
    const title = page.getByRole('heading', { level: 1 })
    const isClamped = () => title.evaluate((one) => one.scrollHeight > one.clientHeight + 1)
    expect([await isClamped(), (await title.getAttribute('title'))!.length > 300]).toEqual([true, true])
    const around = () => page.locator('.chain-head').evaluate((head) => head.getBoundingClientRect().height)
    const before = await around()
    const full = () => title.evaluate((one) => getComputedStyle(one, '::after').content)
    await expect.poll(() => full()).toBe('none')
    await title.focus()
    expect([(await full()).length > 300, await around()]).toEqual([true, before])
    await page.locator(`${row} .what`).first().click()
    const value = page.locator('.long-value').filter({ hasText: 'xxx' })
    await value.waitFor()
    const height = () => value.evaluate((one) => one.getBoundingClientRect().height)
    expect([(await height()) < 130, (await textOf(value)).endsWith('5,000 characters')]).toEqual([true, true])
    await value.locator('summary').click()
    await expect.poll(height).toBeGreaterThan(400)
  })
})

test('a row where the keyboard is says all that it has to say, over no bar', async () => {
  await withPage({ width: 1440 }, async (page) => {
    await page.goto(`${desk.url}/t/${hostile}`)
    const list = page.getByRole('treegrid')
    await list.press('Home')
    const what = page.locator('[aria-selected=true] .what')
    const read = () =>
      what.evaluate((one) => {
        const { right, height } = one.getBoundingClientRect()
        const bar = one.closest('.row')!.querySelector('.lane')!.getBoundingClientRect()
        return {
          isTall: height > 24,
          isWhole: one.scrollWidth <= one.clientWidth + 1,
          isOver: right > bar.left,
        }
      })
    await expect.poll(read).toEqual({ isTall: true, isWhole: true, isOver: false })
    await list.press('ArrowDown')
    await expect.poll(read).toEqual({ isTall: true, isWhole: true, isOver: false })
  })
})

test('on paper a chain is light, without what can be operated, with every row whole', async () => {
  await withPage({ width: 1440, colorScheme: 'dark' }, async (page) => {
    await page.addInitScript(() => {
      addEventListener('afterprint', () => {
        document.documentElement.dataset.printed = String(
          document.querySelectorAll('.rows-body > [role=row]').length,
        )
      })
    })
    await page.goto(`${desk.url}/t/${hostile}`)
    await page.locator(row).first().waitFor()
    const all = Number(await page.getByRole('treegrid').getAttribute('aria-rowcount')) - 1
    const pdf = await page.pdf({ format: 'A4', printBackground: true })
    expect(pdf.length).toBeGreaterThan(10_000)
    await expect.poll(() => page.locator('html').getAttribute('data-printed')).toBe(String(all))
    await page.emulateMedia({ media: 'print', colorScheme: 'dark' })
    await page.setViewportSize({ width: 700, height: 1000 })
    await page.evaluate(() => dispatchEvent(new Event('beforeprint')))
    const paper = await page.evaluate(() => ({
      text: getComputedStyle(document.querySelector('.what')!).color,
      seen: ['.top', '.chips', '.chain-actions', '.minimap'].filter((part) =>
        document.querySelector(part)!.checkVisibility(),
      ),
      rows: [...document.querySelectorAll('.rows-body > [role=row]')].map((one) => {
        const { top, bottom } = one.getBoundingClientRect()
        const what = one.querySelector('.what')!
        return {
          top,
          bottom,
          whole: what.scrollWidth <= what.clientWidth + 1,
          breaks: getComputedStyle(one).breakInside,
        }
      }),
    }))
    expect(contrastOf(paper.text, 'rgb(255, 255, 255)')).toBeGreaterThan(7)
    expect(paper.seen).toEqual([])
    expect(paper.rows.length).toBe(all)
    expect(paper.rows.filter(({ whole, breaks }) => !whole || breaks !== 'avoid')).toEqual([])
    expect(paper.rows.slice(1).filter(({ top }, at) => Math.abs(top - paper.rows[at]!.bottom) > 0.5)).toEqual(
      [],
    )
    await page.evaluate(() => dispatchEvent(new Event('afterprint')))
  })
})
