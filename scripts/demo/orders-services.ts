import { type ChildProcess, spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { endWithUs, freePort, type Service, startPostgres } from '../services.ts'
import { until } from './until.ts'

const directory = fileURLToPath(new URL('../../examples/orders/', import.meta.url))
const graceMs = 5_000
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
    startService(name, env, (line) => lines.push({ service: name, line }))
  const children = services.map(start)
  const isUp = (name: string): boolean => lines.some(({ line }) => line.includes(`"${name} is up"`))
  return {
    ...{ apiUrl: `http://127.0.0.1:${apiPort}`, lines },
    up: () => until(() => services.every(isUp)),
    stop: () => stopAll(children, postgres),
  }
}

function startService(name: string, env: NodeJS.ProcessEnv, onLine: (line: string) => void): ChildProcess {
  const child = spawn(process.execPath, ['--require', '@clew/node/register', `src/${name}.ts`], {
    cwd: directory,
    env: { ...env, OTEL_SERVICE_NAME: `orders-${name}` },
    stdio: ['ignore', 'pipe', 'inherit'],
    detached: true,
  })
  endWithUs(child)
  let rest = ''
  child.stdout!.setEncoding('utf8').on('data', (text: string) => {
    const parts = (rest + text).split('\n')
    rest = parts.pop()!
    for (const line of parts) onLine(line)
  })
  return child
}

async function stopAll(children: readonly ChildProcess[], postgres: Service): Promise<void> {
  await Promise.all(children.map(stopChild))
  await postgres.stop()
}

/** Ends it by SIGTERM, and by SIGKILL when it takes too long. */
export function stopChild(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve()
  return new Promise((resolve) => {
    const force = setTimeout(() => child.kill('SIGKILL'), graceMs)
    child.once('exit', () => {
      clearTimeout(force)
      resolve()
    })
    child.kill('SIGTERM')
  })
}
