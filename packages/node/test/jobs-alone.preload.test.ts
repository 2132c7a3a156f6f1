import { randomBytes } from 'node:crypto'
import { type OtlpReceiver, startOtlpReceiver } from '@clew/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Service, startRedis } from '../../../scripts/services.ts'
import { type AppProcess, killApps, preload, startApp } from './app-process.ts'

let redis: Service
let receiver: OtlpReceiver
beforeAll(async () => {
  ;[redis, receiver] = await Promise.all([startRedis(), startOtlpReceiver()])
})
afterAll(async () => {
  killApps()
  await receiver.close()
  await redis.stop()
})

type Span = OtlpReceiver['spans'][number]

/** Adds jobs of all kinds outside of any trace, and works them off in two processes. */
async function workOff(jobs: number): Promise<{ spans: Span[]; queue: string }> {
  const queue = randomBytes(4).toString('hex')
  const start = async (role: string, service: string, node: readonly string[] = preload) => {
    const app = await startApp({
      args: [...node, 'jobs/alone.cjs', role],
      env: {
        ...{ QUEUE: queue, REDIS_URL: redis.url, OTEL_SERVICE_NAME: service },
        OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
      },
    })
    await app.waitForLine((line) => line === 'ready')
    return app
  }
  const apps: AppProcess[] = [await start('add', 'adder'), await start('foreign', 'foreign', [])]
  apps.push(...(await Promise.all([start('work', 'worker 1'), start('work', 'worker 2')])))
  const ofQueue = (): Span[] => receiver.spans.filter(({ name }) => name.endsWith(` ${queue}`))
  const attempts = (): number => ofQueue().filter(({ name }) => name.startsWith('process')).length
  await receiver.waitForSpans(() => attempts() >= 3 * jobs, 60_000)
  for (const app of apps) app.kill('SIGTERM')
  await Promise.all(apps.map(({ ended }) => ended))
  return { spans: ofQueue(), queue }
}

test('all attempts of a job that no request made are one chain, whichever process works on it', async () => {
  const { spans, queue } = await workOff(4 + 1 + 101 + 3 + 2 + 4)
  const chains: Record<string, string[]> = {}
  const services = new Map<string, Set<unknown>>()
  for (const traceId of new Set(spans.map((span) => span.traceId))) {
    const all = spans.filter((span) => span.traceId === traceId)
    const byId = new Map(all.map((span) => [span.spanId, span]))
    const job = String(all[0]!.attributes['bullmq.job.name']).replace(/ \d+$/, '')
    const shape = all.map(({ name, parentSpanId, attributes, links }) => {
      const parent = parentSpanId ? (byId.get(parentSpanId)?.name ?? 'nowhere') : 'root'
      return `${name} ${attributes['bullmq.job.attempt'] ?? ''} below ${parent}${links.length ? ' linked' : ''}`
    })
    const kind = shape.sort().join(', ').replaceAll(` ${queue}`, '')
    chains[job] = [...(chains[job] ?? []), kind]
    services.set(traceId, new Set(all.map(({ resource }) => resource['service.name'])))
  }
  const sent = (n: number): string =>
    [1, 2, 3].flatMap((attempt) => Array(n).fill(`process ${attempt} below send`)).join(', ')
  const began = 'process 1 below root, process 2 below process, process 3 below process'
  expect(chains).toEqual({
    single: Array(4).fill(`${sent(1)}, send  below root`),
    delayed: [`${sent(1)}, send  below root`],
    bulk: Array(101).fill(`${sent(1)}, send  below root`),
    flow: [`${sent(3)}, send  below root`],
    tick: [began, began],
    foreign: Array(4).fill(began),
  })
  // In some at least, or the test says nothing of two processes.
  const workers = ['worker 1', 'worker 2']
  expect([...services.values()].some((names) => workers.every((name) => names.has(name)))).toBe(true)
})
