import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type LogRecord, parseLogsJson, type ResourceLogs } from '@clew/otlp'
import { Admin } from '@platformatic/kafka'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Collector, startCollector } from '../../../../scripts/collector.ts'
import { hasGo } from '../../../../scripts/go.ts'
import { type Service, startKafka } from '../../../../scripts/services.ts'
import { startKafkaPipeline, trace } from './kafka-pipeline.ts'

const canBuild = hasGo()
if (!canBuild && process.env.CI)
  throw new Error('the Collector is built by Go, which is not here: install go 1.26')
if (!canBuild) console.log('no Go: what is sent to Kafka is not read by a Collector (install go 1.26)')

let folder: string
const topic = `log_raw-${process.pid}`
let kafka: Service
let admin: Admin
let collector: Collector

beforeAll(async () => {
  if (!canBuild) return
  folder = mkdtempSync(join(tmpdir(), 'clew-kafka-collector-'))
  kafka = await startKafka()
  admin = new Admin({ clientId: 'test', bootstrapBrokers: [kafka.url] })
  await admin.createTopics({ topics: [topic], partitions: 3 })
  collector = await startCollector({
    receivers: {
      kafka: {
        ...{ brokers: [kafka.url], group_id: topic, initial_offset: 'earliest' },
        logs: { topics: [topic], encoding: 'otlp_proto' },
      },
    },
    exporters: { file: { path: join(folder, 'out.jsonl'), flush_interval: '100ms' } },
    service: {
      telemetry: { metrics: { level: 'none' } },
      pipelines: { logs: { receivers: ['kafka'], exporters: ['file'] } },
    },
  })
  // It is built once, which takes minutes.
}, 900_000)
afterAll(async () => {
  if (!canBuild) return
  await collector.stop()
  rmSync(folder, { recursive: true })
  await admin.deleteTopics({ topics: [topic] })
  await admin.close()
  await kafka.stop()
})

type Sent = Pick<LogRecord, 'severityNumber' | 'severityText' | 'body' | 'eventName' | 'attributes'> & {
  timeUnixMs: number
  traceId: string
  spanId: string
}

const nested = {
  text: 'Zahlung fehlgeschlagen 支付失败 💥',
  whole: 66,
  large: 2n ** 60n,
  share: 66.13,
  isPaid: false,
  nothing: null,
  bytes: new Uint8Array([0, 1, 255]),
  list: ['a', 1, true, ['deeper', { deepest: 'yes' }]],
  order: { id: 7, items: [{ name: 'a lantern', price: 19.13 }], customer: { name: 'Ariadne', tags: [] } },
}

/** Of two traces, and of none; an event, and each kind of value. */
const sent: readonly Sent[] = [
  {
    ...{ timeUnixMs: 1_764_409_200_123, severityNumber: 17, severityText: 'error' },
    ...{ body: 'payment_failed', eventName: 'payment_failed', attributes: nested },
    ...{ traceId: trace(1), spanId: '00f067aa0ba902b7' },
  },
  {
    ...{ timeUnixMs: 1_764_409_200_124, severityNumber: 9, severityText: 'INFO' },
    ...{ body: 'order accepted', eventName: '', attributes: { orderId: 7 } },
    ...{ traceId: trace(1), spanId: '00f067aa0ba902b8' },
  },
  {
    ...{ timeUnixMs: 1_764_409_200_125, severityNumber: 5, severityText: 'debug' },
    ...{ body: { what: 'a body that is no text', at: [1, 2] }, eventName: '', attributes: {} },
    ...{ traceId: trace(2), spanId: '00f067aa0ba902b9' },
  },
  {
    ...{ timeUnixMs: 1_764_409_200_126, severityNumber: 13, severityText: 'warn' },
    ...{ body: '', eventName: 'started', attributes: { 'service.instance': 'x' } },
    ...{ traceId: '', spanId: '' },
  },
]

/** What the Collector has written of the topic. */
function written(): ResourceLogs[] {
  const out = join(folder, 'out.jsonl')
  const text = existsSync(out) ? readFileSync(out, 'utf8') : ''
  const whole = text.slice(0, text.lastIndexOf('\n') + 1)
  return whole.split('\n').flatMap((line) => (line === '' ? [] : parseLogsJson(line)))
}

const recordsOf = (all: readonly ResourceLogs[]): LogRecord[] =>
  all.flatMap(({ scopeLogs }) => scopeLogs.flatMap(({ logRecords }) => logRecords))

test.skipIf(!canBuild)(
  "a Collector's Kafka receiver reads each record as it was sent, field by field",
  async () => {
    const { pipeline, reports } = startKafkaPipeline({ brokers: [kafka.url], topic }, join(folder, 'spool'))
    const scope = { name: 'shop/payments', version: '1.2.3' }
    for (const record of sent) pipeline.log(scope, { ...record, traceFlags: 1 })
    await pipeline.stop()
    expect(reports).toEqual([])
    await expect
      .poll(() => recordsOf(written()).length, { timeout: 60_000, message: collector.said })
      .toBe(sent.length)
    const resource = { attributes: { 'service.name': 'shop' }, droppedAttributesCount: 0 }
    for (const { scopeLogs, ...of } of written()) {
      expect([of, scopeLogs.map(({ logRecords: _, ...rest }) => rest)]).toEqual([
        { resource, schemaUrl: '' },
        [{ scope: { ...scope, attributes: {}, droppedAttributesCount: 0 }, schemaUrl: '' }],
      ])
    }
    const byTime = recordsOf(written()).toSorted((a, b) => Number(a.timeUnixNano - b.timeUnixNano))
    expect(byTime).toEqual(
      sent.map(({ timeUnixMs, ...record }) => ({
        ...{ ...record, timeUnixNano: BigInt(timeUnixMs) * 1_000_000n },
        ...{ observedTimeUnixNano: expect.any(BigInt), droppedAttributesCount: 0 },
        flags: record.traceId === '' ? 0 : 1,
      })),
    )
  },
)
