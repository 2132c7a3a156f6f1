import { chromium } from 'playwright-core'
import { cpuSecondsOf, treeOf } from '../process-figures.ts'
import type { Shown, Viewer } from './viewer.ts'

const timeoutMs = 120_000

/** From the address until the rows are on the screen: time, and CPU of the viewer and of the browser. */
export type Painted = { ms: number; cpuMs: number }

/** Opens a page in a browser of its own, whose start is not counted. Rejects when nothing appears. */
export async function paint(viewer: Viewer, { path, selector }: Shown): Promise<Painted> {
  const executablePath = process.env.CHROMIUM_PATH ?? '/usr/bin/chromium'
  const server = await chromium.launchServer({ executablePath, args: ['--no-sandbox'] })
  try {
    const browser = await chromium.connect(server.wsEndpoint())
    const context = await browser.newContext({ viewport: { width: 1440, height: 900 } })
    const page = await context.newPage()
    await page.goto('about:blank')
    await page.addInitScript(notePainted, selector)
    const cpuSeconds = (): number =>
      viewer.cpuSeconds() + treeOf(server.process().pid!).reduce((sum, pid) => sum + cpuSecondsOf(pid), 0)
    const [beforeCpu, beforeMs] = [cpuSeconds(), performance.now()]
    await page.goto(viewer.url + path, { timeout: timeoutMs, waitUntil: 'commit' })
    await page.waitForFunction(() => 'painted' in globalThis, undefined, { timeout: timeoutMs })
    const painted = { ms: performance.now() - beforeMs, cpuMs: (cpuSeconds() - beforeCpu) * 1000 }
    await browser.close()
    return painted
  } finally {
    await server.close()
  }
}

/** In the page: notes when the frame after the one with the first row begins; by then the row is on the screen. */
function notePainted(selector: string): void {
  const observer = new MutationObserver(() => {
    if (document.querySelector(selector) === null) return
    observer.disconnect()
    requestAnimationFrame(() => requestAnimationFrame(() => Object.assign(globalThis, { painted: true })))
  })
  observer.observe(document, { childList: true, subtree: true })
}

/** Asks its API for a chain: until the last byte has come, and CPU of the viewer alone. */
export async function askChain(viewer: Viewer, traceId: string): Promise<Painted & { bytes: number }> {
  const { path, body } = viewer.chainApi(traceId)
  const [beforeCpu, beforeMs] = [viewer.cpuSeconds(), performance.now()]
  const init = body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) }
  const response = await fetch(viewer.url + path, init)
  const { byteLength: bytes } = await response.arrayBuffer()
  if (!response.ok) throw new Error(`${path} answered ${response.status}`)
  return { ms: performance.now() - beforeMs, cpuMs: (viewer.cpuSeconds() - beforeCpu) * 1000, bytes }
}
