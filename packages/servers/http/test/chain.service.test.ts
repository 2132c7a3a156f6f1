import { createServer, type IncomingMessage, request as sendRequest } from 'node:http'
import {
  activeContext,
  getFields,
  type Reporter,
  type Stop,
  setFields,
  setReporter,
  spanOf,
  startInstrumentation,
  stopAll,
} from '@clew/core'
import { recordSpans, type SpanRecorder } from '@clew/testing'
import { propagation, trace } from '@opentelemetry/api'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { httpInstrumentation } from '../src/index.ts'
import { type LocalServers, localServers } from './local-servers.ts'

let spans: SpanRecorder
let servers: LocalServers
let stops: Stop[]
let reports: Parameters<Reporter>[]

beforeEach(() => {
  servers = localServers()
  reports = []
  stops = [setReporter((...report) => reports.push(report))]
})

afterEach(() => {
  servers.close()
  stopAll(stops)
  spans.stop()
})

function start(options: { propagateFields?: string[] } = {}): void {
  stops.push(startInstrumentation(httpInstrumentation, options))
}

type Seen = {
  traceId: string
  flags: number
  headers: IncomingMessage['headers']
  baggage: unknown
  fields: unknown
}

/** A service that tells what it sees. */
function mirror(): Promise<number> {
  return servers.listen(
    createServer(({ headers }, res) => {
      const ids = spanOf(activeContext())?.spanContext()
      const seen: Seen = {
        traceId: ids?.traceId ?? '',
        flags: ids?.traceFlags ?? -1,
        headers,
        baggage: propagation.getBaggage(activeContext())?.getAllEntries() ?? [],
        fields: getFields(),
      }
      res.end(JSON.stringify(seen))
    }),
  )
}

/** A service that asks another one. */
function relay(to: number, ask: (url: string) => Promise<string>): Promise<number> {
  return servers.listen(
    createServer(async (req, res) => {
      setFields({ tenant: 'acme', user_id: 7 })
      res.end(await ask(`http://127.0.0.1:${to}${req.url}`))
    }),
  )
}

const byFetch = async (url: string): Promise<string> => (await fetch(url)).text()
const byHttp = (url: string): Promise<string> =>
  new Promise((resolve, reject) => {
    sendRequest(url, (response) => {
      let text = ''
      response.on('data', (chunk) => {
        text += chunk
      })
      response.on('end', () => resolve(text))
    })
      .on('error', reject)
      .end()
  })

const traceIdPattern = '0af7651916cd43dd8448eb211c80319c'
const caller = 'b7ad6b7169203331'

test.each([
  ['fetch', byFetch],
  ['http.request', byHttp],
])('two services joined by %s are one chain of server, client and server span', async (_, ask) => {
  spans = recordSpans()
  start()
  const port = await relay(await mirror(), ask)
  const response = await fetch(`http://127.0.0.1:${port}/orders`, {
    headers: {
      traceparent: `00-${traceIdPattern}-${caller}-01`,
      tracestate: 'vendor=1',
      baggage: 'plan=gold',
    },
  })
  const seen = (await response.json()) as Seen
  const ended = await spans.waitFor((all) => all.length === 3)
  const [outer, client, inner] = ['outer', 'client', 'inner'].map((place) =>
    ended.find(({ kind, parentSpanId }) =>
      place === 'client'
        ? kind === 'client'
        : kind === 'server' && (parentSpanId === caller) === (place === 'outer'),
    ),
  )
  expect(ended.map(({ traceId }) => traceId)).toEqual([traceIdPattern, traceIdPattern, traceIdPattern])
  expect([outer!.parentSpanId, client!.parentSpanId, inner!.parentSpanId]).toEqual([
    caller,
    outer!.spanId,
    client!.spanId,
  ])
  expect(seen).toMatchObject({
    traceId: traceIdPattern,
    flags: 1,
    headers: {
      traceparent: `00-${traceIdPattern}-${client!.spanId}-01`,
      tracestate: 'vendor=1',
      baggage: 'plan=gold',
    },
    baggage: [['plan', { value: 'gold' }]],
    fields: { request_id: expect.not.stringMatching(/acme/) },
  })
  expect(reports).toEqual([])
})

test.each([
  ['too short', '00-abc-def-01'],
  ['all zero', `00-${'0'.repeat(32)}-${'0'.repeat(16)}-01`],
  ['sent twice', `00-${traceIdPattern}-${caller}-01, 00-${traceIdPattern}-${caller}-01`],
  ['of 8 kB', `00-${traceIdPattern}-${caller}-01-${'x'.repeat(8000)}`],
  ['empty', ''],
  ['with the forbidden version', `ff-${traceIdPattern}-${caller}-01`],
])('a traceparent that is %s begins a new trace and says nothing', async (_, traceparent) => {
  spans = recordSpans()
  start()
  await fetch(`http://127.0.0.1:${await mirror()}`, { headers: { traceparent, baggage: '=;,%%' } })
  const [span] = await spans.waitFor((all) => all.length === 1)
  expect([span!.parentSpanId, span!.traceId === traceIdPattern, reports]).toEqual([undefined, false, []])
})

test('an unsampled trace keeps its id in every service and its flag on the wire', async () => {
  spans = recordSpans({
    sampler: {
      shouldSample: (context) => {
        const parent = trace.getSpanContext(context)
        return { decision: parent && !(parent.traceFlags & 1) ? 0 : 2 }
      },
      toString: () => 'parent',
    },
  })
  start()
  const port = await relay(await mirror(), byHttp)
  const response = await fetch(`http://127.0.0.1:${port}`, {
    headers: { traceparent: `00-${traceIdPattern}-${caller}-00` },
  })
  const { traceId, flags, headers } = (await response.json()) as Seen
  expect([traceId, flags, headers.traceparent]).toEqual([
    traceIdPattern,
    0,
    expect.stringMatching(new RegExp(`^00-${traceIdPattern}-[0-9a-f]{16}-00$`)),
  ])
  expect(spans.spans).toEqual([])
})

test.each([
  ['fetch', byFetch],
  ['http.request', byHttp],
])('by %s only allow-listed fields leave, as baggage, and are fields again on arrival', async (_, ask) => {
  spans = recordSpans()
  start({ propagateFields: ['tenant', 'region'] })
  const port = await relay(await mirror(), ask)
  const response = await fetch(`http://127.0.0.1:${port}`, {
    headers: { baggage: 'region=eu,other=1', 'x-request-id': 'outer' },
  })
  const { headers, fields } = (await response.json()) as Seen
  expect(String(headers.baggage).split(',').sort()).toEqual(['other=1', 'region=eu', 'tenant=acme'])
  expect(fields).toEqual({ request_id: expect.any(String), tenant: 'acme', region: 'eu' })
  expect(JSON.stringify(headers)).not.toMatch(/user_id|outer/)
})

test('by default no field leaves and none is taken in', async () => {
  spans = recordSpans()
  start()
  const port = await relay(await mirror(), byHttp)
  const response = await fetch(`http://127.0.0.1:${port}`, {
    headers: { traceparent: `00-${traceIdPattern}-${caller}-01` },
  })
  const { headers, fields } = (await response.json()) as Seen
  expect([headers.baggage, Object.keys(fields as object)]).toEqual([undefined, ['request_id']])
})
