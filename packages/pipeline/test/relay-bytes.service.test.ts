import {
  encodeLogsRequest,
  encodeTracesRequest,
  logsToJson,
  type OtlpRawHandler,
  startOtlpHttpReceiver,
  tracesToJson,
} from '@clew/otlp'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { randomLogs, randomSpans } from '../../otlp/test/random-request.ts'
import { closers, receive } from './receivers.ts'
import { bodiesAt, kinds, none, start } from './relay-rig.ts'
import { logsOf, logsRequest, numbered } from './relayed-requests.ts'

/** Fields that no version of OTLP has: 100 as a text, and 101 as a fixed32. */
const unknown = Buffer.from([0xa2, 0x06, 3, 110, 101, 119, 0xad, 0x06, 1, 2, 3, 4])

test.for(kinds)(
  'protobuf arrives byte for byte over $transport, unknown fields and all',
  async ({ listen, path }) => {
    const arrived: string[] = []
    const handlers: OtlpRawHandler = {
      request(signal, encoding, raw) {
        arrived.push(`${signal} ${encoding} ${raw.toString('hex')}`)
        return 'ok'
      },
    }
    const server = await listen({ handlers })
    closers.push(() => server.close())
    const { relay } = start(`${server.url}${path}`)
    const hasLogs = randomLogs.filter((model) =>
      model.some(({ scopeLogs }) => scopeLogs.some(({ logRecords }) => logRecords.length > 0)),
    )
    const hasSpans = randomSpans.filter((model) =>
      model.some(({ scopeSpans }) => scopeSpans.some(({ spans }) => spans.length > 0)),
    )
    const requests = [
      ...fc.sample(hasLogs, 100).map((model) => ['logs', encodeLogsRequest(model)] as const),
      ...fc.sample(hasSpans, 100).map((model) => ['traces', encodeTracesRequest(model)] as const),
      ['logs', Buffer.concat([logsRequest(numbered(2000)), unknown])] as const,
    ]
    const passed = requests.map(([signal, bytes]) => relay.pass(signal, 'protobuf', bytes))
    await relay.flush()
    expect({ passed: new Set(passed), arrived: arrived.sort() }).toEqual({
      passed: new Set(['taken']),
      arrived: requests.map(([signal, bytes]) => `${signal} protobuf ${bytes.toString('hex')}`).sort(),
    })
  },
)

test('JSON goes on as protobuf with the same records, resources, scopes and schema URLs', async () => {
  const arrived: unknown[] = []
  const server = await startOtlpHttpReceiver({
    handlers: {
      logs(request, _raw, { encoding }) {
        arrived.push({ encoding, request })
        return 'ok'
      },
      traces(request, _raw, { encoding }) {
        arrived.push({ encoding, request })
        return 'ok'
      },
    },
  })
  closers.push(() => server.close())
  const { relay } = start(`${server.url}/v1/logs`)
  const logs = logsOf(numbered(10))
  const [spans = []] = fc.sample(
    randomSpans.filter((model) => model[0]?.scopeSpans[0]?.spans[0] !== undefined),
    1,
  )
  const passed = [
    relay.pass('logs', 'json', Buffer.from(logsToJson(logs))),
    relay.pass('traces', 'json', Buffer.from(tracesToJson(spans))),
  ]
  await relay.flush()
  expect({ passed, arrived: arrived.length }).toEqual({ passed: ['taken', 'taken'], arrived: 2 })
  expect(arrived).toContainEqual({ encoding: 'protobuf', request: logs })
  expect(arrived).toContainEqual({ encoding: 'protobuf', request: spans })
})

test('the bytes stay the caller’s: what it does with them afterwards changes nothing', async () => {
  const receiver = await receive()
  const { relay } = start(`${receiver.url}/v1/logs`)
  const bytes = logsRequest(['as it was'])
  relay.pass('logs', 'protobuf', bytes)
  bytes.fill(0)
  await relay.flush()
  expect(bodiesAt(receiver)).toEqual(['as it was'])
})

test('what is no OTLP is told so and goes nowhere; a request without records is taken and not sent', async () => {
  const receiver = await receive()
  const { relay } = start(`${receiver.url}/v1/logs`)
  const passed = [
    relay.pass('logs', 'protobuf', Buffer.from('hello')),
    relay.pass('logs', 'protobuf', logsRequest(['cut']).subarray(0, -1)),
    relay.pass('logs', 'json', Buffer.from('{')),
    relay.pass('traces', 'json', Buffer.from('{"resourceSpans":1}')),
    relay.pass('logs', 'protobuf', new Uint8Array()),
    relay.pass('logs', 'json', Buffer.from('{}')),
  ]
  await relay.flush()
  expect({ passed, requests: receiver.requests.length, counters: relay.counters() }).toEqual({
    passed: ['invalid', 'invalid', 'invalid', 'invalid', 'taken', 'taken'],
    requests: 0,
    counters: { logs: none, traces: none },
  })
})
