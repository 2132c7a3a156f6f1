import { formatChain, type OtlpReceiver, startOtlpReceiver } from '@clew/testing'
import { afterEach, expect, test } from 'vitest'
import type { LogDetail, LogRow } from '../../../packages/desk/api/index.ts'
import { startDemoDesk } from '../../../scripts/demo/demo-desk.ts'
import { type OrdersServices, startOrders } from '../../../scripts/demo/orders-services.ts'

const upMs = 60_000
const chainMs = 30_000

let receiver: OtlpReceiver
let services: OrdersServices
let closeTarget: () => Promise<void>

afterEach(async () => {
  await services.stop()
  await closeTarget()
})

async function start(overrides: NodeJS.ProcessEnv): Promise<void> {
  receiver = await startOtlpReceiver()
  closeTarget = () => receiver.close()
  services = await startOrders(receiver.url, { CLEW_QUIET: '1', ...overrides })
  const up = ['api is up', 'worker is up', 'gateway is up']
  await receiver.waitForLogs((logs) => up.every((text) => logs.some(({ body }) => body === text)), upMs)
}

async function postOrder(amount: number, headers: Record<string, string>): Promise<void> {
  await fetch(`${services.apiUrl}/orders`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ item: 'a lantern', amount }),
  })
}

/** Orders something; resolves with the trace of the order when its last line and this many of its spans have come. */
async function order(amount: number, lastLine: string, spanCount: number): Promise<string> {
  const traceId = Buffer.from(crypto.getRandomValues(new Uint8Array(16))).toString('hex')
  await postOrder(amount, { traceparent: `00-${traceId}-00f067aa0ba902b7-01` })
  const isOfTrace = (one: { traceId: string }): boolean => one.traceId === traceId
  await receiver.waitForLogs((logs) => logs.some((log) => isOfTrace(log) && log.body === lastLine), chainMs)
  await receiver.waitForSpans((spans) => spans.filter(isOfTrace).length === spanCount, chainMs)
  return traceId
}

/** The rows of a chain, each indented by its depth, without times and numbers that differ from run to run. */
function rowsOf(traceId: string): string[] {
  return formatChain(traceId, receiver.spans, receiver.logs)
    .trimEnd()
    .split('\n')
    .map((line) =>
      line
        .slice('     0.0 ms  '.length)
        .replaceAll(/[│├└]/g, ' ')
        .replace('─', ' ')
        .replace(/ {2}[\d.]+ (?:µs|ms|s) {2}/, '  ')
        .replace(/\(job [\w-]+,/, '(job,')
        .replace(/orderId=\d+/, 'orderId'),
    )
}

const attempt = (number: number, more: string[]): string[] => [
  `   process payments (job, attempt ${number})  [orders-worker]  ERROR the bank does not answer`,
  '      INFO  charging the card orderId amount=66.13',
  '      POST → 500  [orders-worker]  ERROR',
  '         POST → 500  [orders-gateway]  ERROR',
  '            WARN  the bank does not answer orderId amount=66.13',
  ...more,
]
const again = (number: number): string =>
  `      WARN  payment attempt failed, trying again orderId attempt=${number}`

/** The request and the first attempt run at the same time in two processes, so the order of rows is not compared. */
const failedOrder = [
  'POST /orders → 202  [orders-api]',
  '   INFO  order received item=a lantern amount=66.13',
  '   INSERT orders  [orders-api]',
  '   INFO  order accepted orderId',
  ...attempt(1, [again(1)]),
  ...attempt(2, [again(2)]),
  ...attempt(3, [
    '      ERROR charge failed for good after 3 of 3 attempts PaymentFailed: the bank does not answer status=500',
    '      UPDATE orders  [orders-worker]',
    '      ERROR payment_failed PaymentFailed: the bank does not answer orderId status=500',
  ]),
]

const backends = [
  { name: 'PostgreSQL', overrides: { REDIS_URL: '' } },
  ...(process.env.REDIS_URL ? [{ name: 'Redis', overrides: {} }] : []),
]

test.each(backends)('an order that fails is one chain, with its jobs on $name', async ({ overrides }) => {
  await start(overrides)
  const traceId = await order(66.13, 'payment_failed', 12)
  expect(rowsOf(traceId).toSorted()).toEqual(failedOrder.toSorted())
})

test('every printed line has the ids of its record, and the last one of a paid order is of its trace', async () => {
  await start({ REDIS_URL: '' })
  const traceId = await order(42, 'order paid', 6)
  const printed = services.lines
    .map(({ line }) => JSON.parse(line) as { message: string; trace_id?: string; span_id?: string })
    .filter(({ trace_id }) => trace_id === traceId)
  const sent = receiver.logs.filter((log) => log.traceId === traceId)
  const sorted = (pairs: unknown[][]): string[] => pairs.map((pair) => pair.join(' ')).toSorted()
  expect(sorted(printed.map(({ message, span_id }) => [message, span_id]))).toEqual(
    sorted(sent.map(({ body, spanId }) => [body, spanId])),
  )
  expect(sent.map(({ body }) => body).toSorted()).toEqual([
    'card charged',
    'charging the card',
    'order accepted',
    'order paid',
    'order received',
  ])
})

test('the failed payment is an event, which the desk finds by its name and its status', async () => {
  const desk = await startDemoDesk('http://127.0.0.1:1/?key=none')
  closeTarget = () => desk.stop()
  services = await startOrders(desk.url, { CLEW_QUIET: '1', REDIS_URL: '' })
  await services.up()
  await postOrder(66.13, {})
  const traceId = await desk.failedChain()
  const ask = async <T>(path: string): Promise<T> => (await (await fetch(desk.url + path)).json()) as T
  const linesOf = async (search: string): Promise<LogRow[]> =>
    (await ask<{ logs: LogRow[] }>(`/api/logs?q=${encodeURIComponent(search)}`)).logs
  const found = await linesOf('event:payment_failed status:500')
  expect(found.map((line) => [line.traceId, line.text])).toEqual([[traceId, 'payment_failed']])
  // What the rule of alerts.yaml looks for is the same line.
  expect(await linesOf('payment_failed status:500')).toEqual(found)
  expect(await ask<LogDetail>(`/api/logs/${found[0]!.ref}`)).toMatchObject({
    eventName: 'payment_failed',
    attributes: { module: 'payments', status: 500, 'exception.type': 'PaymentFailed' },
  })
})
