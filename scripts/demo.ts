import { parseArgs } from 'node:util'
import { type DemoDesk, startDemoDesk } from './demo/demo-desk.ts'
import { openBrowser } from './demo/open-browser.ts'
import { type OrdersServices, startOrders } from './demo/orders-services.ts'

const usage = `npm run demo [-- options]

Starts the orders example (API, payments worker, payment gateway, PostgreSQL) and a desk, sends three orders, prints
the call chain of the one that fails and opens it in the browser. Then it waits for more orders until Ctrl-C.

  --no-open   only prints the link
  --once      ends after the first chain (also when there is no terminal)
  --help      this text`

const orders = [
  { item: 'a ball of thread', amount: 42 },
  { item: 'a lantern', amount: 19.5 },
  { item: 'a map of the labyrinth', amount: 66.13 },
]

function say(text: string): void {
  console.log(`[demo] ${text}`)
}

async function sendOrder(apiUrl: string, order: (typeof orders)[number]): Promise<void> {
  const response = await fetch(`${apiUrl}/orders`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(order),
  })
  say(`POST /orders ${JSON.stringify(order)} → ${response.status}`)
}

/** Sends the orders and resolves with the link to the chain of the one that fails. */
async function showChain(desk: DemoDesk, services: OrdersServices): Promise<string> {
  await desk.linesOf(['api is up', 'worker is up', 'gateway is up'])
  for (const order of orders) await sendOrder(services.apiUrl, order)
  const traceId = await desk.failedChain()
  say(`the order that failed, trace ${traceId}:\n`)
  console.log(await desk.chainAsText(traceId))
  return `${desk.url}/t/${traceId}`
}

function untilInterrupted(): Promise<undefined> {
  return new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve(undefined))
  })
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: { once: { type: 'boolean' }, 'no-open': { type: 'boolean' }, help: { type: 'boolean' } },
  })
  if (values.help) return console.log(usage)
  const interrupted = untilInterrupted()
  const desk = await startDemoDesk()
  say(`desk on ${desk.url}; starting PostgreSQL, API, worker and gateway`)
  const services = await startOrders(desk.url)
  try {
    const link = await Promise.race([showChain(desk, services), interrupted])
    if (link !== undefined) say(`the same in the page: ${link}`)
    if (link === undefined || values.once || !process.stdout.isTTY) return
    if (!values['no-open']) openBrowser(link)
    say(
      `more: curl -X POST -H 'content-type: application/json' -d '{"item":"x","amount":5}' ${services.apiUrl}/orders`,
    )
    say('Ctrl-C ends everything')
    await interrupted
  } finally {
    say('stopping')
    await services.stop()
    await desk.close()
  }
}

let code = 0
try {
  await main()
} catch (error) {
  console.error(`[demo] ${error instanceof Error ? error.message : error}`)
  code = 1
}
process.exitCode = code
