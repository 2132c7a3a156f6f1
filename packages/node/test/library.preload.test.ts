import { randomBytes } from 'node:crypto'
import { type OtlpReceiver, type ReceivedSpan, startOtlpReceiver } from '@clew/testing'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { type Service, startRedis } from '../../../scripts/services.ts'
import { killApps, runApp } from './app-process.ts'

let redis: Service
let receiver: OtlpReceiver
beforeAll(async () => {
  redis = await startRedis()
})
afterAll(async () => {
  killApps()
  await redis.stop()
})
beforeEach(async () => {
  receiver = await startOtlpReceiver()
})
afterEach(() => receiver.close())

test.each([
  { sdk: 'SDK 3', app: 'library/app.cjs' },
  { sdk: 'SDK 2 and API 1.9', app: '../sdk-2/app.cjs' },
])(
  "with the application's own $sdk and its exporters, requests, jobs and logs are one chain",
  async ({ app }) => {
    const queue = randomBytes(4).toString('hex')
    const { stdout, ...ending } = await runApp({
      args: [app],
      env: { REDIS_URL: redis.url, QUEUE: queue, OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url },
    })
    expect(ending).toEqual({ code: 0, signal: null, stderr: '' })

    const [traceId] = receiver.spans.map((span) => span.traceId)
    const spanOf = (spanId: string) => receiver.spans.find((span) => span.spanId === spanId)
    const pathOf = (span: ReceivedSpan): string => {
      const parent = spanOf(span.parentSpanId)
      return `${parent ? `${pathOf(parent)} > ` : ''}${span.name.replace(queue, '<queue>')}`
    }
    const lines = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line))
    const path = (spanId: string) => pathOf(spanOf(spanId)!)
    expect({
      spans: receiver.spans.map((span) => `${span.scope}: ${pathOf(span)}`).toSorted(),
      printed: lines.map(({ message, span_id: spanId }) => `${message} in ${path(spanId)}`),
      received: receiver.logs.map(({ body, spanId }) => `${body} in ${path(spanId)}`),
      isOneTrace: [...receiver.spans, ...receiver.logs].every((one) => one.traceId === traceId),
    }).toEqual({
      spans: [
        '@clew/bullmq: GET /first > process <queue>',
        '@clew/http: GET /first',
        '@clew/http: GET /first > GET',
        '@clew/http: GET /first > GET > GET /second',
      ],
      printed: [
        'first in GET /first',
        'second out of it in GET /first > GET > GET /second',
        'job in GET /first > process <queue>',
      ],
      received: [
        'first in GET /first',
        'second out of it in GET /first > GET > GET /second',
        'job in GET /first > process <queue>',
      ],
      isOneTrace: true,
    })
    const id = expect.any(String)
    expect(
      receiver.logs.map(({ severityNumber, severityText, attributes }) => ({
        severityNumber,
        severityText,
        attributes,
      })),
    ).toEqual([
      {
        severityNumber: 9,
        severityText: 'info',
        attributes: { request_id: id, when: '1970-01-01T00:00:00.000Z', nested: { deep: [1, 'two'] } },
      },
      {
        severityNumber: 17,
        severityText: 'error',
        attributes: {
          request_id: id,
          'exception.type': 'RangeError',
          'exception.message': 'out of it',
          'exception.stacktrace': expect.stringContaining('RangeError: out of it'),
        },
      },
      {
        severityNumber: 9,
        severityText: 'info',
        attributes: {
          request_id: id,
          'messaging.destination.name': queue,
          'messaging.message.id': '1',
          'bullmq.job.name': 'work',
          'bullmq.job.attempt': 1,
          'bullmq.job.attempts_left': 0,
          'bullmq.job.wait_ms': expect.any(Number),
        },
      },
    ])
  },
)
