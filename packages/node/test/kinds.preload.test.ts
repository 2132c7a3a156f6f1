import { randomBytes } from 'node:crypto'
import { type OtlpReceiver, type ReceivedLog, type ReceivedSpan, startOtlpReceiver } from '@clew/testing'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Service, startPostgres, startRedis } from '../../../scripts/services.ts'
import { type AppProcess, type Ending, killApps, preload, startApp } from './app-process.ts'

/** What each span of one order says. Server spans by name, attempts of jobs by job name and number. */
const chainApp: readonly string[] = [
  said('GET /orders/:order', [
    'start',
    ...['child logger', 'custom format', 'default logger', 'narrow format', 'printf format'],
    ...['pg await', 'pg client callback', 'pg connect callback', 'pg end event', 'pg pool callback'],
    'pg row event',
    ...['fetch', 'http response', 'http response end'],
    ...['emitter', 'setImmediate', 'setInterval', 'setTimeout', 'sleep'],
    ...['redis await', 'redis callback', 'redis pipeline', 'redis pipeline command'],
    ...['wait for a job', 'finish'],
    // Before an attempt begins, its job is the business of the request that made it; so is what other processes tell.
    ...Array<string>(12).fill('worker active'),
    ...Array<string>(9).fill('queue events completed'),
    ...['queue events failed', 'queue events progress'],
  ]),
  said('GET by=fetch', ['second service']),
  said('GET by=http', ['second service']),
  said('GET by=job', ['second service']),
  said('plain 1', ['job', 'job pg callback', 'worker completed']),
  said('retried 1', ['attempt 1', 'worker failed']),
  said('retried 2', ['attempt 2', 'worker failed']),
  said('retried 3', ['attempt 3', 'worker completed']),
  said('failing 1', ['failing job', 'worker failed']),
  said('parent 1', ['job that adds', 'queue events completed', 'worker active', 'worker completed']),
  said('child 1', ['added job', 'worker completed']),
  said('flow parent 1', ['flow parent', 'worker completed']),
  said('flow child 1', ['flow child', 'worker completed']),
  said('bulk 1', ['bulk 0', 'worker completed']),
  said('bulk 1', ['bulk 1', 'worker completed']),
  said('delayed 1', ['delayed job', 'worker completed']),
  said('progress 1', ['job with progress', 'worker completed', 'worker progress']),
  said('sandboxed 1', ['sandboxed process']),
  said('sandboxed 1', ['sandboxed thread']),
  said('by hand 1', ['job by hand']),
].toSorted()
const recordsOfOrder = chainApp.join().split(',').length

/** The same of the job whose worker lost it. */
const chainLost: readonly string[] = [
  'GET /lost/:order: queue events completed, worker active, worker active',
  'lost 1: lost job',
  'lost 2: lost job, worker completed',
]
const recordsOfLost = chainLost.join().split(',').length

function said(span: string, kinds: readonly string[]): string {
  return `${span}: ${kinds.toSorted().join(', ')}`
}

/** One record, as it was printed or received. */
type Entry = {
  kind: string
  order: number | undefined
  traceId: string | undefined
  spanId: string | undefined
}
type Request = { order: number; port: number; path: string; traceId: string; parentId: string }

const services: Service[] = []
beforeAll(async () => {
  services.push(...(await Promise.all([startPostgres(), startRedis()])))
})
afterAll(async () => {
  killApps()
  for (const service of services) await service.stop()
})

/** Of the application. */
const isOwn = ({ scope }: ReceivedLog): boolean => scope !== '@clew/bullmq'

