import { randomBytes } from 'node:crypto'

/** A span or line of a sample, times in milliseconds after the sample's start. */
type SampleSpan = {
  id: string
  parent?: string
  trace?: string
  name: string
  service: string
  kind?: number
  at: number
  ms: number
  error?: string
  attributes?: Record<string, string | number | boolean>
  links?: { trace: string; span: string }[]
}
type SampleLog = {
  span?: string
  trace?: string
  service: string
  at: number
  text: string
  severity?: number
  attributes?: Record<string, string | number | boolean>
}
export type Sample = { spans: SampleSpan[]; logs: SampleLog[] }

const server = 2
const client = 3
const producer = 4
const consumer = 5

/** A request that asks the database once for each of its items. */
export function repeatedQueries(count = 23): Sample {
  const query = { kind: client, service: 'shop-api', parent: 'req', name: 'SELECT items' }
  const attributes = {
    'db.system.name': 'postgresql',
    'db.query.summary': 'SELECT items',
    'db.namespace': 'shop',
  }
  const spans = Array.from({ length: count }, (_, i) => ({
    ...query,
    id: `q${i}`,
    at: 4 + i * 3,
    ms: 1 + (i % 4) * 0.4,
    attributes,
  }))
  return {
    spans: [
      {
        id: 'req',
        name: 'GET /basket',
        service: 'shop-api',
        kind: server,
        at: 0,
        ms: 8 + count * 3,
        attributes: { 'http.response.status_code': 200 },
      },
      ...spans,
    ],
    logs: [
      {
        span: 'req',
        service: 'shop-api',
        at: 1,
        text: 'basket asked for',
        attributes: { 'user.id': 'u-17' },
      },
      {
        span: 'q7',
        service: 'shop-api',
        at: 26,
        text: 'item without a price',
        severity: 13,
        attributes: { itemId: 7 },
      },
    ],
  }
}

/** A publisher's trace and the trace of the job that it made, joined by a link alone. */
export function linkedTraces(): Sample {
  return {
    spans: [
      { id: 'req', name: 'POST /signup', service: 'accounts', kind: server, at: 0, ms: 30 },
      {
        id: 'pub',
        parent: 'req',
        name: 'send mails',
        service: 'accounts',
        kind: producer,
        at: 20,
        ms: 4,
        attributes: { 'messaging.destination.name': 'mails' },
      },
      {
        id: 'job',
        trace: 'mail',
        name: 'process mails',
        service: 'mailer',
        kind: consumer,
        at: 1224,
        ms: 40,
        attributes: { 'messaging.destination.name': 'mails', 'messaging.message.id': 'm-1' },
        links: [{ trace: '', span: 'pub' }],
      },
    ],
    logs: [
      { span: 'req', service: 'accounts', at: 5, text: '新用户注册成功', attributes: { user: '王小明' } },
      { span: 'job', trace: 'mail', service: 'mailer', at: 1230, text: 'welcome mail sent' },
    ],
  }
}

/** A chain of which the request's own span and one more never came. */
export function lostSpans(): Sample {
  return {
    spans: [
      {
        id: 'child',
        parent: 'gone',
        name: 'GET /stock',
        service: 'stock',
        kind: server,
        at: 10,
        ms: 12,
        error: 'connection reset',
      },
    ],
    logs: [
      { span: 'gone', service: 'shop-api', at: 2, text: 'asking the stock service' },
      { span: 'unseen', service: 'pricing', at: 14, text: 'price cache is cold', severity: 13 },
      {
        span: 'child',
        service: 'stock',
        at: 20,
        text: 'stock cannot be read\nat readStock (stock.js:12:5)',
        severity: 17,
        attributes: { 'exception.type': 'Error', 'exception.message': 'connection reset' },
      },
    ],
  }
}

/** A callee whose clock is behind. */
export function skewedClock(): Sample {
  return {
    spans: [
      { id: 'a', name: 'GET /quote', service: 'shop-api', kind: server, at: 500, ms: 60 },
      { id: 'b', parent: 'a', name: 'GET', service: 'shop-api', kind: client, at: 510, ms: 40 },
      { id: 'c', parent: 'b', name: 'GET /rates', service: 'rates', kind: server, at: 395, ms: 30 },
    ],
    logs: [{ span: 'c', service: 'rates', at: 400, text: 'rates computed <script>alert(1)</script>' }],
  }
}

