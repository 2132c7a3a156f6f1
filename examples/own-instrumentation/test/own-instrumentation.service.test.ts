import { createRequire } from 'node:module'
import { join } from 'node:path'
import { type Instrumentation, runAsRoot, SpanKind, startInstrumentation } from '@clew/core'
import { type OtlpReceiver, recordSpans, startOtlpReceiver } from '@clew/testing'
import { trace } from '@opentelemetry/api'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { killApps, preload, startApp } from '../../../packages/node/test/app-process.ts'

const cwd = join(import.meta.dirname, '..')

describe('in a process that is preloaded', () => {
  let receiver: OtlpReceiver
  beforeEach(async () => {
    receiver = await startOtlpReceiver()
  })
  afterEach(async () => {
    killApps()
    await receiver.close()
  })

  /** Sends these requests to the application, and ends it when its last line is said. */
  async function send(script: string, paths: readonly string[]): Promise<string> {
    const env = { OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url, PORT: '0' }
    const app = await startApp({ cwd, args: [...preload, script], env })
    const up = await app.waitForLine((line) => line.includes('stock is up'))
    const { port } = JSON.parse(up) as { port: number }
    for (const path of paths) await fetch(`http://127.0.0.1:${port}${path}`, { method: 'POST' })
    app.kill('SIGTERM')
    return (await app.ended).stderr
  }

  /** Each span of the instrumentation, with the span above it and the lines inside of it. */
  const shown = () =>
    receiver.spans
      .filter(({ scope }) => scope === '@clew/stock-client')
      .map(({ name, kind, attributes, status, events, spanId, traceId, parentSpanId }) => ({
        ...{
          name,
          kind,
          attributes,
          status: status?.code ?? 0,
          events: events?.map((one) => one.name) ?? [],
        },
        below: receiver.spans.find((span) => span.spanId === parentSpanId && span.traceId === traceId)?.name,
        lines: receiver.logs
          .filter((log) => log.spanId === spanId && log.traceId === traceId)
          .map(({ body, attributes: { item, count } }) => ({ body, item, count })),
      }))

  test.each(['src/app.cjs', 'src/app.mjs'])(
    '%s has a span for each call of its own client, and the lines inside of it',
    async (script) => {
      const stderr = await send(script, ['/reserve/lantern', '/reserve/lantern', '/release/lantern'])
      const span = (method: string, count: number) => ({
        ...{
          name: `stock ${method}`,
          kind: SpanKind.CLIENT + 1,
          status: 0,
          events: [] as string[],
          below: 'POST',
        },
        attributes: { 'server.address': 'stock.internal', 'stock.item': 'lantern', 'stock.count': 2 },
        lines: [{ body: 'asking the warehouse', item: 'lantern', count }],
      })
      const reserve = span('reserve', 2)
      const failed = {
        ...{ ...reserve, status: 2, events: ['exception'] },
        attributes: { ...reserve.attributes, 'error.type': 'OutOfStock' },
      }
      expect(shown()).toEqual([reserve, failed, span('release', -2)])
      expect(stderr).toContain('own-instrumentation: joins http, winston, stock-client; sends to')
    },
  )
})

describe('in the process of the test', () => {
  const require = createRequire(import.meta.url)
  const { stockClientInstrumentation } = require('clew-stock-client') as {
    stockClientInstrumentation: Instrumentation
  }
  type StockClient = { reserve(item: string, count: number): Promise<unknown> }
  const { StockClient } = require('stock-client') as {
    StockClient: new (options: { host: string; send: () => unknown }) => StockClient
  }

  test('what the application gets is as without the instrumentation', async () => {
    const { spans, stop: stopRecording } = recordSpans()
    const stop = startInstrumentation(stockClientInstrumentation)
    const failure = new Error('the warehouse is closed')
    const open = new StockClient({ host: 'a', send: async () => 5 })
    const closed = new StockClient({ host: 'b', send: () => Promise.reject(failure) })
    const root = { name: 'order', kind: SpanKind.INTERNAL, attributes: {} }
    await runAsRoot(trace.getTracer('test'), root, async () => {
      expect(await open.reserve('lantern', 1)).toEqual({ item: 'lantern', left: 5 })
      expect(await closed.reserve('lantern', 1).catch((error: unknown) => error)).toBe(failure)
    })
    expect(spans.map(({ name, status, statusMessage }) => ({ name, status, statusMessage }))).toEqual([
      { name: 'stock reserve', status: 'unset', statusMessage: undefined },
      { name: 'stock reserve', status: 'error', statusMessage: 'the warehouse is closed' },
      { name: 'order', status: 'unset', statusMessage: undefined },
    ])
    stop()
    stopRecording()
  })
})