describe.each(['entry.cjs', 'entry.mjs', 'entry.mts'])(
  '%s, an API, a second service and a worker',
  (entry) => {
    let receiver: OtlpReceiver
    let endings: Ending[]
    let printed: Entry[]
    let received: Entry[]
    let orders: Request[]
    let failure: Request
    let schedule: Request
    let lost: Request

    beforeAll(async () => {
      receiver = await startOtlpReceiver()
      const running = await startServices(entry, receiver)
      const { express, fastify } = running.ports
      orders = [0, 1, 2, 3, 4, 5].map((order) => request(order, order % 2 ? express : fastify, 'orders'))
      failure = request(100, express, 'fail')
      schedule = request(200, express, 'schedules')
      lost = request(300, express, 'lost')
      const all = [...orders, failure, schedule, lost]
      expect(await Promise.all(all.map(send))).toEqual([200, 200, 200, 200, 200, 200, 500, 200, 200])
      const traces = new Set(orders.map(({ traceId }) => traceId))
      const count = (kind: string) => receiver.logs.filter((log) => log.attributes.kind === kind).length
      const isComplete = (logs: readonly ReceivedLog[]) =>
        logs.filter((log) => isOwn(log) && traces.has(log.traceId)).length >=
          orders.length * recordsOfOrder &&
        logs.filter((log) => isOwn(log) && log.traceId === lost.traceId).length >= recordsOfLost &&
        count('scheduled job') >= 3
      // What has not come by then, the tests tell.
      await receiver.waitForLogs(isComplete, 60_000).catch(() => {})
      endings = await running.stop()
      printed = endings.flatMap(({ stdout }) => stdout.trim().split('\n').slice(1).map(parseLine))
      received = receiver.logs.filter(isOwn).map(({ attributes, traceId, spanId }) => ({
        kind: String(attributes.kind),
        order: attributes.order === undefined ? undefined : Number(attributes.order),
        traceId: traceId || undefined,
        spanId: spanId || undefined,
      }))
    }, 180_000)
    afterAll(() => receiver?.close())

    const labelOf = (spanId: string | undefined): string => {
      const span = receiver.spans.find((one) => one.spanId === spanId)
      if (!span) return `lost span ${spanId}`
      const { 'bullmq.job.name': job, 'bullmq.job.attempt': attempt, 'url.query': query } = span.attributes
      if (job) return `${job} ${attempt}`
      return query ? `${span.name} ${String(query).replace(/order=\d+&/, '')}` : span.name
    }
    const spansSaid = (entries: readonly Entry[], { traceId }: Request): string[] => {
      const bySpan = new Map<string | undefined, string[]>()
      for (const { kind, spanId } of entries.filter((one) => one.traceId === traceId)) {
        bySpan.set(spanId, [...(bySpan.get(spanId) ?? []), kind])
      }
      return [...bySpan].map(([spanId, kinds]) => said(labelOf(spanId), kinds)).toSorted()
    }

    test('every record that is received is in the span of its order', () => {
      expect(orders.map((order) => spansSaid(received, order))).toEqual(orders.map(() => chainApp))
    })

    test('every printed line is in the span of its order, but for a format that leaves the ids out', () => {
      const chain = chainApp.map((line) => line.replace(' narrow format,', ''))
      expect(orders.map((order) => spansSaid(printed, order))).toEqual(orders.map(() => chain))
    })

    test('every printed line is received with the same ids', () => {
      const sorted = (entries: readonly Entry[]) =>
        entries
          .filter(({ kind }) => kind !== 'narrow format')
          .map((one) => JSON.stringify(one))
          .toSorted()
      expect(sorted(received)).toEqual(sorted(printed))
    })

    test('no record is in the trace of another order', () => {
      const own = new Map(orders.map(({ order, traceId }) => [order, traceId]))
      const wrong = received.filter(({ order, traceId }) => {
        return order !== undefined && own.has(order) && own.get(order) !== traceId
      })
      expect(wrong).toEqual([])
    })

    test('only what belongs to no request is without a trace', () => {
      const kinds = received.flatMap(({ traceId, kind }) => (traceId ? [] : kind))
      expect([...new Set(kinds)].toSorted()).toEqual([
        // Of the jobs that were made in the worker's process.
        'queue events completed',
        // Of a scheduler's run, whose trace begins with its attempt.
        'worker active',
        'worker drained',
        'worker error',
        'worker stalled',
      ])
    })

    test('an error middleware is in the span of its request, which is an ERROR', () => {
      const span = receiver.spans.find(
        ({ traceId, name }) => traceId === failure.traceId && name === 'GET /fail/:order',
      )
      expect({ said: spansSaid(received, failure), status: span?.status.code }).toEqual({
        said: ['GET /fail/:order: error middleware'],
        status: 2,
      })
    })

    test('every record of a job has its queue, its id, its name and its attempt', () => {
      const incomplete = receiver.logs.flatMap(({ spanId, attributes }) => {
        // Told in the span of the job's maker, which may be a job too: before the attempt begins, or by the queue.
        if (attributes.kind === 'worker active' || String(attributes.kind).startsWith('queue events'))
          return []
        const span = receiver.spans.find((one) => one.spanId === spanId && one.name.startsWith('process '))
        const keys = [
          'messaging.destination.name',
          'messaging.message.id',
          'bullmq.job.name',
          'bullmq.job.attempt',
        ]
        return keys.every((key) => !span || (span.attributes[key] ?? '?') === attributes[key])
          ? []
          : attributes
      })
      expect(incomplete).toEqual([])
    })

    test('an event of a queue, which says nothing of the attempt, claims none', () => {
      const ofEvents = receiver.logs.filter(({ attributes }) =>
        String(attributes.kind).startsWith('queue events'),
      )
      expect(ofEvents.filter(({ attributes }) => 'bullmq.job.attempt' in attributes)).toEqual([])
    })

    test('a failed attempt is an ERROR with its exception', () => {
      const failed = receiver.spans.flatMap((span) => {
        const [event] = span.events
        if (span.traceId !== orders[0]!.traceId || !span.name.startsWith('process ')) return []
        if (span.status.code !== 2 && !event) return []
        const { 'exception.type': type, 'exception.message': message } = event?.attributes ?? {}
        return `${labelOf(span.spanId)}: ${event?.name} ${type} ${message}`
      })
      expect(failed.toSorted()).toEqual([
        'failing 1: exception TypeError never',
        'retried 1: exception RangeError not yet',
        'retried 2: exception RangeError not yet',
      ])
    })

    test('each run of a scheduler is a new trace with a link to the request that made the scheduler', () => {
      const runs = received.filter(({ kind }) => kind === 'scheduled job')
      const maker = receiver.spans.find(({ name }) => name === 'GET /schedules/:order')
      const links = runs.map(({ spanId }) =>
        receiver.spans.find((span) => span.spanId === spanId)?.links.map(idsOf),
      )
      expect({
        traces: new Set([schedule.traceId, ...runs.map(({ traceId }) => traceId)]).size,
        maker: maker?.traceId,
        links,
      }).toEqual({ traces: 1 + runs.length, maker: schedule.traceId, links: runs.map(() => [idsOf(maker!)]) })
    })

    test('a job whose worker lost it is an attempt of its own in the same trace', () => {
      expect(spansSaid(received, lost)).toEqual(chainLost)
    })

    test('no span is in a trace that nobody asked for', () => {
      const known = new Set([...orders, failure, schedule, lost].map(({ traceId }) => traceId))
      const scheduled = new Set(
        received.flatMap(({ kind, traceId }) => (kind === 'scheduled job' ? traceId : [])),
      )
      const others = receiver.spans.filter(({ traceId }) => !known.has(traceId) && !scheduled.has(traceId))
      expect(others.map(({ name, parentSpanId }) => `${name} below ${parentSpanId || 'nothing'}`)).toEqual([])
    })

    test('each process ends with 0 on SIGTERM', () => {
      expect(endings.map(({ code, signal }) => [code, signal])).toEqual([
        [0, null],
        [0, null],
        [0, null],
      ])
    })
  },
)

