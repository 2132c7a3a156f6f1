import { spawnSync } from 'node:child_process'
import { addMeters, emitRecord, type Meter, rootContext, setRecordSink, setReporter } from '@clew/core'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { startPrometheus as startServer } from '../../../../scripts/services.ts'
import { type Prometheus, startPrometheus } from '../src/server.ts'

const traceId = 'a'.repeat(32)
const spanId = 'b'.repeat(16)
const awkward = 'pay\\ments "of\ntoday" 支付'

const dropped: Meter = {
  name: 'otel.sdk.processor.log.processed',
  kind: 'counter',
  unit: '{log_record}',
  help: 'Lost.',
  labels: ['error.type'],
  read: () => [{ labels: { 'error.type': 'queue_full' }, value: 3 }],
}
const waiting: Meter = {
  name: 'clew.queue.usage',
  kind: 'updown',
  unit: 'By',
  help: 'In memory.',
  labels: [],
  read: () => [{ labels: {}, value: 42 }],
}
const took: Meter = {
  name: 'otel.sdk.exporter.operation.duration',
  kind: 'histogram',
  unit: 's',
  help: 'How long it took.',
  labels: [],
  read: () => [{ labels: {}, value: 1.5, buckets: { bounds: [0.5], counts: [1, 1] } }],
}

const byText = (one: unknown, other: unknown): number =>
  JSON.stringify(one) < JSON.stringify(other) ? -1 : 1

let stops: (() => void)[]
let prometheus: Prometheus

beforeEach(async () => {
  prometheus = await startPrometheus({ port: 0, service: 'shop', maxModules: 2 })
  // The ids of a record are its span's; here they are given.
  stops = [setRecordSink(() => {}), addMeters([dropped, waiting, took]), prometheus.stop]
})
afterEach(() => {
  for (const stop of stops) stop()
})

function write(module: string, severityNumber: number, span?: object): void {
  const ids = span && { traceFlags: 1, ...(span as { traceId: string; spanId: string }) }
  emitRecord(
    {
      scope: { name: 'test', version: '' },
      context: rootContext,
      timeUnixMs: Date.now(),
      severityNumber,
      severityText: '',
      body: '',
      attributes: { module },
    },
    ids,
  )
}

async function scrape(accept: string): Promise<{ type: string | null; text: string }> {
  const response = await fetch(prometheus.url, { headers: { accept } })
  return { type: response.headers.get('content-type'), text: await response.text() }
}

test('a Prometheus scrapes the counters, and keeps the span of the last sampled error as exemplar', async () => {
  for (let i = 0; i < 5; i++) write(awkward, 9)
  write('orders', 17, { traceId, spanId })
  write('one too many', 9)
  const server = await startServer([new URL(prometheus.url).host])
  const ask = async (path: string): Promise<unknown[]> => {
    const { data } = (await (await fetch(`${server.url}/api/v1/${path}`)).json()) as { data: unknown }
    return Array.isArray(data) ? data : (data as { result: unknown[] }).result
  }
  try {
    const found = async (query: string): Promise<[object, string][]> => {
      const series = (await ask(`query?query=${encodeURIComponent(query)}`)) as {
        metric: object
        value: [number, string]
      }[]
      return series.map(({ metric, value }): [object, string] => [metric, value[1]]).toSorted(byText)
    }
    const scraped = { job: 'clew', instance: new URL(prometheus.url).host }
    const duration = {
      ...{ __name__: 'otel_sdk_exporter_operation_duration_seconds_bucket', ...scraped },
    }
    const events = { __name__: 'log_events_total', service: 'shop', ...scraped }
    await vi.waitFor(
      async () =>
        expect([
          await found('log_events_total > 0'),
          await found('otel_sdk_processor_log_processed_total'),
          await found('clew_queue_usage_bytes'),
          await found('otel_sdk_exporter_operation_duration_seconds_bucket'),
        ]).toEqual([
          [
            [{ ...events, module: 'orders', level: 'error' }, '1'],
            [{ ...events, module: '_other', level: 'info' }, '1'],
            [{ ...events, module: awkward, level: 'info' }, '5'],
          ],
          [
            [
              {
                ...{ __name__: 'otel_sdk_processor_log_processed_total', error_type: 'queue_full' },
                ...scraped,
              },
              '3',
            ],
          ],
          [[{ __name__: 'clew_queue_usage_bytes', ...scraped }, '42']],
          [
            [{ ...duration, le: '+Inf' }, '2'],
            [{ ...duration, le: '0.5' }, '1'],
          ],
        ]),
      { timeout: 30_000, interval: 200 },
    )
    const [end, hour] = [Date.now() / 1000 + 60, 3600]
    const exemplars = await ask(`query_exemplars?query=log_events_total&start=${end - hour}&end=${end}`)
    expect(exemplars).toMatchObject([
      {
        seriesLabels: { module: 'orders', level: 'error' },
        exemplars: [{ labels: { trace_id: traceId, span_id: spanId }, value: '1' }],
      },
    ])
  } finally {
    await server.stop()
  }
})

test('promtool has nothing to say against the metrics', async () => {
  write(awkward, 9)
  const { type, text } = await scrape('text/plain')
  const { status, stdout, stderr } = spawnSync('promtool', ['check', 'metrics'], {
    input: text,
    encoding: 'utf8',
  })
  expect({ type, status, stdout, stderr }).toEqual({
    type: 'text/plain; version=0.0.4; charset=utf-8',
    status: 0,
    stdout: '',
    stderr: '',
  })
})

test('only /metrics is there, to be read; after the end nothing is', async () => {
  const { origin } = new URL(prometheus.url)
  const status = async (path: string, method: string): Promise<number> =>
    (await fetch(`${origin}${path}`, { method })).status
  expect([
    await status('/metrics?x=1', 'GET'),
    await status('/metrics', 'HEAD'),
    await status('/metrics', 'POST'),
    await status('/', 'GET'),
  ]).toEqual([200, 200, 405, 404])
  const { type, text } = await scrape('application/openmetrics-text')
  expect([type, text.endsWith('\n# EOF\n')]).toEqual([
    'application/openmetrics-text; version=1.0.0; charset=utf-8',
    true,
  ])
  prometheus.stop()
  await expect(fetch(prometheus.url)).rejects.toThrow()
})

test('a meter that throws is reported and left out, the others are shown', async () => {
  const reports: string[] = []
  const broken = {
    ...waiting,
    read: () => {
      throw new Error('no')
    },
  }
  stops.push(
    setReporter((code, message) => reports.push(`${code} ${message.split('\n')[0]}`)),
    addMeters([{ ...broken, name: 'broken' }]),
  )
  const { text } = await scrape('text/plain')
  expect([text.includes('broken'), text.includes('clew_queue_usage_bytes 42')]).toEqual([false, true])
  expect(reports).toEqual(['CLEW_INTERNAL reading broken: Error: no'])
})

test('a port that is taken is an error, and counts nothing', async () => {
  const port = Number(new URL(prometheus.url).port)
  await expect(startPrometheus({ port })).rejects.toThrow('EADDRINUSE')
})
