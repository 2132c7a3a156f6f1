import { parseArgs } from 'node:util'
import { type DemoChat, startDemoChat } from './demo/chat.ts'
import { type DemoDesk, startDemoDesk } from './demo/demo-desk.ts'
import { openBrowser } from './demo/open-browser.ts'
import { type OrdersServices, startOrders } from './demo/orders-services.ts'

const usage = `npm run demo [-- options]

Starts the orders example (API, payments worker, payment gateway, PostgreSQL) and a desk with alert rules, sends four orders,
prints the call chain of one that fails and the alert that the failures are, and opens the chain in the browser. Then it
waits for more orders until Ctrl-C.

  --no-open   only prints the link
  --once      ends after the first chain (also when there is no terminal)
  --help      this text`

const orders = [
  { item: 'a ball of thread', amount: 42 },
  { item: 'a map of the labyrinth', amount: 66.13 },
  { item: 'a lantern', amount: 19.13 },
  { item: 'a sword', amount: 120.13 },
]

const patienceMs = 30_000

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

/** Sends the orders and resolves with the link to the chain of one that fails. */
async function showChain(desk: DemoDesk, chat: DemoChat, services: OrdersServices): Promise<string> {
  await desk.linesOf(['api is up', 'worker is up', 'gateway is up'])
  for (const order of orders) await sendOrder(services.apiUrl, order)
  const traceId = await desk.failedChain()
  say(`an order that failed, trace ${traceId}:\n`)
  console.log(await desk.chainAsText(traceId))
  say('three failures within five minutes are an alert; what the chat got:\n')
  console.log(await chat.firstMessage(patienceMs))
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
  const chat = await startDemoChat()
  const desk = await startDemoDesk(chat.url)
  say(`desk on ${desk.url}; starting PostgreSQL, API, worker and gateway`)
  const services = await startOrders(desk.url)
  try {
    const link = await Promise.race([showChain(desk, chat, services), interrupted])
    if (link !== undefined) say(`the same in the page: ${link} and ${desk.url}/alerts`)
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
    chat.close()
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