/** A trace of many spans and lines below one request. */
export function hugeTrace(spans: number, logs: number): Sample {
  const calls = Array.from({ length: spans - 1 }, (_, i) => ({
    id: `s${i}`,
    parent: i % 10 === 0 ? 'root' : `s${i - (i % 10)}`,
    name: `step ${i % 40}`,
    service: `service-${i % 6}`,
    kind: 1,
    at: 1 + i * 0.5,
    ms: i % 10 === 0 ? 4.9 : 0.4,
  }))
  return {
    spans: [
      { id: 'root', name: 'GET /report', service: 'service-0', kind: server, at: 0, ms: 2 + spans * 0.5 },
      ...calls,
    ],
    logs: Array.from({ length: logs }, (_, i) => ({
      span: `s${i % (spans - 1)}`,
      service: `service-${i % 6}`,
      at: 1 + (i % (spans - 1)) * 0.5 + 0.1,
      text: `row ${i} written to the report`,
    })),
  }
}

export type SampleRequests = { traceId: string; traces: object; logs: object }

/** Ids of traces and spans by their names in samples. */
export type SampleIds = { traces: Map<string, string>; spans: Map<string, string> }
export const newIds = (): SampleIds => ({ traces: new Map(), spans: new Map() })

/** The OTLP JSON requests of a sample that begins at `startMs`, with ids of its own unless it shares them with another. */
export function sampleRequests({ spans, logs }: Sample, startMs: number, ids = newIds()): SampleRequests {
  const { traces: traceIds, spans: spanIds } = ids
  const idOf = (ids: Map<string, string>, name: string, bytes: number): string => {
    const known = ids.get(name) ?? randomBytes(bytes).toString('hex')
    ids.set(name, known)
    return known
  }
  const trace = (name = ''): string => idOf(traceIds, name, 16)
  const span = (name: string): string => idOf(spanIds, name, 8)
  const nanos = (ms: number): string => String(BigInt(Math.round(((startMs + ms) * 1e6) / 1000)) * 1000n)
  const resourceSpans = groupBy(spans).map(([service, own]) => ({
    resource: resourceOf(service),
    scopeSpans: [
      {
        scope: { name: 'sample' },
        spans: own.map((one) => ({
          traceId: trace(one.trace),
          spanId: span(one.id),
          ...(one.parent !== undefined && { parentSpanId: span(one.parent) }),
          name: one.name,
          kind: one.kind ?? 1,
          startTimeUnixNano: nanos(one.at),
          endTimeUnixNano: nanos(one.at + one.ms),
          attributes: attributesOf(one.attributes),
          links: (one.links ?? []).map((link) => ({ traceId: trace(link.trace), spanId: span(link.span) })),
          ...(one.error !== undefined && { status: { code: 2, message: one.error } }),
        })),
      },
    ],
  }))
  const resourceLogs = groupBy(logs).map(([service, own]) => ({
    resource: resourceOf(service),
    scopeLogs: [
      {
        scope: { name: 'sample' },
        logRecords: own.map((one) => ({
          timeUnixNano: nanos(one.at),
          severityNumber: one.severity ?? 9,
          severityText: { 9: 'info', 13: 'warn', 17: 'error' }[one.severity ?? 9] ?? '',
          body: { stringValue: one.text },
          attributes: attributesOf(one.attributes),
          traceId: trace(one.trace),
          ...(one.span !== undefined && { spanId: span(one.span) }),
        })),
      },
    ],
  }))
  return { traceId: trace(), traces: { resourceSpans }, logs: { resourceLogs } }
}

/** Sends a sample to a desk; resolves with the trace's id. */
export async function sendSample(url: string, sample: Sample, startMs: number): Promise<string> {
  const { traceId, traces, logs } = sampleRequests(sample, startMs)
  for (const [path, body] of [
    ['/v1/traces', traces],
    ['/v1/logs', logs],
  ] as const) {
    const response = await fetch(url + path, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    })
    if (response.status !== 200)
      throw new Error(`${path} answered ${response.status}: ${await response.text()}`)
  }
  return traceId
}

function groupBy<T extends { service: string }>(items: readonly T[]): [string, T[]][] {
  const groups = new Map<string, T[]>()
  for (const item of items) {
    const group = groups.get(item.service)
    if (group === undefined) groups.set(item.service, [item])
    else group.push(item)
  }
  return [...groups]
}

function resourceOf(service: string): object {
  return {
    attributes: attributesOf({
      'service.name': service,
      'service.instance.id': `${service}-1`,
      'host.name': `host-of-${service}`,
    }),
  }
}

function attributesOf(attributes: Record<string, string | number | boolean> = {}): object[] {
  return Object.entries(attributes).map(([key, value]) => ({
    key,
    value:
      typeof value === 'string'
        ? { stringValue: value }
        : typeof value === 'boolean'
          ? { boolValue: value }
          : Number.isInteger(value)
            ? { intValue: value }
            : { doubleValue: value },
  }))
}
