import { type OtlpReceiver, type ReceivedLog, startOtlpReceiver } from '@clew/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type NodeMajor, nodeBinary, nodeMajors } from '../../../scripts/node-versions.ts'
import { type Service, startPostgres, startRedis } from '../../../scripts/services.ts'
import { countJobs, expectedKinds, isPaid, kindsOfNobody } from './load/expected-kinds.ts'
import { isAborted, traceIdOf } from './load/order-trace.ts'
import { sendOrders } from './load/send-orders.ts'
import { type PrintedRecord, type ServiceProcess, startService } from './load/service-process.ts'

/** With their payments and notices, 10,000 requests and jobs. */
const orderCount = 4103
const orders = Array.from({ length: orderCount }, (_, index) => index + 1)

let postgres: Service
let redis: Service

beforeAll(async () => {
  ;[postgres, redis] = await Promise.all([startPostgres(), startRedis()])
  await Promise.all(nodeMajors.map(nodeBinary))
})
afterAll(() => Promise.all([postgres.stop(), redis.stop()]))

test.for(nodeMajors)(
  'of 10,000 requests and jobs at concurrency 100 on Node %s, every record has the ids of its own request',
  async (node) => {
    const startMs = performance.now()
    const receiver = await startOtlpReceiver()
    const { printed, ends, outcomes } = await runLoad(node, receiver)
    const sent = receiver.logs.filter((log) => !isOurs(log)).map(toPrinted)
    const jobs = orders.reduce((sum, order) => sum + countJobs(order), 0)
    console.log(
      `Node ${node}: ${orderCount} requests, ${jobs} jobs, ${sent.length} records sent, ${printed.length} printed, ` +
        `${receiver.spans.length} spans, ${((performance.now() - startMs) / 1000).toFixed(1)} s`,
    )
    const aborted = orders.filter(isAborted).length
    expect({ ends, outcomes, isEnough: orderCount + jobs >= 10_000 }).toEqual({
      ends: Array(3).fill({ code: 0, signal: null, stderr: '' }),
      outcomes: { 200: orderCount - aborted, aborted },
      isEnough: true,
    })
    for (const records of [sent, printed]) {
      expect(firstOf(withWrongTrace(records))).toEqual({ count: 0, first: [] })
      expect(firstOf(ordersWithOtherKinds(records))).toEqual({ count: 0, first: [] })
      expect(kindsWithoutOrder(records)).toEqual(kindsOfNobody)
    }
    const lost = receiver.logs.filter(isOurs).map(({ traceId }) => traceId)
    expect(lost.toSorted()).toEqual(
      orders
        .filter((order) => !isPaid(order))
        .map(traceIdOf)
        .toSorted(),
    )
    const strays = Object.entries(strayOf(receiver)).map(([kind, found]) => ({ kind, ...firstOf(found) }))
    expect(strays.filter(({ count }) => count > 0)).toEqual([])
    await receiver.close()
  },
)

async function runLoad(
  node: NodeMajor,
  receiver: OtlpReceiver,
): Promise<{
  printed: PrintedRecord[]
  ends: Awaited<ReturnType<ServiceProcess['stop']>>[]
  outcomes: Record<string, number>
}> {
  const env = {
    ...{ PG_URL: postgres.url, REDIS_URL: redis.url, ORDERS: String(orderCount), PREFIX: `load-${node}` },
    OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
    CLEW_SPOOL_DIR: 'off',
  }
  const second = await startService(node, 'second.cjs', env)
  const port = (await second.waitFor('ready')).ready?.second
  const withSecond = { ...env, SECOND_URL: `http://127.0.0.1:${port}` }
  const worker = await startService(node, 'worker.mjs', withSecond)
  const api = await startService(node, 'api.cjs', withSecond)
  const [{ ready = {} }] = await Promise.all([api.waitFor('ready'), worker.waitFor('ready')])

  const outcomes = await sendOrders(orderCount, [ready.express!, ready.fastify!])
  await worker.waitFor('done')
  const services = [api, worker, second]
  // At its end a process has little time to send, and no disk here to leave the rest on.
  const unsent = (): number =>
    services.reduce((sum, { printed }) => sum + printed.length, 0) -
    receiver.logs.filter((log) => !isOurs(log)).length
  await expect.poll(unsent, { timeout: 60_000, interval: 200 }).toBeLessThan(1_000)
  const ends = await Promise.all(services.map((service) => service.stop()))
  return { printed: services.flatMap(({ printed }) => printed), ends, outcomes }
}

