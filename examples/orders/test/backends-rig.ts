import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type OtlpReceiver, startOtlpReceiver } from '@clew/testing'
import { Admin } from '@platformatic/kafka'
import { afterAll, afterEach, expect } from 'vitest'
import { createCertificates } from '../../../packages/otlp/test/certificates.ts'
import { type Collector, startCollector } from '../../../scripts/collector.ts'
import { type OrdersServices, startOrders } from '../../../scripts/demo/orders-services.ts'
import { freePort } from '../../../scripts/services.ts'
import { blockOf, placed } from './backends-guide.ts'
import { type Chain, failedOrder, newTraceId, postOrder, rowsOf } from './order-chains.ts'

export const chainMs = 60_000
export const token = 'c2VzYW1l'

/** Of this test alone; what is in the guide below /etc/otelcol is in it. */
export const folder: string = mkdtempSync(join(tmpdir(), 'clew-backends-'))
const { ca, server } = createCertificates()
for (const [name, text] of Object.entries({ ca, cert: server.cert, key: server.key }))
  writeFileSync(join(folder, `${name}.pem`), text, { mode: 0o600 })

const started: { stop(): Promise<void> }[] = []
/** Stops it after the test, the last one first. */
export function keep<T extends { stop(): Promise<void> }>(one: T): T {
  started.push(one)
  return one
}
afterEach(async () => {
  for (const one of started.splice(0).toReversed()) await one.stop()
})
afterAll(() => rmSync(folder, { recursive: true }))

/** All services of the example, which say that they are up. */
export async function startExample(env: NodeJS.ProcessEnv): Promise<OrdersServices> {
  const services = keep(await startOrders('', { CLEW_QUIET: '1', REDIS_URL: '', ...env }))
  await services.up()
  return services
}

/** An order that is refused three times. Gives its trace id. */
export async function failOrder(services: OrdersServices): Promise<string> {
  const traceId = newTraceId()
  await postOrder(services.apiUrl, 66.13, traceId)
  return traceId
}

/** Waits for all rows of such an order, as somebody finds them there. */
export function isWhole(traceId: string, find: () => Chain): Promise<void> {
  const rows = (): string[] => rowsOf(traceId, find())
  return expect.poll(rows, { timeout: chainMs, interval: 200 }).toEqual(failedOrder)
}

/** In the place of a desk. */
export async function startReceiver(): Promise<OtlpReceiver> {
  const receiver = await startOtlpReceiver()
  keep({ stop: () => receiver.close() })
  return receiver
}

/** A topic of its own, in a Kafka that may be everybody's. */
export async function makeTopic(brokers: string): Promise<string> {
  const topic = `log_raw-backends-${newTraceId().slice(0, 8)}`
  const admin = new Admin({ clientId: 'test', bootstrapBrokers: [brokers] })
  await admin.createTopics({ topics: [topic], partitions: 4 })
  keep({
    async stop() {
      await admin.deleteTopics({ topics: [topic] })
      await admin.close()
    },
  })
  return topic
}

/** Where it listens, in the place of what the guide has. */
export type CollectorPlaces = Record<'127.0.0.1:4318' | '127.0.0.1:4317', string>

/** It serves its own metrics on a port that is the same for all. */
const silent = 'service: { telemetry: { metrics: { level: none } } }'

/** A Collector that receives as the guide has it, and sends on by these files. */
export async function startReceivingCollector(
  ...files: string[]
): Promise<{ collector: Collector; places: CollectorPlaces }> {
  const places = {
    '127.0.0.1:4318': `127.0.0.1:${await freePort()}`,
    '127.0.0.1:4317': `127.0.0.1:${await freePort()}`,
  }
  const otlp = placed(blockOf('OpenTelemetry Collector', 'yaml'), { ...places, '/etc/otelcol': folder })
  const collector = keep(await startCollector([otlp, silent, ...files], { COLLECTOR_TOKEN: token }))
  return { collector, places }
}

/** One that reads Kafka, and receives nothing. */
export async function startReadingCollector(file: string): Promise<Collector> {
  return keep(await startCollector([silent, file]))
}
