import { randomBytes } from 'node:crypto'
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type OtlpReceiver, startOtlpReceiver } from '@clew/testing'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { type Service, startRedis } from '../../../scripts/services.ts'
import { killApps, preload, startApp } from './app-process.ts'

const parent = { traceId: '4bf92f3577b34da6a3ce929d0e0e4736', spanId: '00f067aa0ba902b7' }

let redis: Service
let receiver: OtlpReceiver
let echo: Echo
beforeAll(async () => {
  redis = await startRedis()
})
afterAll(async () => {
  killApps()
  await redis.stop()
})
beforeEach(async () => {
  receiver = await startOtlpReceiver()
  echo = await startEcho()
})
afterEach(async () => {
  echo.server.close()
  await receiver.close()
})

type Heard = { path: string; headers: IncomingHttpHeaders }
type Echo = { server: Server; url: string; heard: Heard[] }

/** A server that keeps the headers that it gets. */
async function startEcho(): Promise<Echo> {
  const heard: Heard[] = []
  const server = createServer(({ url = '', headers }, response) => {
    heard.push({ path: url, headers })
    response.end()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return { server, heard, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` }
}

/** Sends requests to an API, each of which makes a job for a worker in another process, until all jobs have run. */
async function run(
  env: { api?: NodeJS.ProcessEnv; worker?: NodeJS.ProcessEnv },
  requests: Record<string, string>[],
) {
  const shared = {
    QUEUE: randomBytes(4).toString('hex'),
    REDIS_URL: redis.url,
    ECHO_URL: echo.url,
    OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
  }
  const start = async (role: 'api' | 'worker') => {
    const app = await startApp({
      args: [...preload, 'sampling/app.cjs', role],
      env: { ...shared, OTEL_SERVICE_NAME: role, ...env[role] },
    })
    return { app, ready: JSON.parse(await app.waitForLine((line) => line.includes('"ready"'))).ready }
  }
  const [api, worker] = await Promise.all([start('api'), start('worker')])
  for (const headers of requests) await fetch(`http://127.0.0.1:${api.ready}/`, { headers })
  await receiver.waitForLogs(2 * requests.length, 20_000)
  const endings = await Promise.all(
    [api.app, worker.app].map((app) => {
      app.kill('SIGTERM')
      return app.ended
    }),
  )
  const lines = endings.flatMap(({ stdout }) => stdout.trim().split('\n').slice(1))
  return {
    lines: lines.map((line) => JSON.parse(line)),
    spans: receiver.spans.map(({ name, traceId, resource }) => ({
      name: name.replace(shared.QUEUE, '<queue>'),
      traceId,
      service: resource['service.name'],
    })),
    sent: echo.heard.map(
      ({ path, headers }) => `${path} ${String(headers.traceparent).replace(/-[0-9a-f]{16}-/, '-*-')}`,
    ),
  }
}

const namesOf = (spans: readonly { name: string; service: unknown }[]): string[] =>
  spans.map(({ name, service }) => `${service}: ${name}`).toSorted()

test('an unsampled trace stamps its ids, sends its logs but no spans, and goes on unsampled', async () => {
  const { lines, spans, sent } = await run({}, [{ traceparent: `00-${parent.traceId}-${parent.spanId}-00` }])
  const spanId = expect.stringMatching(/^[0-9a-f]{16}$/)
  const ids = { level: 'info', trace_id: parent.traceId, span_id: spanId, trace_flags: '00' }
  expect({ lines, spans, sent }).toEqual({
    lines: [
      { message: 'request', ...ids },
      { message: 'job', ...ids },
    ],
    spans: [],
    sent: [`/from-request 00-${parent.traceId}-*-00`, `/from-job 00-${parent.traceId}-*-00`],
  })
  expect(receiver.logs.map(({ body, traceId, flags }) => ({ body, traceId, flags }))).toEqual([
    { body: 'request', traceId: parent.traceId, flags: 0 },
    { body: 'job', traceId: parent.traceId, flags: 0 },
  ])
})

test('always_off: new traces have ids and no spans, in the worker too', async () => {
  const { lines, spans, sent } = await run({ api: { OTEL_TRACES_SAMPLER: 'always_off' } }, [{}])
  const [{ trace_id: traceId }] = lines
  expect({ ids: lines.map((line) => [line.message, line.trace_id, line.trace_flags]), spans, sent }).toEqual({
    ids: [
      ['request', traceId, '02'],
      ['job', traceId, '02'],
    ],
    spans: [],
    // Not sampled, but made of random digits.
    sent: [`/from-request 00-${traceId}-*-02`, `/from-job 00-${traceId}-*-02`],
  })
  expect(traceId).toMatch(/^[0-9a-f]{32}$/)
})

test("a consumer's own sampler decides on its spans", async () => {
  const off = await run({ worker: { OTEL_TRACES_SAMPLER: 'always_off' } }, [{}])
  expect({ spans: namesOf(off.spans), sent: off.sent.map((line) => line.slice(-2)) }).toEqual({
    spans: ['api: GET', 'api: GET /'],
    sent: ['03', '02'],
  })
})

test("a consumer's always_on keeps its part of a trace that was not sampled", async () => {
  const samplers = {
    api: { OTEL_TRACES_SAMPLER: 'always_off' },
    worker: { OTEL_TRACES_SAMPLER: 'always_on' },
  }
  const { spans, sent } = await run(samplers, [{}])
  expect({ spans: namesOf(spans), sent: sent.map((line) => line.slice(-2)) }).toEqual({
    spans: ['worker: GET', 'worker: process <queue>'],
    sent: ['02', '03'],
  })
})

const keptRatio = 0.3
test.each(['parentbased_traceidratio', 'traceidratio'])(
  'the worker keeps the same traces as the API with %s',
  async (sampler) => {
    const ratio = { OTEL_TRACES_SAMPLER: sampler, OTEL_TRACES_SAMPLER_ARG: String(keptRatio) }
    const { lines, spans } = await run({ api: ratio, worker: ratio }, Array(60).fill({}))
    const tracesOf = (service: string) =>
      [...new Set(spans.flatMap((span) => (span.service === service ? span.traceId : [])))].toSorted()
    // The last 56 bits of the trace id are its randomness; https://opentelemetry.io/docs/specs/otel/trace/tracestate-probability-sampling/
    const threshold = (1 - keptRatio) * 2 ** 56
    const chosen = lines.flatMap(({ message, trace_id: id }) =>
      message === 'request' && Number.parseInt(id.slice(-14), 16) >= threshold ? [String(id)] : [],
    )
    expect({ api: tracesOf('api'), worker: tracesOf('worker') }).toEqual({
      api: chosen.toSorted(),
      worker: chosen.toSorted(),
    })
    expect([chosen.length > 0, chosen.length < 60]).toEqual([true, true])
  },
)

test('tracestate and baggage go in and out unchanged, over HTTP and the queue', async () => {
  const headers = {
    traceparent: `00-${parent.traceId}-${parent.spanId}-01`,
    tracestate: 'congo=t61rcWkgMzE,rojo=00f067aa0ba902b7',
    baggage: 'userId=alice,serverNode=DF%2028,isProduction=false;internal',
  }
  await run({}, [headers])
  expect(
    echo.heard.map(({ path, headers: { tracestate, baggage } }) => ({ path, tracestate, baggage })),
  ).toEqual(
    ['/from-request', '/from-job'].map((path) => ({
      path,
      tracestate: headers.tracestate,
      baggage: headers.baggage,
    })),
  )
})
