import { once } from 'node:events'
import http2, { type ClientHttp2Stream, type Http2Server, type OutgoingHttpHeaders } from 'node:http2'
import type { AddressInfo, Server, Socket } from 'node:net'
import { rootContext, runInContext, type Stop, startInstrumentation, stopAll } from '@clew/core'
import { recordSpans, type SpanRecorder } from '@clew/testing'
import { afterEach, beforeEach } from 'vitest'
import { createCertificates } from '../../../otlp/test/certificates.ts'
import { httpInstrumentation } from '../src/index.ts'

export const { server: tls, ca } = createCertificates()

/** Of the test that runs. */
export let spans: SpanRecorder
export let stops: Stop[]
export const closers: (() => void)[] = []

beforeEach(() => {
  spans = recordSpans()
  stops = []
})

afterEach(() => {
  for (const close of closers.splice(0)) close()
  stopAll(stops)
  spans.stop()
})

/** Ends with the test. */
export function start(
  options: Parameters<typeof startInstrumentation<typeof httpInstrumentation.options & {}>>[1] = {},
) {
  stops.push(startInstrumentation(httpInstrumentation, options))
}

/** The port; the server and its connections end with the test. */
export async function listen(server: Server): Promise<number> {
  const sockets: Socket[] = []
  server.on('connection', (socket: Socket) => sockets.push(socket))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  closers.push(() => {
    server.close()
    for (const socket of sockets) socket.destroy()
  })
  return (server.address() as AddressInfo).port
}

export async function open(server: Http2Server): Promise<http2.ClientHttp2Session> {
  const session = http2.connect(`http://127.0.0.1:${await listen(server)}`)
  closers.push(() => session.destroy())
  session.on('error', () => {})
  return session
}

/** Whatever it ends with. */
export const closeOf = (stream: ClientHttp2Stream) =>
  new Promise((resolve) => stream.on('error', () => {}).once('close', resolve))

/** Outside of any span, so that there is that of the server alone. */
export async function ask(session: http2.ClientHttp2Session, headers: OutgoingHttpHeaders = {}) {
  const stream = runInContext(rootContext, () => session.request(headers))
  const closed = once(stream, 'close')
  const [answer] = await once(stream, 'response')
  let body = ''
  for await (const chunk of stream.setEncoding('utf8')) body += chunk
  await closed
  return { answer, body }
}

export const ended = async (count = 1) => spans.waitFor((all) => all.length === count)
export const oneSpan = async () => (await ended())[0]!
export const outcome = ({ status, attributes }: (typeof spans.spans)[number]) =>
  [status, attributes['http.response.status_code'] ?? '-', attributes['error.type'] ?? '-'].join(' ')
