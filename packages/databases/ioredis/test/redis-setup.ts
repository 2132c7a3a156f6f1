import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { activeContext, type Stop, spanOf, startInstrumentation } from '@clew/core'
import { type RecordedSpan, recordSpans, type SpanRecorder } from '@clew/testing'
import { type Span, trace } from '@opentelemetry/api'
import type * as ioredisTypes from 'ioredis'
import { freePort, startRedis } from '../../../../scripts/services.ts'
import { ioredisInstrumentation } from '../src/index.ts'

export type Ioredis = typeof ioredisTypes
export type Redis = InstanceType<Ioredis['Redis']>

const require = createRequire(import.meta.url)

/** The newest of both majors, and one from before ioredis had channels of its own. */
export const versions: readonly (readonly [name: string, load: () => Ioredis])[] = [
  ['ioredis 6', () => require('ioredis') as Ioredis],
  ['ioredis 5.11', () => require(require.resolve('ioredis5')) as Ioredis],
  ['ioredis 5.4', () => require(require.resolve('ioredis5-old')) as Ioredis],
]

/** A database of its own, on a server that other tests may use at the same time. */
export const db = 9

export type Rig = {
  ioredis: Ioredis
  url: string
  recorder: SpanRecorder
  /** Attributes of the server under test. */
  server: Record<string, unknown>
  stopInstrumentation: Stop
  stop(): Promise<void>
}

/** A server, an attached ioredis, and a recorder of its spans. */
export async function startRig(
  load: () => Ioredis,
  options: Parameters<typeof recordSpans>[0] = {},
): Promise<Rig> {
  const recorder = recordSpans(options)
  const stopInstrumentation = startInstrumentation(ioredisInstrumentation)
  const ioredis = load()
  // Last: a start that fails must leave no server behind.
  const service = await startRedis()
  const { hostname, port } = new URL(service.url)
  return {
    ioredis,
    url: service.url,
    recorder,
    server: {
      'db.system.name': 'redis',
      'db.namespace': String(db),
      'server.address': hostname,
      'server.port': Number(port || 6379),
    },
    stopInstrumentation,
    stop: async () => {
      stopInstrumentation()
      recorder.stop()
      await service.stop()
    },
  }
}

// A node that never met another does not know its own address.
const cluster = ['--cluster-enabled', 'yes', '--cluster-announce-ip', '127.0.0.1']

/** A cluster of one node that owns every slot. */
export async function startCluster(
  Client: Ioredis['Redis'],
): Promise<{ port: number; stop(): Promise<void> }> {
  const [port, busPort] = [await freePort(), await freePort()]
  const folder = mkdtempSync(join(tmpdir(), 'clew-cluster-'))
  const flags = ['--port', `${port}`, '--cluster-port', `${busPort}`, '--bind', '127.0.0.1', '--save', '']
  const server = spawn('redis-server', [...flags, ...cluster, '--dir', folder], { stdio: 'ignore' })
  const stop = async (): Promise<void> => {
    await ended(server)
    rmSync(folder, { recursive: true })
  }
  try {
    await untilWhole(new Client({ port, host: '127.0.0.1', retryStrategy: () => 20 }))
    return { port, stop }
  } catch (error) {
    await stop()
    throw error
  }
}

async function untilWhole(admin: Redis): Promise<void> {
  admin.on('error', () => {})
  await admin.call('CLUSTER', 'ADDSLOTSRANGE', '0', '16383')
  while (!String(await admin.call('CLUSTER', 'INFO')).includes('cluster_state:ok'));
  admin.disconnect()
}

function ended(server: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    server.once('exit', () => resolve())
    server.kill('SIGTERM')
  })
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

/** The spans of ioredis alone, without ids. */
export function shapes(spans: readonly RecordedSpan[]): object[] {
  return spans
    .filter(({ scope }) => scope === '@clew/ioredis')
    .map(({ name, kind, status, attributes, events }) => ({
      name,
      kind,
      status,
      attributes,
      exceptions: events.map((event) => event.attributes['exception.message']),
    }))
}
