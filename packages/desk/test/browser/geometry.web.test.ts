import { afterAll, beforeAll, expect, test } from 'vitest'
import { repeatedQueries } from '../sample-traffic.ts'
import { withPage } from './page-driver.ts'
import { type SampleDesk, startSampleDesk } from './sample-desk.ts'

let desk: SampleDesk

beforeAll(async () => {
  desk = await startSampleDesk()
})
afterAll(() => desk?.close())

/** Tops of the rows in the document below the header, without the one that is pinned. */
const readTops = () =>
  [...document.querySelectorAll('.rows-body > [role=row]')].map((row) => row.getBoundingClientRect().top)

test('the rows of a chain stand 24 px apart, and each bar where its times say', async () => {
  // Four queries are too few to be one group, so that every span has a row.
  const sample = { spans: repeatedQueries(4).spans, logs: [] }
  const traceId = await desk.send(sample)
  await withPage({}, async (page) => {
    await page.goto(`${desk.url}/t/${traceId}`)
    await page.locator('.bar').nth(4).waitFor()
    const tops = await page.evaluate(readTops)
    const steps = tops.slice(1).map((top, at) => top - tops[at]!)
    expect(steps).toEqual(steps.map(() => 24))
    const bars = await page.evaluate(() =>
      [...document.querySelectorAll<HTMLElement>('.bar')].map((bar) => {
        const lane = bar.offsetParent!.getBoundingClientRect()
        const { left, width } = bar.getBoundingClientRect()
        return { left: left - lane.left, width, lane: lane.width }
      }),
    )
    const total = Math.max(...sample.spans.map(({ at, ms }) => at + ms))
    const off = sample.spans.map(({ at, ms }, index) => {
      const { left, width, lane } = bars[index]!
      return Math.max(Math.abs(left - (at / total) * lane), Math.abs(width - (ms / total) * lane))
    })
    expect(bars.length).toBe(sample.spans.length)
    expect(Math.max(...off)).toBeLessThanOrEqual(1)
  })
})

test('of a chain of 10,000 spans and 20,000 lines at most 80 rows are in the document, wherever one is', async () => {
  const traceId = await desk.sendHuge()
  await withPage({}, async (page) => {
    await page.addInitScript(() => {
      const observer = new MutationObserver(() => {
        if (!document.querySelector('.rows-body > [role=row]')) return
        observer.disconnect()
        requestAnimationFrame(() => setTimeout(() => performance.mark('rows')))
      })
      observer.observe(document, { childList: true, subtree: true })
    })
    await page.goto(`${desk.url}/t/${traceId}`)
    const list = page.getByRole('treegrid')
    await list.waitFor()
    const counts = [await page.evaluate(readTops)]
    for (const key of ['PageDown', 'End', 'PageUp', 'Home']) {
      await list.press(key)
      counts.push(await page.evaluate(readTops))
    }
    const paintedMs = await page.evaluate(() => performance.getEntriesByName('rows')[0]?.startTime)
    console.log(`a chain of 30,000 rows is painted ${paintedMs?.toFixed(0)} ms after the navigation began`)
    expect(counts.map((tops) => tops.length > 10 && tops.length <= 80)).toEqual(counts.map(() => true))
    await expect.poll(() => list.getAttribute('aria-rowcount')).toMatch(/^\d{4,}$/)
  })
})

test('the rows of the list of chains stand 44 px apart, whole and one below the other', async () => {
  await withPage({}, async (page) => {
    await page.goto(`${desk.url}/chains`)
    await page.locator('.rows-body > [role=row]').nth(3).waitFor()
    const tops = await page.evaluate(readTops)
    const steps = tops.slice(1).map((top, at) => top - tops[at]!)
    expect(steps).toEqual(steps.map(() => 44))
  })
})

test('no two services of the map overlap, and every link begins and ends at a node', async () => {
  await withPage({}, async (page) => {
    await page.goto(`${desk.url}/services`)
    await page.locator('.node').first().waitFor()
    const { boxes, ends } = await page.evaluate(() => {
      const svg = document.querySelector('svg.links')!.getBoundingClientRect()
      const drawing = document.querySelector('.map-drawing')!.getBoundingClientRect()
      return {
        boxes: [...document.querySelectorAll('.node')].map((node) => {
          const { left, top, right, bottom } = node.getBoundingClientRect()
          return {
            left: left - drawing.left,
            top: top - drawing.top,
            right: right - drawing.left,
            bottom: bottom - drawing.top,
          }
        }),
        ends: [...document.querySelectorAll<SVGPathElement>('.link-line')].flatMap((path) =>
          [path.getPointAtLength(0), path.getPointAtLength(path.getTotalLength())].map(({ x, y }) => ({
            x: x + svg.left - drawing.left,
            y: y + svg.top - drawing.top,
          })),
        ),
      }
    })
    const overlaps = boxes.filter((a, at) =>
      boxes.some(
        (b, other) =>
          other > at && a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom,
      ),
    )
    const loose = ends.filter(
      ({ x, y }) =>
        !boxes.some(
          ({ left, right, top, bottom }) => x > left - 1 && x < right + 1 && y > top - 1 && y < bottom + 1,
        ),
    )
    expect({ overlaps, loose, some: ends.length > 0 }).toEqual({ overlaps: [], loose: [], some: true })
  })
})
