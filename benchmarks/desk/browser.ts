import { setTimeout as delay } from 'node:timers/promises'
import { type Browser, chromium, type Page } from 'playwright-core'
import { percentile } from './percentile.ts'

/** Longer than a page takes that works at all. */
const timeoutMs = 20_000
/** After that long without another file everything has come. */
const quietMs = 1000
/** Frames to warm up, and to measure. */
const scrollFrames = [30, 120] as const
const scrollPixels = 120

export function startBrowser(): Promise<Browser> {
  const executablePath = process.env.CHROMIUM_PATH ?? '/usr/bin/chromium'
  return chromium.launch({ executablePath, args: ['--no-sandbox'] })
}

/** Bytes on the wire of all files of the page, headers included, when one comes for the first time. */
export async function firstLoadBytes(browser: Browser, url: string): Promise<number> {
  const context = await browser.newContext()
  const page = await context.newPage()
  const network = await context.newCDPSession(page)
  const files = new Set<string>()
  let bytes = 0
  network.on('Network.responseReceived', ({ requestId, response }) => {
    if (!new URL(response.url).pathname.startsWith('/api/')) files.add(requestId)
  })
  network.on('Network.loadingFinished', ({ requestId, encodedDataLength }) => {
    if (files.has(requestId)) bytes += encodedDataLength
  })
  await network.send('Network.enable')
  await page.goto(url, { waitUntil: 'load', timeout: timeoutMs })
  for (let before = -1; before !== bytes; ) {
    before = bytes
    await delay(quietMs)
  }
  await context.close()
  return bytes
}

/** Of a page of a chain: from its data to its rows, and how it scrolls. */
export type ChainPageSample = { paintedMs: number; rows: number; mostDomRows: number; frameMs: number }

/** Opens a chain in a context of its own. Rejects when no row appears. */
export async function sampleChainPage(
  browser: Browser,
  url: string,
  traceId: string,
): Promise<ChainPageSample> {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 } })
  try {
    const page = await context.newPage()
    await page.addInitScript(notePainted)
    await page.goto(`${url}/t/${traceId}`, { timeout: timeoutMs })
    await page
      .waitForFunction(() => 'paintedMs' in globalThis, undefined, { timeout: timeoutMs })
      .catch((cause) => {
        throw new Error('no row appeared on the page of the chain', { cause })
      })
    const paintedMs = await page.evaluate(paintedAfterData, `/api/chains/${traceId}`)
    const rows = Number(await page.locator('.rows').getAttribute('aria-rowcount'))
    return { paintedMs, rows, ...(await scroll(page)) }
  } finally {
    await context.close()
  }
}

/** In the page: notes when the frame after the one with the first row begins; by then the row is on the screen. */
function notePainted(): void {
  const observer = new MutationObserver(() => {
    if (document.querySelector('.rows-body > [role=row]') === null) return
    observer.disconnect()
    requestAnimationFrame(() =>
      requestAnimationFrame((paintedMs) => Object.assign(globalThis, { paintedMs })),
    )
  })
  observer.observe(document, { childList: true, subtree: true })
}

/** In the page: milliseconds from the last byte of an answer until the rows were painted. */
function paintedAfterData(path: string): number {
  const answers = performance.getEntriesByType('resource') as PerformanceResourceTiming[]
  const answer = answers.find(({ name }) => new URL(name).pathname === path)
  return (globalThis as unknown as { paintedMs: number }).paintedMs - (answer?.responseEnd ?? Number.NaN)
}

async function scroll(page: Page): Promise<{ mostDomRows: number; frameMs: number }> {
  const [warmUp, measured] = scrollFrames
  await page.evaluate(scrollInPage, [warmUp, scrollPixels] as const)
  const { frames, mostDomRows } = await page.evaluate(scrollInPage, [measured, scrollPixels] as const)
  return { mostDomRows, frameMs: percentile(frames, 95) }
}

/** In the page: scrolls the list a little with each frame; the time between frames, and the most rows there were. */
async function scrollInPage([count, pixels]: readonly [number, number]): Promise<{
  frames: number[]
  mostDomRows: number
}> {
  const list = document.querySelector('.rows')!
  const nextFrame = (): Promise<number> => new Promise((resolve) => requestAnimationFrame(resolve))
  const frames: number[] = []
  let mostDomRows = 0
  for (let before = await nextFrame(); frames.length < count; ) {
    list.scrollTop += pixels
    const now = await nextFrame()
    frames.push(now - before)
    mostDomRows = Math.max(mostDomRows, list.querySelectorAll('[role=row]').length)
    before = now
  }
  return { frames, mostDomRows }
}
