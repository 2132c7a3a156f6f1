import { createRequire } from 'node:module'
import { activeContext, type Stop, spanOf, startInstrumentation } from '@clew/core'
import { type RecordedSpan, recordSpans, type SpanRecorder } from '@clew/testing'
import { type Span, trace } from '@opentelemetry/api'
import type pgTypes from 'pg'
import { startPostgres } from '../../../../scripts/services.ts'
import { pgInstrumentation } from '../src/index.ts'

export type Pg = typeof pgTypes

export const require: NodeJS.Require = createRequire(import.meta.url)

/** The oldest and the newest that are supported. */
export const versions: readonly (readonly [name: string, load: () => Pg])[] = [
  ['pg 8.23', () => require('pg') as Pg],
  ['pg 8.0.3', () => require(require.resolve('pg8-0')) as Pg],
]

export type Rig = {
  pg: Pg
  url: string
  recorder: SpanRecorder
  /** Attributes of the server under test. */
  server: Record<string, unknown>
  /** Takes the instrumentation out again. */
  stopInstrumentation: Stop
  stop(): Promise<void>
}

/** A server, an attached pg, and a recorder of its spans. */
export async function startRig(
  load: () => Pg,
  options: Parameters<typeof recordSpans>[0] = {},
): Promise<Rig> {
  const recorder = recordSpans(options)
  const stopInstrumentation = startInstrumentation(pgInstrumentation)
  const pg = load()
  // Last: a start that fails must leave no server behind.
  const service = await startPostgres()
  const { hostname, port, pathname } = new URL(service.url)
  return {
    pg,
    url: service.url,
    recorder,
    server: {
      'db.system.name': 'postgresql',
      'db.namespace': pathname.slice(1),
      'server.address': hostname,
      'server.port': Number(port),
    },
    stopInstrumentation,
    stop: async () => {
      stopInstrumentation()
      recorder.stop()
      if (!process.env.PG_URL) await untilAlone(service.url)
      await service.stop()
    },
  }
}

// Old pools say that they have ended before their sockets have; a server that stops then would make them throw.
async function untilAlone(url: string): Promise<void> {
  const { Client } = require('pg') as Pg
  const observer = new Client({ connectionString: url })
  await observer.connect()
  const text =
    "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'"
  while ((await observer.query(text)).rowCount !== 0);
  await observer.end()
}

/** Runs `work` as a request would: in a span of its own. */
export function inRequest<T>(name: string, work: (span: Span) => T | Promise<T>): Promise<T> {
  return trace.getTracer('requests').startActiveSpan(name, async (span) => {
    try {
      return await work(span)
    } finally {
      span.end()
    }
  })
}

/** The trace that the running code would log. */
export function activeTrace(): string | undefined {
  return spanOf(activeContext())?.spanContext().traceId
}

/** The spans of pg alone, without ids and with the exception's stack left out. */
export function shapes(spans: readonly RecordedSpan[]): object[] {
  return spans
    .filter(({ scope }) => scope === '@clew/pg')
    .map(({ name, kind, status, attributes, events }) => ({
      name,
      kind,
      status,
      attributes,
      exceptions: events.map((event) => event.attributes['exception.message']),
    }))
}
