import { existsSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { Browser, Locator, Page } from 'playwright-core'
import { afterAll, beforeEach } from 'vitest'
import { executablePath, launchChromium } from './chromium.ts'

/** How a reader's browser is set. What is left out: light, English, 1280 × 800, the desk's content policy in force. */
export type Reader = {
  colorScheme?: 'light' | 'dark'
  locale?: 'en' | 'zh-CN'
  width?: number
  height?: number
  /** axe is a script of ours that the policy would refuse. */
  bypassCSP?: boolean
  /** The desk goes away, or wants a token: the browser notes each request that did not come through. */
  isAway?: boolean
}

const axeSource = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
const standards = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']
const timeoutMs = 15_000
/** The browser notes what the API refuses, such as a search with a mistake; the page itself says so to the reader. */
const refusal = /^Failed to load resource: the server responded with a status of (40[04]|504)/
const absence =
  /^Failed to load resource: (net::ERR_(CONNECTION|EMPTY|INCOMPLETE|SOCKET)|the server responded with a status of 40[014])/
let browser: Browser | undefined

beforeEach(({ skip }) => {
  if (existsSync(executablePath)) return
  if (process.env.CI) throw new Error(`no browser at ${executablePath}: set CHROMIUM_PATH`)
  skip(`no browser at ${executablePath}: set CHROMIUM_PATH, or install chromium`)
})

afterAll(async () => {
  await browser?.close()
})

/** Gives a page of a browser of its own to `use`. Rejects as well when the page reported an error or broke its policy. */
export async function withPage(reader: Reader, use: (page: Page) => Promise<void>): Promise<void> {
  const { colorScheme = 'light', locale = 'en', width = 1280, height = 800, bypassCSP = false } = reader
  const expected = reader.isAway ? absence : refusal
  browser ??= await launchChromium()
  const context = await browser.newContext({ colorScheme, locale, bypassCSP, viewport: { width, height } })
  try {
    const page = await context.newPage()
    page.setDefaultTimeout(timeoutMs)
    const problems: string[] = []
    page.on('pageerror', (error) => problems.push(String(error)))
    page.on('console', (message) => {
      if (message.type() === 'error' && !expected.test(message.text())) problems.push(message.text())
    })
    await use(page)
    if (problems.length > 0) throw new Error(`the page reported:\n${problems.join('\n')}`)
  } finally {
    await context.close()
  }
}

/** What axe finds wrong with the page as it is, one line for each. */
export async function findBarriers(page: Page): Promise<string[]> {
  await page.evaluate(axeSource)
  const found = await page.evaluate(async (tags) => {
    const { axe } = globalThis as unknown as { axe: { run(options: object): Promise<AxeResult> } }
    return (await axe.run({ runOnly: tags })).violations
  }, standards)
  return found.flatMap(({ id, nodes }) =>
    nodes.map(
      ({ html, failureSummary }) => `${id}: ${html.slice(0, 160)} ${failureSummary.replace(/\s+/g, ' ')}`,
    ),
  )
}

type AxeResult = { violations: { id: string; nodes: { html: string; failureSummary: string }[] }[] }

/** Moves the focus by Tab to what has this role and name, as a person without a pointer does. */
export async function tabTo(
  page: Page,
  role: 'button' | 'grid' | 'link',
  name: string | RegExp,
): Promise<void> {
  const wanted = page.getByRole(role, { name, exact: true })
  for (let press = 0; press < 150; press++) {
    await page.keyboard.press('Tab')
    const focused = page.locator(':focus')
    if ((await wanted.and(focused).count()) > 0) return
  }
  throw new Error(`no Tab leads to the ${role} ${name}`)
}

/** Resolves when the page has done what it does after it was drawn, as to begin to hear keys. */
export function drawn(page: Page): Promise<void> {
  return page.evaluate(() => new Promise<void>((resolve) => requestAnimationFrame(() => setTimeout(resolve))))
}

/** What is written there, as one line. */
export async function textOf(locator: Locator): Promise<string> {
  return (await locator.allInnerTexts()).join(' ').replace(/\s+/g, ' ').trim()
}

/** The text of the row that is active in the list that has the focus. */
export function activeRow(page: Page): Promise<string> {
  return textOf(page.locator('.rows:focus [role=row][aria-selected=true]'))
}
