import http from 'node:http'
import { isAborted, traceparentOf } from './order-trace.ts'

const concurrency = 100

/** Sends orders 1 to `count`, in turn to each of the ports, at most 100 at the same time. */
export async function sendOrders(count: number, ports: readonly number[]): Promise<Record<string, number>> {
  const agent = new http.Agent({ keepAlive: true, maxSockets: concurrency })
  const outcomes: Record<string, number> = {}
  let next = 1
  const client = async (): Promise<void> => {
    while (next <= count) {
      const order = next++
      const outcome = await sendOrder(order, ports[order % ports.length]!, agent)
      outcomes[outcome] = (outcomes[outcome] ?? 0) + 1
    }
  }
  await Promise.all(Array.from({ length: concurrency }, client))
  agent.destroy()
  return outcomes
}

function sendOrder(order: number, port: number, agent: http.Agent): Promise<string> {
  const path = `/orders/${order}${isAborted(order) ? '?abort=1' : ''}`
  const headers = { traceparent: traceparentOf(order) }
  return new Promise((resolve, reject) => {
    const request = http.get({ host: '127.0.0.1', port, path, headers, agent }, (response) => {
      if (isAborted(order)) {
        request.destroy()
        resolve('aborted')
      } else response.resume().once('end', () => resolve(String(response.statusCode)))
    })
    // A kept connection may be closed by the server just when it is taken again; then nothing of this order has arrived.
    request.once('error', (error: NodeJS.ErrnoException) => {
      if (request.reusedSocket && error.code === 'ECONNRESET') resolve(sendOrder(order, port, agent))
      else reject(error)
    })
  })
}
