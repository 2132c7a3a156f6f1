import { mkdir } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { launchChromium } from '../packages/desk/test/browser/chromium.ts'
import {
  linkedTraces,
  lostSpans,
  repeatedQueries,
  sendSample,
  skewedClock,
} from '../packages/desk/test/sample-traffic.ts'
import { type DemoDesk, startDemoDesk } from './demo/demo-desk.ts'
import { startKeeping } from './demo/keep-share.ts'
import { type OrdersServices, startOrders } from './demo/orders-services.ts'

/** Pictures of the desk's pages for the documentation, of the orders example and a few samples. */
const directory = fileURLToPath(new URL('../docs/images/', import.meta.url))
const row = '.rows-body > [role=row]'
const amounts = [42, 66.13, 19.5, 12, 66.13, 8, 33, 5, 66.13]

const desk = await startDemoDesk('http://127.0.0.1:9/?key=none')
for (let minute = 12; minute > 0; minute--) {
  const sample = [repeatedQueries(8 + minute), linkedTraces(), lostSpans(), skewedClock()][minute % 4]!
  await sendSample(desk.url, sample, Date.now() - minute * 60_000)
}
const services = await startOrders(desk.url, { CLEW_QUIET: '1' })
try {
  await services.up()
  for (const amount of amounts) await sendOrder(services.apiUrl, amount)
  const failed = await desk.failedChain()
  await takeAll(desk, [
    { name: 'chains', address: '/chains', ready: row },
    { name: 'chain', address: `/t/${failed}`, ready: row, keys: ['e', 'e'] },
    { name: 'logs', address: '/logs?q=order', ready: row },
    { name: 'patterns', address: '/patterns', ready: row },
    { name: 'services', address: '/services', ready: '.node' },
    { name: 'alerts', address: '/alerts', ready: '.alert-firing' },
    { name: 'start', address: '/start', ready: '.facts' },
  ])
} finally {
  await services.stop()
  await desk.stop()
}
await takeKept()

/** A chain of services that keep 1 %. */
async function takeKept(): Promise<void> {
  const started: { stop(): Promise<void> }[] = []
  const keep = <One extends { stop(): Promise<void> }>(one: One): One => {
    started.unshift(one)
    return one
  }
  try {
    const kept: DemoDesk = keep(await startDemoDesk())
    const env = { CLEW_QUIET: '1', ...(await startKeeping('1%', keep)) }
    const orders: OrdersServices = keep(await startOrders(kept.url, env))
    await orders.up()
    for (const amount of amounts) await sendOrder(orders.apiUrl, amount)
    await takeAll(kept, [
      { name: 'kept-chain', address: `/t/${await kept.failedChain()}`, ready: '.chain-kept' },
    ])
  } finally {
    for (const one of started) await one.stop()
  }
}

async function sendOrder(apiUrl: string, amount: number): Promise<void> {
  const body = JSON.stringify({ item: 'a lantern', amount })
  await fetch(`${apiUrl}/orders`, { method: 'POST', headers: { 'content-type': 'application/json' }, body })
}

type Picture = { name: string; address: string; ready: string; keys?: string[] }

async function takeAll({ url }: DemoDesk, pages: readonly Picture[]): Promise<void> {
  await mkdir(directory, { recursive: true })
  const browser = await launchChromium()
  for (const colorScheme of ['light', 'dark'] as const) {
    const context = await browser.newContext({
      colorScheme,
      locale: 'en',
      viewport: { width: 1280, height: 800 },
      reducedMotion: 'reduce',
    })
    const page = await context.newPage()
    for (const { name, address, ready, keys = [] } of pages) {
      await page.goto(url + address)
      await page.locator(ready).first().waitFor()
      for (const key of keys) await page.keyboard.press(key)
      await page
        .getByRole('status')
        .filter({ hasText: /receiving|quiet/ })
        .waitFor()
      const path = `${directory}${name}-${colorScheme}.png`
      await page.screenshot({ path })
      console.log(path)
    }
  }
  await browser.close()
}
