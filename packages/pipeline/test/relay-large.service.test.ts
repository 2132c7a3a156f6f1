import { decodeLogsRequest } from '@clew/otlp'
import { expect, test } from 'vitest'
import { receive } from './receivers.ts'
import { bodiesAt, none, sorted, start } from './relay-rig.ts'
import { logsRequest, numbered } from './relayed-requests.ts'

test('a request that is too large is halved between two records until it fits', async () => {
  const receiver = await receive()
  receiver.behave({ maxBytes: 4000 })
  const { relay } = start(`${receiver.url}/v1/logs`)
  const request = logsRequest(numbered(1000))
  relay.pass('logs', 'protobuf', request)
  await relay.flush()
  const sent = receiver.logs.map(({ body, resource, scope }) => [body, resource['service.name'], scope])
  const expected = decodeLogsRequest(request).flatMap(({ resource, scopeLogs }) =>
    scopeLogs.flatMap(({ scope, logRecords }) =>
      logRecords.map(({ body }) => [body, resource.attributes['service.name'], scope.name]),
    ),
  )
  expect({ sent: sent.sort(), counters: relay.counters().logs }).toEqual({
    sent: expected.sort(),
    counters: { ...none, accepted: 1000, delivered: 1000 },
  })
})

test('the memory of halved requests is given back: the next one of that size is taken', async () => {
  const receiver = await receive()
  receiver.behave({ maxBytes: 4000 })
  const request = logsRequest(numbered(1000))
  const { relay } = start(`${receiver.url}/v1/logs`, { maxQueueBytes: request.length })
  const passed: string[] = []
  for (let round = 0; round < 3; round++) {
    passed.push(relay.pass('logs', 'protobuf', request), relay.pass('logs', 'protobuf', request))
    await relay.flush()
  }
  expect(passed).toEqual(['taken', 'full', 'taken', 'full', 'taken', 'full'])
})

test('a single record that is too large is refused, said, and holds nothing up', async () => {
  const receiver = await receive()
  receiver.behave({ maxBytes: 4000 })
  const { relay, reports } = start(`${receiver.url}/v1/logs`)
  relay.pass('logs', 'protobuf', logsRequest(['small', 'x'.repeat(5000), 'small too']))
  await relay.flush()
  expect({
    bodies: sorted(bodiesAt(receiver)),
    counters: relay.counters().logs,
    codes: reports.map((report) => report.split(' ')[0]),
  }).toEqual({
    bodies: ['small', 'small too'],
    counters: { ...none, accepted: 3, delivered: 2, rejected: 1 },
    codes: ['CLEW_RECORD_TOO_LARGE'],
  })
})
