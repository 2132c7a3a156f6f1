// The process that every system under test sends to.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { buffer } from 'node:stream/consumers'
import { setTimeout as delay } from 'node:timers/promises'
import type { Behaviour, Order } from './protocol.ts'
import { createTally } from './tally.ts'

const tally = createTally()
let behaviour: Behaviour = { kind: 'accept' }
const stalled = new Set<Socket>()

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const body = await buffer(request)
  if (behaviour.kind === 'stall') {
    stalled.add(request.socket)
    return
  }
  if (behaviour.kind === 'unavailable') {
    response.writeHead(503, { 'retry-after': '1' }).end()
    return
  }
  if (behaviour.kind === 'accept' && behaviour.delayMs) await delay(behaviour.delayMs)
  tally.take(request.url ?? '', request.headers, body)
  response.end(isDatadog(request) ? '{}' : '')
}

function isDatadog({ url }: IncomingMessage): boolean {
  return /^\/v0\.|^\/info/.test(url ?? '')
}

// A client that gives up is no fault of the sink's.
const server = createServer((request, response) => void answer(request, response).catch(() => {}))

function listen(port: number): Promise<number> {
  return new Promise((resolve) =>
    server.listen(port, '127.0.0.1', () => resolve((server.address() as AddressInfo).port)),
  )
}

const port = await listen(0)

async function become(next: Behaviour): Promise<void> {
  behaviour = next
  for (const socket of stalled) socket.destroy()
  stalled.clear()
  if (next.kind === 'refuse') {
    server.close()
    server.closeAllConnections()
  } else if (!server.listening) await listen(port)
}

process.on('message', async (order: Order) => {
  if ('become' in order) await become(order.become)
  process.send?.('become' in order ? {} : tally.counts())
})
// The benchmark ended, however it did.
process.on('disconnect', () => process.exit())
process.send?.({ port })