/** Enough to see what is wrong, however much of it there is. */
function firstOf<T>(found: readonly T[]): { count: number; first: T[] } {
  return { count: found.length, first: found.slice(0, 5) }
}

/** Of a payment that failed for good. */
function isOurs({ scope }: ReceivedLog): boolean {
  return scope === '@clew/bullmq'
}

function toPrinted({ attributes, traceId, spanId }: ReceivedLog): PrintedRecord {
  const { order, kind } = attributes
  return {
    kind: String(kind),
    ...(order !== undefined && { order: Number(order) }),
    ...(traceId && { trace_id: traceId, span_id: spanId }),
  }
}

/** Records of an order whose trace is another one or none, and records of nobody that have a trace. */
function withWrongTrace(records: readonly PrintedRecord[]): PrintedRecord[] {
  return records.filter(({ order, trace_id, span_id }) =>
    order === undefined
      ? trace_id !== undefined
      : trace_id !== traceIdOf(order) || !/^(?!0+$)[0-9a-f]{16}$/.test(span_id ?? ''),
  )
}

type Kinds = Record<string, number>

function ordersWithOtherKinds(
  records: readonly PrintedRecord[],
): { order: number; seen: Kinds; expected: Kinds }[] {
  const seen = new Map<number, Kinds>(orders.map((order) => [order, {}]))
  for (const { order, kind } of records) {
    if (order === undefined) continue
    const kinds = seen.get(order)!
    kinds[kind] = (kinds[kind] ?? 0) + 1
  }
  return orders
    .map((order) => ({ order, seen: seen.get(order)!, expected: expectedKinds(order) }))
    .filter(({ seen: kinds, expected }) => !sameCounts(kinds, expected))
}

function sameCounts(a: Kinds, b: Kinds): boolean {
  const keys = Object.keys(a)
  return keys.length === Object.keys(b).length && keys.every((key) => a[key] === b[key])
}

function kindsWithoutOrder(records: readonly PrintedRecord[]): string[] {
  return [...new Set(records.filter(({ order }) => order === undefined).map(({ kind }) => kind))].sort()
}

/** What the spans tell: the span of each record is there, in its trace, and each span and record is of its own job. */
function strayOf({ logs, spans }: OtlpReceiver): Record<string, unknown[]> {
  const traceOfSpan = new Map(spans.map(({ spanId, traceId }) => [spanId, traceId]))
  const jobOf = (attributes: ReceivedLog['attributes']): number | undefined =>
    numberIn(attributes['messaging.message.id'])
  const pathOf = (attributes: ReceivedLog['attributes']): number | undefined =>
    numberIn(attributes['url.path'] ?? '')
  return {
    recordsWithoutSpan: logs.filter(({ traceId, spanId }) => traceId && traceOfSpan.get(spanId) !== traceId),
    spansOfOtherTraces: spans.filter(({ attributes, traceId }) => {
      const order = jobOf(attributes) ?? pathOf(attributes)
      return order !== undefined && traceId !== traceIdOf(order)
    }),
    recordsOfOtherJobs: logs.filter(
      ({ attributes }) =>
        /^(job|notice) /.test(String(attributes.kind)) && jobOf(attributes) !== Number(attributes.order),
    ),
  }
}

function numberIn(text: unknown): number | undefined {
  const number =
    typeof text === 'string' ? /(?:payment-|notice-|\/orders\/)(\d+)$/.exec(text)?.[1] : undefined
  return number === undefined ? undefined : Number(number)
}
