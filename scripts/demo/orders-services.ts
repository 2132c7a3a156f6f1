import type { ChildProcess } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { freePort, type Service, startPostgres } from '../services.ts'
import { startService, stopChild } from './service-process.ts'
import { until } from './until.ts'

const directory = fileURLToPath(new URL('../../examples/orders/', import.meta.url))
const services = ['gateway', 'api', 'worker']

/** The running example. `stop` ends every process that was started for it. */
export type OrdersServices = {
  apiUrl: string
  /** Resolves once all three say that they are up. */
  up(): Promise<void>
  /** Lines that the services printed on stdout, as they came. */
  readonly lines: readonly { service: string; line: string }[]
  stop(): Promise<void>
}

/**
 * Starts the orders example, its code untouched: database, API, payments worker and payment gateway, each traced by
 * the preload and sending to `otlpUrl`. With REDIS_URL set, jobs go through Redis, else through PostgreSQL.
 */
export async function startOrders(
  otlpUrl: string,
  overrides: NodeJS.ProcessEnv = {},
): Promise<OrdersServices> {
  const postgres = await startPostgres()
  const [apiPort, gatewayPort] = [await freePort(), await freePort()]
  const env = {
    ...process.env,
    PG_URL: postgres.url,
    API_PORT: String(apiPort),
    GATEWAY_PORT: String(gatewayPort),
    OTEL_EXPORTER_OTLP_ENDPOINT: otlpUrl,
    OTEL_BLRP_SCHEDULE_DELAY: '200',
    OTEL_BSP_SCHEDULE_DELAY: '200',
    ...overrides,
  }
  const lines: { service: string; line: string }[] = []
  const start = (name: string): ChildProcess =>
    startService({
      ...{ command: process.execPath, args: ['--require', '@clew/node/register', `src/${name}.ts`] },
      ...{ cwd: directory, env: { ...env, OTEL_SERVICE_NAME: `orders-${name}` } },
      onLine: (line) => lines.push({ service: name, line }),
    })
  const children = services.map(start)
  const isUp = (name: string): boolean => lines.some(({ line }) => line.includes(`"${name} is up"`))
  return {
    ...{ apiUrl: `http://127.0.0.1:${apiPort}`, lines },
    up: () => until(() => services.every(isUp)),
    stop: () => stopAll(children, postgres),
  }
}

async function stopAll(children: readonly ChildProcess[], postgres: Service): Promise<void> {
  await Promise.all(children.map((child) => stopChild(child)))
  await postgres.stop()
}
