import { once } from 'node:events'
import { request as httpRequest, type IncomingMessage } from 'node:http'
import { request as httpsRequest, type RequestOptions } from 'node:https'
import { buffer } from 'node:stream/consumers'
import { afterEach, beforeEach } from 'vitest'
import { startOtlpHttpReceiver } from '../src/receive/http.ts'
import type { OtlpServer, ReceiverOptions } from '../src/receive/receiver.ts'
import { type RecordingHandlers, recordingHandlers } from './recording-handlers.ts'
import { field } from './wire.ts'

export const json = 'application/json'
export const protobuf = 'application/x-protobuf'
export const logsJson = '{"resourceLogs":[{"scopeLogs":[{"logRecords":[{"body":{"stringValue":"hello"}}]}]}]}'
export const logsProtobuf = field(1, field(2, field(2, field(5, field(1, 'hello')))))
export const tracesProtobuf = field(1, field(2, field(2, field(5, 'GET /'))))

export let server: OtlpServer
export let handlers: RecordingHandlers
export let errors: unknown[]

export async function start(options: Partial<ReceiverOptions> = {}): Promise<void> {
  await server?.close()
  const onError = (error: unknown) => errors.push(error)
  server = await startOtlpHttpReceiver({ handlers, onError, ...options })
}

beforeEach(async () => {
  handlers = recordingHandlers()
  errors = []
  await start()
})

afterEach(() => server.close())

export type Reply = { status: number; type: string; body: Buffer; headers: IncomingMessage['headers'] }
export type Sent = {
  path?: string
  method?: string
  type?: string
  headers?: Record<string, string>
  tls?: object
}

export async function send(body: string | Uint8Array | Uint8Array[], sent: Sent = {}): Promise<Reply> {
  const headers = { 'content-type': sent.type ?? json, ...sent.headers }
  const options: RequestOptions = { method: sent.method ?? 'POST', headers, ...sent.tls }
  const makeRequest = server.url.startsWith('https') ? httpsRequest : httpRequest
  const request = makeRequest(server.url + (sent.path ?? '/v1/logs'), options)
  if (Array.isArray(body)) {
    for (const chunk of body) request.write(chunk)
    request.end()
  } else request.end(body)
  const [response] = (await once(request, 'response')) as [IncomingMessage]
  const type = response.headers['content-type'] ?? ''
  return { status: response.statusCode!, type, body: await buffer(response), headers: response.headers }
}

export function bodies(): unknown[] {
  return handlers.logRequests.flatMap((request) =>
    request.flatMap(({ scopeLogs }) => scopeLogs.flatMap(({ logRecords }) => logRecords.map((r) => r.body))),
  )
}
