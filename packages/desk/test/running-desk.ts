import { once } from 'node:events'
import { mkdtemp } from 'node:fs/promises'
import { request as httpRequest, type IncomingMessage, type OutgoingHttpHeaders } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import type { HttpOptions } from '../server/http/access/binding.ts'
import { type DeskHttp, startHttp } from '../server/http/start-http.ts'
import { MetricsClient } from '../server/threads/metrics-client.ts'
import { openStore } from '../server/threads/open-store.ts'
import type { Store } from '../server/threads/store.ts'

/** A desk with a store of its own, deleted at its end. */
export type RunningDesk = DeskHttp & { store: Store; errors: unknown[] }

const maxBytes = 512 * 1024 * 1024

export async function startDesk(options: Partial<HttpOptions> = {}): Promise<RunningDesk> {
  const directory = await mkdtemp(join(tmpdir(), 'clew-desk-'))
  const errors: unknown[] = []
  const onError = (error: unknown) => errors.push(error)
  const store = await openStore({
    directory,
    temporary: true,
    maxBytes,
    maxAgeMs: undefined,
    report: onError,
  })
  const metrics = new MetricsClient(onError)
  const state = () => ({ ...store.state(), directory: '', maxBytes, maxAgeMs: null })
  try {
    const http = await startHttp({
      store,
      metrics,
      status: () => ({ version: '0.0.0', forward: null, store: state() }),
      options: {
        port: 0,
        grpcPort: null,
        webDirectory: join(directory, 'no-page'),
        onError,
        ...options,
      },
    })
    const close = async () => {
      await http.close()
      await metrics.close()
      await store.close()
    }
    return { ...http, store, errors, close }
  } catch (error) {
    await store.close()
    throw error
  }
}

export type Reply = { status: number; headers: IncomingMessage['headers']; body: string; bytes: Buffer }
export type Sent = { method?: string; headers?: OutgoingHttpHeaders; body?: string | Uint8Array }

/** Sends exactly these headers and this path, as no browser or fetch would. */
export async function send(
  url: string,
  path: string,
  { method, headers = {}, body }: Sent = {},
): Promise<Reply> {
  const { hostname, port } = new URL(url)
  const request = httpRequest({
    host: hostname.replace(/^\[|\]$/g, ''),
    port,
    path,
    method: method ?? (body === undefined ? 'GET' : 'POST'),
    headers,
  })
  request.end(body)
  const [response] = (await once(request, 'response')) as [IncomingMessage]
  const bytes = await buffer(response)
  return { status: response.statusCode!, headers: response.headers, bytes, body: bytes.toString() }
}

/** `error.message` of an answer of the API. */
export function problemOf({ body }: Reply): string {
  return (JSON.parse(body) as { error: { message: string } }).error.message
}

export const json = { 'content-type': 'application/json' }

/** An ExportLogsServiceRequest in JSON with these lines. */
export function logsRequest(lines: readonly string[], more: object = {}): string {
  const logRecords = lines.map((line) => ({
    timeUnixNano: '1764000000000000000',
    severityNumber: 9,
    severityText: 'INFO',
    body: { stringValue: line },
    ...more,
  }))
  const service = { key: 'service.name', value: { stringValue: 'orders' } }
  return JSON.stringify({
    resourceLogs: [{ resource: { attributes: [service] }, scopeLogs: [{ logRecords }] }],
  })
}
