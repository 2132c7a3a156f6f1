import type { ChildProcess } from 'node:child_process'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { pythonPackages } from '../python.ts'
import { freePort, startRedisServer } from '../services.ts'
import { startService, stopChild } from './service-process.ts'
import { until } from './until.ts'

/** Celery ends when its tasks do. */
const graceMs = 60_000
const directory = fileURLToPath(new URL('../../examples/python-orders/', import.meta.url))

/** In Node.js by the preload, in Python by `opentelemetry-instrument`: what is run for each, in the example's folder. */
const nodeServices = ['warehouse', 'mailer', 'shop']
const pythonServices: Readonly<Record<string, readonly string[]>> = {
  stock: ['python', 'stock.py'],
  worker: ['celery', '--app', 'tasks', 'worker', '--concurrency', '4', '--loglevel', 'INFO'],
  billing: ['python', 'billing.py'],
}

/** The running example. `stop` ends every process that was started for it. */
export type PythonServices = {
  shopUrl: string
  /** Resolves once all six say that they are up. */
  up(): Promise<void>
  /** Resolves once this service has printed this. */
  says(service: string, text: string): Promise<void>
  stop(): Promise<void>
}

/** A virtual environment with what the Python services want, made once. Gives the folder of its executables. */
export function pythonOfOrders(): Promise<string> {
  return pythonPackages(join(directory, 'requirements.txt'))
}

/** Starts the python-orders example, its code untouched, with a Redis, and all of them sending to `otlpUrl`. */
export async function startPythonOrders(
  otlpUrl: string,
  overrides: NodeJS.ProcessEnv = {},
): Promise<PythonServices> {
  const executables = await pythonOfOrders()
  const redis = await startRedisServer({ isApart: true })
  const [shopPort, stockPort, warehousePort] = [await freePort(), await freePort(), await freePort()]
  const env = {
    ...process.env,
    ...{ SHOP_PORT: String(shopPort), STOCK_PORT: String(stockPort), WAREHOUSE_PORT: String(warehousePort) },
    STOCK_URL: `http://127.0.0.1:${stockPort}`,
    WAREHOUSE_URL: `http://127.0.0.1:${warehousePort}`,
    REDIS_URL: redis.url,
    OTEL_EXPORTER_OTLP_ENDPOINT: otlpUrl,
    ...{ OTEL_BLRP_SCHEDULE_DELAY: '200', OTEL_BSP_SCHEDULE_DELAY: '200' },
    ...overrides,
  }
  const said = new Map<string, string>()
  const says = (name: string, text: string): boolean => said.get(name)?.includes(text) === true
  const start = (
    name: string,
    runs: Pick<Parameters<typeof startService>[0], 'command' | 'args' | 'cwd' | 'env'>,
  ) => startService({ ...runs, onLine: (line) => said.set(name, `${said.get(name) ?? ''}${line}\n`) })
  const children: ChildProcess[] = [
    ...nodeServices.map((name) =>
      start(name, {
        ...{ command: process.execPath, args: ['--require', '@clew/node/register', `src/${name}.ts`] },
        ...{ cwd: directory, env: { ...env, OTEL_SERVICE_NAME: name } },
      }),
    ),
    ...Object.entries(pythonServices).map(([name, words]) =>
      start(name, {
        ...{ command: join(executables, 'opentelemetry-instrument'), args: words },
        cwd: join(directory, 'python'),
        env: { ...env, ...pythonEnvironment(name, executables) },
      }),
    ),
  ]
  const all = [...nodeServices, ...Object.keys(pythonServices)]
  return {
    shopUrl: `http://127.0.0.1:${shopPort}`,
    up: () =>
      until(() => {
        const ended = all.find((_, at) => children[at]!.exitCode !== null)
        if (ended !== undefined) throw new Error(`${ended} ended as it started; what it said is above`)
        return all.every((name) => says(name, `${name} is up`))
      }),
    says: (name, text) => until(() => says(name, text)),
    stop: async () => {
      await Promise.all(children.map((child) => stopChild(child, graceMs)))
      await redis.stop()
    },
  }
}

/** What opentelemetry-python needs to be told beside the endpoint: it speaks gRPC otherwise. */
function pythonEnvironment(name: string, executables: string): NodeJS.ProcessEnv {
  return {
    PATH: `${executables}:${process.env.PATH}`,
    PYTHONUNBUFFERED: '1',
    OTEL_SERVICE_NAME: name,
    OTEL_EXPORTER_OTLP_PROTOCOL: 'http/protobuf',
    OTEL_METRICS_EXPORTER: 'none',
  }
}
