import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Sample } from '../sample-traffic.ts'
import { atEveryWidth, eyes } from './eyes.ts'
import { withPage } from './page-driver.ts'
import { type SampleDesk, startSampleDesk } from './sample-desk.ts'

const sizes = [1, 3, 12, 40] as const
const desks = new Map<number, SampleDesk>()

/** A request that comes by so many services: each calls up to four others. */
function servicesOf(count: number): Sample {
  return {
    spans: Array.from({ length: count }, (_, at) => ({
      id: `s${at}`,
      ...(at > 0 && { parent: `s${Math.floor((at - 1) / 4)}` }),
      name: `GET /${at}`,
      service: `service-of-the-shop-${String(at).padStart(2, '0')}`,
      kind: 2,
      at,
      ms: 200 - at,
    })),
    logs: [],
  }
}

beforeAll(async () => {
  for (const size of sizes) {
    const desk = await startSampleDesk({ empty: true })
    desks.set(size, desk)
    await desk.send(servicesOf(size))
  }
})
afterAll(async () => {
  for (const desk of desks.values()) await desk.close()
})

const readMap = (page: Page) =>
  page.evaluate(() => {
    const boxOf = (element: Element) => {
      const { left, top, right, bottom } = element.getBoundingClientRect()
      return { left, top, right, bottom }
    }
    const box = document.querySelector('.map-box')!
    return {
      box: { ...boxOf(box), scrollTop: box.scrollTop, scrollLeft: box.scrollLeft },
      zoom: Number.parseFloat(document.querySelector('.map-zoom button:nth-child(2)')!.textContent!) / 100,
      nodes: [...document.querySelectorAll('.node')].map((node) => ({
        name: node.querySelector('.node-name')!.textContent!,
        look: `${getComputedStyle(node.querySelector('.service-dot')!).getPropertyValue('--service')} ${node.querySelector('.service-dot')!.className}`,
        ...boxOf(node),
      })),
      texts: [...document.querySelectorAll('.link-text')].map(boxOf),
      excess: document.documentElement.scrollWidth - innerWidth,
    }
  })

type Box = { left: number; top: number; right: number; bottom: number }
const overlap = (a: Box, b: Box) =>
  a.left < b.right - 0.5 && b.left < a.right - 0.5 && a.top < b.bottom - 0.5 && b.top < a.bottom - 0.5
const overlaps = <T extends Box>(boxes: readonly T[], others: readonly Box[] = boxes) =>
  boxes.filter((box, at) =>
    others.some((other, place) => (others === boxes ? place > at : true) && overlap(box, other)),
  )

test.each(eyes.flatMap((reader) => sizes.map((size) => ({ ...reader, size }))))(
  'a map of $size services begins at its top left with the first caller, and nothing covers anything: $colorScheme, $locale',
  async ({ size, ...reader }) => {
    await atEveryWidth(reader, `${desks.get(size)!.url}/services`, '.node', async (page, width) => {
      const { box, nodes, texts, zoom, excess } = await readMap(page)
      const first = nodes.find(({ name }) => name.endsWith('-00'))!
      expect({
        scrolled: [box.scrollTop, box.scrollLeft],
        first: [first.left - box.left, first.top - box.top].map((px) => px < 40),
        covered: [overlaps(nodes), overlaps(texts), overlaps(texts, nodes)],
        looks: new Set(nodes.map(({ look }) => look)).size,
        excess: Math.max(0, excess),
      }).toEqual({ scrolled: [0, 0], first: [true, true], covered: [[], [], []], looks: size, excess: 0 })
      expect(zoom).toBeGreaterThanOrEqual(0.75)
      if (width === 1440 && size === 12) {
        // What there is fills the map.
        expect(Math.max(...nodes.map(({ right }) => right))).toBeGreaterThan(box.left + 900)
      }
    })
  },
)

test('what arrives is drawn without a jump: the reader stays where he is, and what was there keeps its order', async () => {
  const desk = desks.get(12)!
  await withPage({ width: 900, height: 500 }, async (page) => {
    await page.goto(`${desk.url}/services`)
    await page.locator('.node').nth(11).waitFor()
    const scroll = () => page.evaluate(() => document.querySelector('.map-box')!.scrollTop)
    await page.evaluate(() => {
      document.querySelector('.map-box')!.scrollTop = 60
    })
    const before = await readMap(page)
    const sample = servicesOf(12)
    sample.spans.push(
      ...['x', 'y'].map((id) => ({ ...sample.spans[11]!, id, parent: 's0', service: `a-new-one-${id}` })),
    )
    await desk.send(sample)
    await page.locator('.node').nth(13).waitFor()
    const after = await readMap(page)
    const order = ({ nodes }: typeof before) =>
      nodes
        .filter(({ name }) => name.startsWith('service'))
        .toSorted((a, b) => a.left - b.left || a.top - b.top)
        .map(({ name }) => name)
    expect([await scroll(), order(after)]).toEqual([60, order(before)])
    const looksOf = ({ nodes }: typeof before) => nodes.slice(-12).map(({ look }) => look)
    expect(looksOf(after)).toEqual(looksOf(before))
  })
})
