import { setTimeout as delay } from 'node:timers/promises'
import { type OtlpReceiverOptions, startOtlpReceiver } from '@clew/testing'
import { expect, test } from 'vitest'
import { newDirectory, receive } from './receivers.ts'
import { bodiesAt, kinds, none, sorted, start, unique } from './relay-rig.ts'
import { logsRequest, numbered } from './relayed-requests.ts'

test('requests leave in the order they came: one is overtaken by the three that travel with it at most', async () => {
  const receiver = await receive()
  receiver.behave({ delayMs: 2 })
  const { relay } = start(`${receiver.url}/v1/logs`)
  for (const text of numbered(300)) relay.pass('logs', 'protobuf', logsRequest([text]))
  await relay.flush()
  const places = bodiesAt(receiver).map((body, place) => Math.abs(Number(body.split(' ')[1]) - place))
  expect({ count: places.length, furthest: Math.max(...places) <= 3 }).toEqual({ count: 300, furthest: true })
})

test.for(kinds)('a $transport receiver that is away for 5 s costs nothing', async ({ transport, path }) => {
  const options: OtlpReceiverOptions = transport === 'gRPC' ? { protocol: 'grpc' } : {}
  const first = await startOtlpReceiver(options)
  const { relay, reports } = start(`${first.url}${path}`, { spoolDirectory: newDirectory() })
  relay.pass('logs', 'protobuf', logsRequest(numbered(10)))
  await relay.flush()
  const before = bodiesAt(first)
  await first.close()
  for (let at = 10; at < 500; at += 10) {
    relay.pass('logs', 'protobuf', logsRequest(numbered(10, at)))
    await delay(100)
  }
  const back = await receive({ ...options, port: first.port })
  await back.waitForLogs(490, 20_000)
  await relay.flush()
  expect({
    bodies: unique([...before, ...bodiesAt(back)]),
    counters: relay.counters().logs,
    codes: reports.map((report) => report.split(' ')[0]),
  }).toEqual({
    bodies: sorted(numbered(500)),
    counters: { ...none, accepted: 500, delivered: 500 },
    codes: ['CLEW_EXPORT_FAILED', 'CLEW_EXPORT_RECOVERED'],
  })
  expect(reports[0]).toContain('--forward')
})

test('Retry-After is honoured', async () => {
  const receiver = await receive()
  receiver.behave({ status: 503, retryAfterSeconds: 3 })
  const { relay } = start(`${receiver.url}/v1/logs`)
  const begun = performance.now()
  relay.pass('logs', 'protobuf', logsRequest(['later']))
  await expect.poll(() => receiver.requests.length).toBe(1)
  receiver.behave('accept')
  relay.pass('logs', 'protobuf', logsRequest(['later too']))
  await expect.poll(() => receiver.requests.length).toBeGreaterThan(1)
  const isEarly = performance.now() - begun < 2_900
  await receiver.waitForLogs(2, 30_000)
  expect({ isEarly, bodies: sorted(bodiesAt(receiver)) }).toEqual({
    isEarly: false,
    bodies: ['later', 'later too'],
  })
})
