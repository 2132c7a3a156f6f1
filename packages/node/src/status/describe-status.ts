import { attachedVersions, hideServer, listMeters, report, runInContext, suppressedRoot } from '@clew/core'
import manifest from '@clew/node/package.json' with { type: 'json' }
import { answerStatus, isForStatus, serveOwnPages, statusPath } from '@clew/otlp'
import type { LaneStatus, Pipeline, PolicyCounters } from '@clew/pipeline'
import type { ClewConfig } from '../config/read-config.ts'
import { describeKeep } from '../keep/open-keep.ts'
import type { LastReading } from '../keep/watch-keep.ts'
import type { ClewStatus, DestinationStatus } from './status.ts'

/** What a status is made of. */
export type StatusParts = {
  config: Pick<ClewConfig, 'metrics' | 'redact'>
  resource: Readonly<Record<string, unknown>>
  startedUnixMs: number
  /** Names of what runs, each with the packages that it joins. */
  running: readonly { name: string; libraries: readonly string[] }[]
  pipeline: Pick<Pipeline, 'status' | 'waitingBytes'>
  /** The last reading. */
  configuration: () => LastReading
  keep: { readonly counters: () => PolicyCounters } | undefined
  /** The rule file. */
  alerts: string | undefined
}

/** Loaded when somebody asks for it first. */
export function describeStatus(parts: StatusParts): ClewStatus {
  const { config, resource, startedUnixMs, running, pipeline, keep, alerts } = parts
  const { createdLogs, lanes } = pipeline.status()
  const { memory, maxMemory } = pipeline.waitingBytes()
  const { readUnixMs, problems, keepFrom, keep: inForce } = parts.configuration()
  const { endpoint, intervalMs } = config.metrics
  const counters = keep?.counters()
  return {
    version: manifest.version,
    service: {
      name: String(resource['service.name']),
      version: textOf(resource['service.version']),
      instance: textOf(resource['service.instance.id']),
    },
    process: {
      ...{ pid: process.pid, node: process.version, startedAt: isoOf(startedUnixMs) },
      uptimeSeconds: Math.round(process.uptime()),
    },
    instrumented: running.map(({ name, libraries }) => ({
      name,
      libraries: libraries.flatMap((library) =>
        attachedVersions(library).map((version) => ({ name: library, version })),
      ),
    })),
    destinations: lanes.map(destinationOf),
    metrics: endpoint ? { to: new URL(endpoint.url).origin, everySeconds: intervalMs / 1000 } : null,
    configuration: { readAt: isoOf(readUnixMs), problems },
    ...keepOf(counters, keepFrom, describeKeep(inForce)),
    createdLogs,
    queue: { bytes: memory, maxBytes: maxMemory },
    redaction: { mode: config.redact.mode, counts: valuesOf('clew.redacted', 'kind') },
    alerts:
      alerts === undefined
        ? null
        : { file: alerts, rules: Object.keys(valuesOf('logalert_decisions_total', 'rule')) },
  }
}

function keepOf(
  counters: PolicyCounters | undefined,
  from: readonly string[],
  inForce: string,
): Pick<ClewStatus, 'keep' | 'hold'> {
  if (counters === undefined) return { keep: null, hold: null }
  const { seen, kept, collapsed, held, released, dropped, marks, ring } = counters
  const { bytes, maxBytes, records, traces, holdSeconds } = ring
  return {
    keep: { from, inForce, seen, kept, collapsed, held, released, dropped, chains: marks },
    hold: { bytes, maxBytes, records, chains: traces, holdSeconds },
  }
}

function destinationOf(lane: LaneStatus): DestinationStatus {
  const { name, signal, to, otlp, counters, waiting, inflight, failed, failing, spool } = lane
  return {
    ...{ name: otlp === undefined ? name : 'otlp', signal, to },
    ...counters,
    ...{ waiting, inflight, failed },
    failing: failing ? { since: isoOf(failing.sinceUnixMs), reason: failing.reason } : null,
    spool: spool ? spoolOf(spool) : null,
  }
}

function spoolOf({ bytes, maxBytes, look }: NonNullable<LaneStatus['spool']>): DestinationStatus['spool'] {
  const { segments, records, oldestUnixMs } = look()
  return {
    bytes,
    maxBytes,
    segments,
    records,
    oldest: oldestUnixMs === undefined ? null : isoOf(oldestUnixMs),
  }
}

/** Of a meter by one of its labels. */
function valuesOf(name: string, label: string): Record<string, number> {
  const values =
    listMeters()
      .find((meter) => meter.name === name)
      ?.read() ?? []
  return Object.fromEntries(values.map(({ labels, value }) => [labels[label] ?? '', value]))
}

function textOf(value: unknown): string | null {
  return value === undefined ? null : String(value)
}

function isoOf(unixMs: number): string {
  return new Date(unixMs).toISOString()
}

const host = '127.0.0.1'

/** Shows the status to this machine at a port of its own. Returns the way to stop. */
export function serveStatus(port: number, read: () => object | undefined): () => void {
  const serving = runInContext(suppressedRoot, () =>
    serveOwnPages({
      ...{ host, port, prepare: hideServer },
      answer(request, response) {
        if (isForStatus(request)) answerStatus(request, response, read)
        else response.writeHead(404, { 'content-type': 'text/plain' }).end(`the status is at ${statusPath}\n`)
      },
    }),
  )
  serving.catch((error: Error) =>
    report(
      'CLEW_STATUS_PORT',
      `the status cannot be shown on ${host}:${port}: ${error.message}; set CLEW_STATUS_PORT to a free port`,
      'listening',
    ),
  )
  return () => void serving.then(({ close }) => close()).catch(() => {})
}
