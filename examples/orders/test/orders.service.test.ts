import { type OtlpReceiver, startOtlpReceiver } from '@clew/testing'
import { afterEach, expect, test } from 'vitest'
import type { LogDetail, LogRow } from '../../../packages/desk/api/index.ts'
import { startDemoDesk } from '../../../scripts/demo/demo-desk.ts'
import { type OrdersServices, startOrders } from '../../../scripts/demo/orders-services.ts'
import { sameInEachRun } from '../../../scripts/examples/chain-rows.ts'
import { shownChain } from '../../../scripts/examples/readme-chain.ts'
import { failedOrder, newTraceId, postOrder, rowsOf } from './order-chains.ts'

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

/** Orders something; resolves with the trace of the order when its last line and this many of its spans have come. */
async function order(amount: number, lastLine: string, spanCount: number): Promise<string> {
  const traceId = newTraceId()
  await postOrder(services.apiUrl, amount, traceId)
  const isOfTrace = (one: { traceId: string }): boolean => one.traceId === traceId
  await receiver.waitForLogs((logs) => logs.some((log) => isOfTrace(log) && log.body === lastLine), chainMs)
  await receiver.waitForSpans((spans) => spans.filter(isOfTrace).length === spanCount, chainMs)
  return traceId
}

const backends = [
  { name: 'PostgreSQL', overrides: { REDIS_URL: '' } },
  ...(process.env.REDIS_URL ? [{ name: 'Redis', overrides: {} }] : []),
]

test.each(backends)('an order that fails is one chain, with its jobs on $name', async ({ overrides }) => {
  await start(overrides)
  const traceId = await order(66.13, 'payment_failed', 12)
  // Each service sends its own lines, the last one perhaps before others.
  await expect.poll(() => rowsOf(traceId, receiver)).toEqual(failedOrder)
})

test('every printed line has the ids of its record, and the last one of a paid order is of its trace', async () => {
  await start({ REDIS_URL: '' })
  const traceId = await order(42, 'order paid', 6)
  const sent = () => receiver.logs.filter((log) => log.traceId === traceId)
  await expect
    .poll(() =>
      sent()
        .map(({ body }) => body)
        .toSorted(),
    )
    .toEqual(['card charged', 'charging the card', 'order accepted', 'order paid', 'order received'])
  const printed = () =>
    services.lines
      .map(({ line }) => JSON.parse(line) as { message: string; trace_id?: string; span_id?: string })
      .filter(({ trace_id }) => trace_id === traceId)
  const sorted = (pairs: unknown[][]): string[] => pairs.map((pair) => pair.join(' ')).toSorted()
  await expect
    .poll(() => sorted(printed().map(({ message, span_id }) => [message, span_id])))
    .toEqual(sorted(sent().map(({ body, spanId }) => [body, spanId])))
})

test('the failed payment is an event, which the desk finds by its name and its status, in the chain that the README shows', async () => {
  const desk = await startDemoDesk('http://127.0.0.1:1/?key=none')
  closeTarget = () => desk.stop()
  services = await startOrders(desk.url, { CLEW_QUIET: '1', REDIS_URL: '' })
  await services.up()
  await postOrder(services.apiUrl, 66.13)
  const traceId = await desk.failedChain()
  const shown = await shownChain('orders', () => desk.chainAsText(traceId))
  await expect.poll(async () => sameInEachRun(await desk.chainAsText(traceId))).toEqual(sameInEachRun(shown))
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
