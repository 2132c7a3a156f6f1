import { once } from 'node:events'
import { type ClientHttp2Session, connect, type IncomingHttpHeaders } from 'node:http2'
import { buffer } from 'node:stream/consumers'
import { afterEach, beforeEach } from 'vitest'
import { startOtlpGrpcReceiver } from '../src/receive/grpc.ts'
import type { OtlpServer, ReceiverOptions } from '../src/receive/receiver.ts'
import { type RecordingHandlers, recordingHandlers } from './recording-handlers.ts'
import { field } from './wire.ts'

export const logsPath = '/opentelemetry.proto.collector.logs.v1.LogsService/Export'
export const metricsPath = '/opentelemetry.proto.collector.metrics.v1.MetricsService/Export'
export const logs = field(1, field(2, field(2, field(5, field(1, 'hello')))))

export let server: OtlpServer
export let handlers: RecordingHandlers
export let session: ClientHttp2Session
export let errors: unknown[]

export async function start(options: Partial<ReceiverOptions> = {}, client: object = {}): Promise<void> {
  session?.destroy()
  await server?.close()
  const onError = (error: unknown) => errors.push(error)
  server = await startOtlpGrpcReceiver({ handlers, onError, ...options })
  connectAgain(client)
}

export function connectAgain(client: object): void {
  session?.destroy()
  session = connect(server.url, client)
  session.on('error', () => {})
}

beforeEach(async () => {
  handlers = recordingHandlers()
  errors = []
  await start()
})

afterEach(async () => {
  session.destroy()
  await server.close()
})

export function framed(message: Uint8Array, flag = 0): Buffer {
  const prefix = Buffer.from([flag, 0, 0, 0, 0])
  prefix.writeUInt32BE(message.length, 1)
  return Buffer.concat([prefix, message])
}

type Reply = { status: string; message: string; body: Buffer; headers: IncomingHttpHeaders }

export async function call(chunks: Uint8Array[], path = logsPath, headers: object = {}): Promise<Reply> {
  const stream = session.request({
    ':method': 'POST',
    ':path': path,
    'content-type': 'application/grpc',
    te: 'trailers',
    ...headers,
  })
  let trailers: IncomingHttpHeaders = {}
  stream.on('trailers', (received) => {
    trailers = received
  })
  for (const chunk of chunks) {
    stream.write(chunk)
    await new Promise(setImmediate)
  }
  stream.end()
  // A stream that its session takes along ends without an error event.
  const closed = once(stream, 'close').then(() => [undefined])
  const [received] = (await Promise.race([once(stream, 'response'), closed])) as [IncomingHttpHeaders?]
  if (received === undefined) throw new Error('closed without an answer')
  const body = await buffer(stream)
  const all = { ...received, ...trailers }
  return {
    status: String(all['grpc-status']),
    message: String(all['grpc-message'] ?? ''),
    body,
    headers: all,
  }
}

export function bodies(): unknown[] {
  return handlers.logRequests.flatMap((request) =>
    request.flatMap(({ scopeLogs }) => scopeLogs.flatMap(({ logRecords }) => logRecords.map((r) => r.body))),
  )
}
