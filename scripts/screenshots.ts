import { mkdir } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { brewingMinutes, requestOf } from '../packages/alert/test/brewing.ts'
import type { WarningPage } from '../packages/desk/api/index.ts'
import { launchChromium } from '../packages/desk/test/browser/chromium.ts'
import {
  linkedTraces,
  lostSpans,
  repeatedQueries,
  sendSample,
  skewedClock,
} from '../packages/desk/test/sample-traffic.ts'
import { encodeLogsRequest } from '../packages/otlp/src/encode/model-request.ts'
import { showBrewing } from './demo/brewing.ts'
import { askDesk } from './demo/brewing-teller.ts'
import { type DemoDesk, startDemoDesk } from './demo/demo-desk.ts'
import type { Keep } from './demo/kafka-judges.ts'
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
    { name: 'services', address: '/services', ready: '.node' },
    { name: 'alerts', address: '/alerts', ready: '.alert-firing' },
    { name: 'start', address: '/start', ready: '.facts' },
  ])
} finally {
  await services.stop()
  await desk.stop()
}
await takeKept()
await takeFailure()
await takeChanged()

/** Runs what `use` starts and gives to `keep`, and stops it. */
async function withStarted(use: (keep: Keep) => Promise<void>): Promise<void> {
  const started: { stop(): Promise<void> }[] = []
  try {
    await use((one) => {
      started.unshift(one)
      return one
    })
  } finally {
    for (const one of started) await one.stop()
  }
}

/** A chain of services that keep 1 %. */
async function takeKept(): Promise<void> {
  await withStarted(async (keep) => {
    const kept: DemoDesk = keep(await startDemoDesk())
    const env = { CLEW_QUIET: '1', ...(await startKeeping('1%', keep)) }
    const orders: OrdersServices = keep(await startOrders(kept.url, env))
    await orders.up()
    for (const amount of amounts) await sendOrder(orders.apiUrl, amount)
    await takeAll(kept, [
      { name: 'kept-chain', address: `/t/${await kept.failedChain()}`, ready: '.chain-kept' },
    ])
  })
}

/** A bank that goes down slowly: what built up, and how its lines left what was expected. */
async function takeFailure(): Promise<void> {
  await withStarted(async (keep) => {
    const { origin: url } = new URL(await showBrewing({ seed: 11, speed: 200 }, keep, console.log))
    const { warnings } = await askDesk<WarningPage>(url, '/api/warnings?limit=1000')
    const warning = warnings.find(({ state, failure }) => state === 'told' && failure !== null)!
    const { id } = warning.changes.find(({ of, field }) => of === 'template' && field === '')!
    await takeAll({ url }, [
      { name: 'patterns', address: `/patterns?pattern=${id}`, ready: '.band-section .band' },
      { name: 'warnings', address: `/alerts?warning=${warning.id}`, ready: '.warning-course' },
    ])
  })
}

/** The first page while something builds up. */
async function takeChanged(): Promise<void> {
  await withStarted(async (keep) => {
    const { url } = keep(await startDemoDesk(undefined, { alertTime: 'records' }))
    const startMs = Math.floor(Date.now() / 60_000 - 200) * 60_000
    for (const lines of brewingMinutes({ startMs, minutes: 200, fromMinute: 190 })) {
      const headers = { 'content-type': 'application/x-protobuf' }
      const body = new Uint8Array(encodeLogsRequest(requestOf(lines)))
      await fetch(`${url}/v1/logs`, { method: 'POST', headers, body })
    }
    const samples = [repeatedQueries(9), linkedTraces(), lostSpans(), skewedClock()]
    for (let at = 12; at > 0; at--) await sendSample(url, samples[at % 4]!, Date.now() - at * 1_000)
    await takeAll({ url }, [{ name: 'changed', address: '/chains', ready: '.changed li a[href^="/alerts"]' }])
  })
}

async function sendOrder(apiUrl: string, amount: number): Promise<void> {
  const body = JSON.stringify({ item: 'a lantern', amount })
  await fetch(`${apiUrl}/orders`, { method: 'POST', headers: { 'content-type': 'application/json' }, body })
}

type Picture = { name: string; address: string; ready: string; keys?: string[] }

async function takeAll({ url }: Pick<DemoDesk, 'url'>, pages: readonly Picture[]): Promise<void> {
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