async function startServices(entry: string, receiver: OtlpReceiver) {
  const apps: AppProcess[] = []
  const prefix = `${randomBytes(4).toString('hex')}-`
  const start = async (roles: string, env: NodeJS.ProcessEnv): Promise<Record<string, number>> => {
    const app = await startApp({
      args: [...preload, entry],
      env: {
        ...env,
        ROLES: roles,
        PREFIX: prefix,
        PG_URL: services[0]!.url,
        REDIS_URL: services[1]!.url,
        OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
        OTEL_SERVICE_NAME: roles,
      },
    })
    apps.push(app)
    return JSON.parse(await app.waitForLine((line) => line.startsWith('{"ready"'))).ready
  }
  const { second } = await start('second', {})
  const env = { SECOND_URL: `http://127.0.0.1:${second}` }
  const [ports] = await Promise.all([start('express,fastify,queue', env), start('worker', env)])
  return {
    ports: ports as { express: number; fastify: number },
    stop: () => {
      for (const app of apps) app.kill('SIGTERM')
      return Promise.all(apps.map(({ ended }) => ended))
    },
  }
}

function request(order: number, port: number, path: string): Request {
  return { order, port, path, traceId: hex(16), parentId: hex(8) }
}

async function send({ order, port, path, traceId, parentId }: Request): Promise<number> {
  const headers = { traceparent: `00-${traceId}-${parentId}-01` }
  const response = await fetch(`http://127.0.0.1:${port}/${path}/${order}`, { headers })
  await response.text()
  return response.status
}

function hex(bytes: number): string {
  return randomBytes(bytes).toString('hex')
}

function parseLine(line: string): Entry {
  const { kind, order, trace_id, span_id } = JSON.parse(line)
  return { kind, order, traceId: trace_id, spanId: span_id }
}

function idsOf({ traceId, spanId }: Pick<ReceivedSpan, 'traceId' | 'spanId'>): string {
  return `${traceId} ${spanId}`
}
