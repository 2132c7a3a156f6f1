import { setTimeout as delay } from 'node:timers/promises'
import type { CDPSession, Page } from 'playwright-core'
import { startBrowser } from '../browser.ts'

const loadMs = 60_000
const lookMs = 200
const refreshMs = 10_000
/** Longer than the desk lets a question take. */
const answerMs = 15_000

/** Pages of a desk in Chromium, that stay open. */
export type Tabs = {
  names: readonly string[]
  /** Bytes of the heap of each after a collection. */
  heapBytes(): Promise<number[]>
  /** Milliseconds until each shows what came after this was called; NaN of those that do not within `mostMs`. */
  untilFresh(mostMs: number): Promise<number[]>
  /** What the pages have thrown. */
  problems: Set<string>
  close(): Promise<void>
}

const pages = [
  { name: 'logs', path: '/logs?live=1', shown: '.rows-body > [role=row]' },
  { name: 'chains', path: '/chains', shown: '.rows-body > [role=row]' },
  { name: 'services', path: '/services?from=-15m', shown: '.services table' },
] as const

type Tab = { page: Page; network: CDPSession; shown: string; isLive: boolean }

/** Opens the lines, live, the chains, and the services, which are refreshed now and then as one would by hand. */
export async function openTabs(url: string): Promise<Tabs> {
  const browser = await startBrowser()
  const problems = new Set<string>()
  const tabs: Tab[] = []
  for (const { name, path, shown } of pages) {
    const context = await browser.newContext({ viewport: { width: 1440, height: 900 } })
    const page = await context.newPage()
    page.on('pageerror', (error) => problems.add(`${name}: ${error.message}`))
    page.on('crash', () => problems.add(`${name}: the page crashed`))
    await page.goto(`${url}${path}`, { timeout: loadMs })
    await page.locator(shown).first().waitFor({ timeout: loadMs })
    tabs.push({ page, network: await context.newCDPSession(page), shown, isLive: name !== 'services' })
  }
  let isPaused = false
  const refreshing = setInterval(() => {
    for (const { page, isLive } of tabs) if (!isLive && !isPaused) void refresh(page)
  }, refreshMs)
  return {
    names: pages.map(({ name }) => name),
    heapBytes: () => Promise.all(tabs.map(({ network }) => heapOf(network))),
    untilFresh(mostMs) {
      // An asking ends the one before it.
      isPaused = true
      return Promise.all(tabs.map((tab) => untilFresh(tab, mostMs))).finally(() => {
        isPaused = false
      })
    },
    problems,
    async close() {
      clearInterval(refreshing)
      await browser.close()
    },
  }
}

async function heapOf(network: CDPSession): Promise<number> {
  await network.send('HeapProfiler.collectGarbage')
  return (await network.send('Runtime.getHeapUsage')).usedSize
}

/** Asks as one does by hand; resolves when the answer has come, or when none comes. */
async function refresh(page: Page): Promise<void> {
  const ofServices = (one: { url(): string }): boolean => one.url().includes('/api/services')
  const answered = Promise.race([
    page.waitForResponse(ofServices, { timeout: answerMs }),
    page.waitForEvent('requestfailed', { predicate: ofServices, timeout: answerMs }),
  ])
  await Promise.all([answered, page.locator('.services-head > button').click({ timeout: answerMs })]).catch(
    () => {},
  )
}

async function untilFresh({ page, shown, isLive }: Tab, mostMs: number): Promise<number> {
  const beganMs = performance.now()
  const passedMs = (): number => performance.now() - beganMs
  const text = (): Promise<string | null> =>
    page
      .locator(shown)
      .first()
      .textContent({ timeout: 1000 })
      .catch(() => null)
  const before = await text()
  while (passedMs() < mostMs) {
    if (!isLive) await refresh(page)
    // The dot says that records arrive, by an answer of the desk.
    const isReceiving = (await page.locator('.status-receiving').count()) > 0
    const now = await text()
    if (isReceiving && now !== null && now !== before) return passedMs()
    await delay(lookMs)
  }
  return Number.NaN
}
