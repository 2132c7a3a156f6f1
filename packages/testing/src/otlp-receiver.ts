import { setTimeout as delay } from 'node:timers/promises'
import { inspect } from 'node:util'
import {
  type Answer,
  type Attributes,
  type LogRecord,
  type OtlpCall,
  type ReceiverTls,
  type ResourceLogs,
  type ResourceSpans,
  type Span,
  startOtlpGrpcReceiver,
  startOtlpHttpReceiver,
  type Value,
} from '@clew/otlp'
import { type Arrivals, createArrivals, type Expected } from './arrivals.ts'

/** A log record with the attributes of its resource and the name of its scope. */
export type ReceivedLog = LogRecord & { resource: Attributes; scope: string }

/** A span with the attributes of its resource and the name of its scope. */
export type ReceivedSpan = Span & { resource: Attributes; scope: string }

/** A request that arrived, whether or not it was accepted. */
export type ReceivedRequest = {
  path: string
  headers: OtlpCall['headers']
  /** Size of the body as it came, still compressed. */
  bytes: number
  records: number
}

/**
 * What a receiver does with requests from now on; only what it accepts is in `logs` and `spans`.
 * - `'accept'`
 * - `delayMs`: accepts, and answers later
 * - `status`: refuses with this HTTP status, or the gRPC status that matches it
 * - `'hang'`: reads the request and never answers
 * - `'reset'`: reads the request and ends the connection
 * - `maxBytes`: refuses with 413 or RESOURCE_EXHAUSTED what is larger, after decompression
 * - `rejected`: a partial success; the last so many records of each request are not kept
 */
export type ReceiverMode =
  | 'accept'
  | 'hang'
  | 'reset'
  | { delayMs: number }
  | { status: number; retryAfterSeconds?: number }
  | { maxBytes: number }
  | { rejected: number; message: string }

/** By which protocol and where it listens. */
export type OtlpReceiverOptions = {
  /** Default `'http'`, which takes protobuf and JSON. */
  protocol?: 'http' | 'grpc'
  tls?: ReceiverTls
  /** Default: a free one. */
  port?: number
}

/** A receiver that listens, what has arrived there so far, and how it behaves from now on. */
export type OtlpReceiver = {
  url: string
  port: number
  logs: readonly ReceivedLog[]
  spans: readonly ReceivedSpan[]
  requests: readonly ReceivedRequest[]
  /**
   * Resolves with all logs once there are so many, or once the function is true for them. Rejects after
   * `timeoutMs` (default 5000) with a list of what did arrive.
   */
  waitForLogs(expected: Expected<ReceivedLog>, timeoutMs?: number): Promise<ReceivedLog[]>
  waitForSpans(expected: Expected<ReceivedSpan>, timeoutMs?: number): Promise<ReceivedSpan[]>
  behave(mode: ReceiverMode): void
  /** Forgets what arrived. */
  clear(): void
  /** Stops listening and ends all connections at once. */
  close(): Promise<void>
}

const defaultTimeoutMs = 5000

/**
 * Starts a real OTLP receiver on 127.0.0.1 that keeps what it gets, for tests. It can be told to be slow, to
 * refuse and to hang. Rejects when it cannot listen.
 */
export async function startOtlpReceiver(options: OtlpReceiverOptions = {}): Promise<OtlpReceiver> {
  const logs = createArrivals('logs', describeLog)
  const spans = createArrivals('spans', describeSpan)
  const requests: ReceivedRequest[] = []
  let mode: ReceiverMode = 'accept'

  const receive = <T>(records: T[], raw: Buffer, call: OtlpCall, keep: Arrivals<T>): Reaction['answer'] => {
    requests.push({ path: call.path, headers: call.headers, bytes: call.wireBytes, records: records.length })
    const { kept, answer } = reactTo(mode, records.length, raw, call)
    if (kept > 0) keep.add(records.slice(0, kept))
    return answer
  }
  const start = options.protocol === 'grpc' ? startOtlpGrpcReceiver : startOtlpHttpReceiver
  const server = await start({
    ...(options.tls === undefined ? {} : { tls: options.tls }),
    port: options.port ?? 0,
    handlers: {
      logs: (request, raw, call) => receive(flattenLogs(request), raw, call, logs),
      traces: (request, raw, call) => receive(flattenSpans(request), raw, call, spans),
    },
  })
  return {
    url: server.url,
    port: server.port,
    logs: logs.items,
    spans: spans.items,
    requests,
    waitForLogs: (expected, timeoutMs = defaultTimeoutMs) => logs.waitFor(expected, timeoutMs),
    waitForSpans: (expected, timeoutMs = defaultTimeoutMs) => spans.waitFor(expected, timeoutMs),
    behave: (next) => {
      mode = next
    },
    clear: () => {
      for (const list of [logs.items, spans.items, requests]) list.length = 0
    },
    close: () => {
      for (const arrivals of [logs, spans]) arrivals.end('the receiver was closed')
      return server.close()
    },
  }
}

type Reaction = { kept: number; answer: Answer | Promise<Answer> }

function reactTo(mode: ReceiverMode, records: number, raw: Buffer, call: OtlpCall): Reaction {
  if (mode === 'accept') return { kept: records, answer: 'ok' }
  if (mode === 'hang') return { kept: 0, answer: new Promise(() => {}) }
  if (mode === 'reset') {
    call.destroy()
    return { kept: 0, answer: 'ok' }
  }
  if ('delayMs' in mode) return { kept: records, answer: delay(mode.delayMs, 'ok' as const, { ref: false }) }
  if ('rejected' in mode) return { kept: Math.max(0, records - mode.rejected), answer: mode }
  if ('status' in mode) return { kept: 0, answer: mode }
  if (raw.length > mode.maxBytes) return { kept: 0, answer: { status: 413 } }
  return { kept: records, answer: 'ok' }
}

function flattenLogs(request: ResourceLogs[]): ReceivedLog[] {
  return request.flatMap(({ resource, scopeLogs }) =>
    scopeLogs.flatMap(({ scope, logRecords }) =>
      logRecords.map((record) => ({ ...record, resource: resource.attributes, scope: scope.name })),
    ),
  )
}

function flattenSpans(request: ResourceSpans[]): ReceivedSpan[] {
  return request.flatMap(({ resource, scopeSpans }) =>
    scopeSpans.flatMap(({ scope, spans }) =>
      spans.map((span) => ({ ...span, resource: resource.attributes, scope: scope.name })),
    ),
  )
}

function describeLog({ severityText, body, resource, traceId }: ReceivedLog): string {
  return `${severityText || 'log'} ${describeValue(body)} of ${describeValue(resource['service.name'])}, trace ${traceId || 'none'}`
}

function describeSpan({ name, resource, traceId }: ReceivedSpan): string {
  return `${name} of ${describeValue(resource['service.name'])}, trace ${traceId}`
}

function describeValue(value: Value | undefined): string {
  return typeof value === 'string' ? value : inspect(value, { breakLength: Number.POSITIVE_INFINITY })
}
