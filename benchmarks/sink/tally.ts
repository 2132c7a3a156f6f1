import type { IncomingHttpHeaders } from 'node:http'
import { gunzipSync, zstdDecompressSync } from 'node:zlib'
import type { Counts } from './protocol.ts'
import { countSpans, eachLog } from './read-otlp.ts'

export type Tally = {
  take(path: string, headers: IncomingHttpHeaders, body: Buffer): void
  counts(): Counts
}

export function createTally(): Tally {
  const ids = new Set<number>()
  const counts = { logs: 0, logsInTrace: 0, spans: 0, datadogTraces: 0, requests: 0, bytes: 0 }
  const takeLogs = (body: Buffer): void =>
    eachLog(body, ({ id, inTrace }) => {
      counts.logs++
      if (inTrace) counts.logsInTrace++
      if (id !== undefined) ids.add(id)
    })
  return {
    take(path, headers, body) {
      counts.requests++
      counts.bytes += body.length
      const plain = decompress(headers['content-encoding'], body)
      if (path === '/v1/logs') takeLogs(plain)
      if (path === '/v1/traces') counts.spans += countSpans(plain)
      counts.datadogTraces += Number(headers['x-datadog-trace-count'] ?? 0)
    },
    counts: () => ({ ...counts, distinctLogs: ids.size }),
  }
}

function decompress(encoding: string | undefined, body: Buffer): Buffer {
  if (encoding === 'gzip') return gunzipSync(body)
  return encoding === 'zstd' ? zstdDecompressSync(body) : body
}
