import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startCutOff } from '../../scripts/cut-off.ts'
import { startRedis } from '../../scripts/services.ts'
import { type Child, startChild } from '../measure/child.ts'
import { systems } from '../systems.ts'
import type { Way } from './ways.ts'

export const serviceNames = ['api', 'work', 'second'] as const
export type ServiceName = (typeof serviceNames)[number]

/** An API, the worker of its jobs and the service that the worker asks, with their Redis and the receiver of what they send. */
export type ThreeServices = {
  readonly apps: Readonly<Record<ServiceName, Child>>
  readonly apiPort: number
  readonly redisUrl: string
  readonly receiver: Child
  /** Cuts the way to the bus, and not to the queue. */
  cut(): void
  restore(): void
  /** What they said on stderr. */
  stopApps(): Promise<string>
  stop(): Promise<void>
}

const file = join(import.meta.dirname, '../apps/keep/chain.cjs')

export async function startThreeServices(way: Way): Promise<ThreeServices> {
  const { isBare, concurrency, cutSeconds, env } = way
  const redis = await startRedis()
  const bus = await startCutOff(redis.url)
  const receiver = startChild({ file: join(import.meta.dirname, 'receiver.ts') })
  const { port } = await receiver.next<{ port: number }>()
  const spool = await mkdtemp(join(tmpdir(), 'clew-benchmark-'))
  const shared = {
    ...{ NODE_ENV: 'production', BENCHMARK_REDIS_URL: redis.url, REDIS_URL: redis.url },
    BENCHMARK_QUEUE: `keep-${process.pid}-${Date.now()}`,
    BENCHMARK_CONCURRENCY: String(concurrency),
    ...(isBare ? {} : { ...clewEnv(`http://127.0.0.1:${port}`, spool), ...env }),
    ...(cutSeconds > 0 && { CLEW_BUS: bus.url }),
  }
  const start = async (role: ServiceName, ...words: string[]): Promise<[Child, number]> => {
    const nodeArgs = isBare ? [] : systems.clew.nodeArgs
    const own = { ...shared, OTEL_SERVICE_NAME: role }
    const app = startChild({ file, args: [role, ...words], nodeArgs, env: own, directory: join(file, '..') })
    return [app, (await app.next<{ port: number }>()).port]
  }
  const [second, secondPort] = await start('second')
  const [work] = await start('work', `http://127.0.0.1:${secondPort}`)
  const [api, apiPort] = await start('api')
  const apps = { api, work, second }
  const stopApps = async (): Promise<string> => {
    for (const name of serviceNames) await apps[name].stop()
    return serviceNames.map((name) => apps[name].stderr()).join('')
  }
  return {
    ...{ apps, apiPort, redisUrl: redis.url, receiver },
    ...{ cut: bus.cut, restore: bus.restore, stopApps },
    async stop() {
      await stopApps()
      await receiver.stop()
      bus.close()
      await redis.stop()
      await rm(spool, { recursive: true, force: true })
    },
  }
}

function clewEnv(url: string, spool: string): Record<string, string> {
  return {
    OTEL_EXPORTER_OTLP_ENDPOINT: url,
    OTEL_METRICS_EXPORTER: 'none',
    CLEW_SPOOL_DIR: spool,
  }
}
