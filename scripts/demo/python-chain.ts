import type { ChainData } from '../../packages/desk/api/index.ts'
import { startDemoDesk } from './demo-desk.ts'
import type { Keep } from './kafka-judges.ts'
import { pythonOfOrders, startPythonOrders } from './python-services.ts'

/**
 * Starts the python-orders example and a desk, orders something, and prints the chain. Gives its link and where to order more; undefined,
 * and says why, where there is no Python or pip cannot fetch.
 */
export async function showPythonChain(
  keep: Keep,
  say: (text: string) => void,
): Promise<{ link: string; shopUrl: string } | undefined> {
  say('looking for Flask, Celery and OpenTelemetry for Python (pip fetches them once, which takes a minute)')
  try {
    await pythonOfOrders()
  } catch (error) {
    say(`skipped: ${(error as Error).message}`)
    return undefined
  }
  const desk = keep(await startDemoDesk())
  say(`desk on ${desk.url}`)
  say('starting Redis, shop, warehouse and mailer in Node.js, stock, worker and billing in Python')
  const services = keep(await startPythonOrders(desk.url))
  await services.up()
  for (const item of ['lantern', 'ladder']) {
    const order = { method: 'POST', headers: { 'content-type': 'application/json' } }
    const { status } = await fetch(`${services.shopUrl}/orders`, { ...order, body: JSON.stringify({ item }) })
    say(`POST /orders ${JSON.stringify({ item })} → ${status}`)
  }
  const traceId = await desk.chainOf('"the warehouse refuses"', isWhole)
  say(`an order that the warehouse refuses at first, trace ${traceId}:\n`)
  console.log(await desk.chainAsText(traceId))
  return { link: `${desk.url}/t/${traceId}`, shopUrl: services.shopUrl }
}

function isWhole({ logs }: ChainData): boolean {
  return (
    ['mail sent', 'invoice written', 'reserved'].every((text) => logs.text.includes(text)) &&
    logs.lostSpans.length === 0
  )
}
