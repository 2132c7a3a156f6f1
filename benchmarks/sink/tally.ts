import type { IncomingHttpHeaders } from 'node:http'
import { gunzipSync, zstdDecompressSync } from 'node:zlib'
import type { Counts } from './protocol.ts'
import { countDatadogSpans } from './read-datadog.ts'
import { countSpans, eachLog } from './read-otlp.ts'

export type Tally = {
  /** Keeps a request as it came. */
  take(path: string, headers: IncomingHttpHeaders, body: Buffer): void
  /** Reads what was kept. */
  counts(): Counts
}

type Kept = { path: string; encoding: string | undefined; body: Buffer }

/**
 * Reads requests when it is asked for the counts, after the measurement: on few cores the work of reading would be in the
 * CPU time of the system under test, whose caches it takes, and in that of those who send OTLP only.
 */
export function createTally(): Tally {
  const ids = new Set<number>()
  const counts = {
    logs: 0,
    logsInTrace: 0,
    spans: 0,
    datadogTraces: 0,
    datadogSpans: 0,
    requests: 0,
    bytes: 0,
  }
  const kept: Kept[] = []
  const takeLogs = (body: Buffer): void =>
    eachLog(body, ({ id, inTrace }) => {
      counts.logs++
      if (inTrace) counts.logsInTrace++
      if (id !== undefined) ids.add(id)
    })
  const read = ({ path, encoding, body }: Kept): void => {
    if (path === '/v1/logs') takeLogs(decompress(encoding, body))
    if (path === '/v1/traces') counts.spans += countSpans(decompress(encoding, body))
    if (path === '/v0.4/traces') counts.datadogSpans += countDatadogSpans(body)
  }
  return {
    take(path, headers, body) {
      counts.requests++
      counts.bytes += body.length
      counts.datadogTraces += Number(headers['x-datadog-trace-count'] ?? 0)
      kept.push({ path, encoding: headers['content-encoding'], body })
    },
    counts: () => {
      for (const request of kept.splice(0)) read(request)
      return { ...counts, distinctLogs: ids.size }
    },
  }
}

export function decompress(encoding: string | undefined, body: Buffer): Buffer {
  if (encoding === 'gzip') return gunzipSync(body)
  return encoding === 'zstd' ? zstdDecompressSync(body) : body
}
