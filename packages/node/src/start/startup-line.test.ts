import type { Endpoint } from '@clew/pipeline'
import { expect, test } from 'vitest'
import { formatStartupLine, isNews, isRunByJest } from './startup-line.ts'

const endpoint = (url: string, protocol: Endpoint['protocol'] = 'http/protobuf'): Endpoint => ({
  url,
  protocol,
  headers: {},
  compression: 'gzip',
  timeoutMs: 1,
})
const line = (running: string[], logs: Endpoint | undefined, traces: Endpoint | undefined): string =>
  formatStartupLine('shop', running, {
    logs: { endpoint: logs, console: false },
    traces: { endpoint: traces, console: false },
  })

test.each([
  [
    'both to one place',
    line(['http', 'pg'], endpoint('http://c:4318/v1/logs'), endpoint('http://c:4318/v1/traces')),
    '[clew] shop: joins http, pg; sends to http://c:4318 (http/protobuf)\n',
  ],
  [
    'each to its own',
    line(['http'], endpoint('http://c:4318/v1/logs'), endpoint('https://d:4317', 'grpc')),
    '[clew] shop: joins http; sends logs to http://c:4318 (http/protobuf), spans to https://d:4317 (grpc)\n',
  ],
  [
    'metrics to their own',
    formatStartupLine('shop', ['http'], {
      logs: { endpoint: endpoint('http://c:4318/v1/logs'), console: false },
      traces: { endpoint: undefined, console: false },
      metrics: { endpoint: endpoint('http://m:4318/v1/metrics') },
    }),
    '[clew] shop: joins http; sends logs to http://c:4318 (http/protobuf); metrics to http://m:4318 (http/protobuf)\n',
  ],
  [
    'without user and password',
    line(['http'], endpoint('http://me:secret@c:4318/v1/logs?token=x'), undefined),
    '[clew] shop: joins http; sends logs to http://c:4318 (http/protobuf)\n',
  ],
  [
    'other destinations, what is written ahead, rules, and the file that says so',
    formatStartupLine('shop', ['http'], {
      logs: { endpoint: endpoint('http://c:4318/v1/logs'), console: false },
      traces: { endpoint: endpoint('http://c:4318/v1/traces'), console: false },
      ...{ others: ['Kafka k:9092 (log_raw)'], alerts: 'alerts.yaml', otelFile: 'otel.yaml' },
      pipeline: { writeAhead: true },
    }),
    '[clew] shop: joins http; sends to http://c:4318 (http/protobuf); logs to Kafka k:9092 (log_raw); writes records ahead to disk; alerts by alerts.yaml; set up by otel.yaml\n',
  ],
  [
    'what is in the bundle and was not handed over',
    formatStartupLine('shop', ['http'], {
      logs: { endpoint: undefined, console: false },
      traces: { endpoint: endpoint('http://c:4318/v1/traces'), console: false },
      waiting: ['pg', 'pino'],
    }),
    '[clew] shop: joins http; cannot reach pg, pino: what is in the bundle is not heard of; hand it over by joinBundled() of @clew/core, or leave it out of the bundle (external); sends spans to http://c:4318 (http/protobuf)\n',
  ],
  [
    'spans alone',
    line(['http'], undefined, endpoint('http://c:4318/v1/traces')),
    '[clew] shop: joins http; sends spans to http://c:4318 (http/protobuf)\n',
  ],
  [
    'nothing',
    line([], undefined, undefined),
    '[clew] shop: joins nothing (no @clew package among the dependencies); sends nothing\n',
  ],
])('%s', (_, actual, expected) => {
  expect(actual).toBe(expected)
})

test('a line is said once in a tree of processes, another one is said too', () => {
  const parent: NodeJS.ProcessEnv = {}
  const first = isNews('api', parent)
  const child = { ...parent }
  const news = [isNews('api', child), isNews('worker', child)]
  const grandchild = { ...child }
  expect({ first, news, below: [isNews('api', grandchild), isNews('worker', grandchild)] }).toEqual({
    first: true,
    news: [false, true],
    below: [false, false],
  })
})

test.each([
  ['jest itself', {}, '/shop/node_modules/jest/bin/jest.js', true],
  ['jest by its link', {}, '/shop/node_modules/.bin/jest', true],
  ['a worker of jest', { JEST_WORKER_ID: '1' }, '/shop/node_modules/jest-worker/build/processChild.js', true],
  ['vitest', { VITEST: 'true' }, '/shop/node_modules/vitest/vitest.mjs', false],
  ['an application', {}, '/shop/jest.js', false],
])('%s: whether nothing is joined', (_, env, script, expected) => {
  expect(isRunByJest(env, ['/node', script])).toBe(expected)
})

test('inside of jest the line says what is so', () => {
  const sends = {
    logs: { endpoint: undefined, console: false },
    traces: { endpoint: undefined, console: false },
  }
  expect(formatStartupLine('shop', ['http'], sends, true)).toBe(
    '[clew] shop: joins nothing of what jest loads; to test what is joined, start the application as a process of its own, or use vitest\n',
  )
})
