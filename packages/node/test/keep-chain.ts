import { hash, randomBytes } from 'node:crypto'
import { Agent, request } from 'node:http'
import type { OtlpReceiver } from '@clew/testing'
import { type AppProcess, preload, startApp } from './app-process.ts'

/** Where an order fails: at once, or so long after everything else of its chain has ended. */
export type Order = {
  n: number
  fails?: 'api early' | 'api' | 'api late' | 'work early' | 'work' | 'second' | 'second late'
  late?: number
  /** Sent with the order, beside its traceparent. */
  headers?: Record<string, string>
}

const services = ['api', 'work', 'second'] as const

/** An HTTP API, a BullMQ worker that it makes jobs for, and a service that the worker asks, each a process. */
export type Chain = {
  send(order: Order): Promise<unknown>
  /** SIGTERM to all; resolves with what they wrote on stderr. */
  stop(): Promise<string[]>
  readonly apps: Readonly<Record<(typeof services)[number], AppProcess>>
}

export async function startChain(receiver: OtlpReceiver, env: NodeJS.ProcessEnv): Promise<Chain> {
  const shared = { QUEUE: randomBytes(4).toString('hex'), OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url, ...env }
  const start = async (role: string, more: NodeJS.ProcessEnv = {}) => {
    const app = await startApp({
      args: [...preload, 'keep/chain.cjs', role],
      env: { OTEL_SERVICE_NAME: role, ...shared, ...more },
    })
    const { ready } = JSON.parse(await app.waitForLine((line) => line.includes('"ready"')))
    return { app, url: `http://127.0.0.1:${ready}` }
  }
  const [api, second] = await Promise.all([start('api'), start('second')])
  const work = await start('work', { SECOND_URL: second.url })
  const apps = { api: api.app, work: work.app, second: second.app }
  const agent = new Agent({ keepAlive: true, maxSockets: 100 })
  return {
    apps,
    send: (order) => sendOrder(api.url, order, agent),
    async stop() {
      agent.destroy()
      for (const app of Object.values(apps)) app.kill('SIGTERM')
      const ended = await Promise.all(Object.values(apps).map((app) => app.ended))
      return ended.map(({ stderr }) => stderr)
    },
  }
}

/** Up to a thousand never one of those that a small share selects; of the two thousand above it 1 % selects 19. */
export function traceOf(n: number): string {
  if (n >= 1_000) return hash('sha256', `id ${n}`).slice(0, 32)
  return `${n.toString(16).padStart(18, 'c')}${n.toString(16).padStart(14, '0')}`
}

function sendOrder(
  url: string,
  { n, fails = undefined, late = 0, headers }: Order,
  agent: Agent,
): Promise<unknown> {
  const query = new URLSearchParams({ n: String(n), late: String(late), ...(fails && { fails }) })
  const traceparent = `00-${traceOf(n)}-b7ad6b7169203331-01`
  return new Promise((resolve, reject) => {
    const sent = request(
      `${url}/order?${query}`,
      { agent, headers: { traceparent, ...headers } },
      (response) => {
        response.resume().once('end', () => resolve(response.headers['clew-kept']))
      },
    )
    sent.once('error', reject).end()
  })
}

/** Which INFO lines came of an order, by service: `{ api: 3, work: 3, second: 3 }`. */
export function linesOf(receiver: OtlpReceiver, n: number): Record<string, number> {
  const lines: Record<string, number> = {}
  for (const { body, severityText, traceId } of receiver.logs) {
    const [order, service] = String(body).split(' ')
    if (order !== String(n) || severityText !== 'info' || traceId !== traceOf(n)) continue
    lines[service!] = (lines[service!] ?? 0) + 1
  }
  return lines
}
