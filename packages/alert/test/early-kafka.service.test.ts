import { encodeLogsRequest, encodeTracesRequest, type Span } from '@clew/otlp'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { type Service, startKafka } from '../../../scripts/services.ts'
import type { AlertStore } from '../src/store/store.ts'
import { brewingMinutes, createNumbers, requestOf } from './brewing.ts'
import { startKafkaRig } from './kafka-rig.ts'

let kafka: Service
beforeAll(async () => {
  kafka = await startKafka()
})
afterAll(() => kafka.stop())

const minuteMs = 60_000
const early = { id: 'early', type: 'early', learn: '1h', sure: 0.5 }

/** Text that makes a fetch hold minutes, not hours. */
const padding = 'x'.repeat(1500)

/** The minutes of two shops, each in a partition of its own, whose jobs begin later and later in the end. */
function messagesOf(startMs: number, minutes: number, fromMinute: number): [partition: number, Buffer][] {
  const next = createNumbers(9)
  return [0, 1].flatMap((partition) => {
    const service = `shop-${partition}`
    const shop = { startMs: startMs + partition * 7_000, minutes, fromMinute: fromMinute + partition * 9 }
    return [...brewingMinutes(shop)].flatMap((lines, minute): [number, Buffer][] => {
      const padded = lines.map((line) => ({ ...line, attributes: { padding } }))
      const waitMs = 20 * (0.5 + next()) * (minute < fromMinute ? 1 : 1.2 ** (minute - fromMinute))
      const spans = [0, 1, 2].map((at) => spanOf(startMs + minute * minuteMs + at * 20_000, waitMs))
      const scope = { name: '', version: '', attributes: {}, droppedAttributesCount: 0 }
      const resource = { attributes: { 'service.name': `mail-${partition}` }, droppedAttributesCount: 0 }
      const traces = [{ resource, schemaUrl: '', scopeSpans: [{ scope, schemaUrl: '', spans }] }]
      return [
        [partition, Buffer.from(encodeTracesRequest(traces))],
        [partition, Buffer.from(encodeLogsRequest(requestOf(padded, service)))],
      ]
    })
  })
}

const spanOf = (endMs: number, waitMs: number): Span => ({
  ...{ traceId: endMs.toString(16).padStart(32, '0'), spanId: '00f067aa0ba902b7', traceState: '' },
  ...{ parentSpanId: '', flags: 0, name: 'process mail', kind: 5 },
  startTimeUnixNano: BigInt(endMs - 50) * 1_000_000n,
  endTimeUnixNano: BigInt(endMs) * 1_000_000n,
  attributes: { 'messaging.destination.name': 'mail', 'bullmq.job.wait_ms': waitMs },
  ...{ droppedAttributesCount: 0, events: [], droppedEventsCount: 0, links: [], droppedLinksCount: 0 },
  status: { code: 0, message: '' },
})

/** Warnings and alerts, as bytes. */
async function outcomeOf(store: AlertStore): Promise<string[]> {
  const alerts = (await store.history(1000)).map((alert) => JSON.stringify(alert)).toSorted()
  const warnings = (await store.warnings(1000)).map((warning) => JSON.stringify(warning)).toSorted()
  return [...alerts, ...warnings]
}

test('processes that are killed with a commit, before it or after it, tell the warnings of one that was not, byte for byte', async () => {
  const rig = await startKafkaRig(kafka.url, process.env.REDIS_URL!, 'classic', [early])
  onTestFinished(() => rig.stop())
  const minutes = 180
  // Hours ago: time that passes by itself at the end is one in which nobody watched.
  const startMs = Math.floor(Date.now() / minuteMs) * minuteMs - 600 * minuteMs
  for (const [partition, value] of messagesOf(startMs, minutes, 120)) await rig.sendRaw(partition, value)
  const next = createNumbers(5)
  let kills = 0
  while (kills < 8 && !(await rig.isCaughtUp())) {
    const child = rig.start({ commits: 1 + Math.floor(next() * 2), isStored: next() < 0.5 })
    await new Promise((resolve) => child.once('exit', resolve))
    kills++
  }
  expect(kills).toBeGreaterThan(3)
  rig.start()
  await expect.poll(() => rig.isCaughtUp(), { timeout: 60_000 }).toBe(true)
  const wanted = await outcomeOf(await rig.reference())
  expect(wanted.filter((one) => one.includes('"service":"shop-0"')).length).toBeGreaterThan(0)
  expect(wanted.filter((one) => one.includes('"of":"queue"')).length).toBeGreaterThan(0)
  expect(await outcomeOf(rig.store)).toEqual(wanted)
}, 300_000)
