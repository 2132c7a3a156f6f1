import { once } from 'node:events'
import { type ClientHttp2Session, connect as connectHttp2 } from 'node:http2'
import { connect } from 'node:net'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import {
  maxConnections,
  type OtlpServer,
  type ReceiverOptions,
  startOtlpGrpcReceiver,
  startOtlpHttpReceiver,
} from '../src/index.ts'
import { recordingHandlers } from './recording-handlers.ts'

/** A sender that has asked once and keeps its connection; it rejects where it is turned away. */
type Sender = { end(): void }

async function sendHttp(port: number): Promise<Sender> {
  const socket = connect(port, '127.0.0.1')
  socket.write('GET / HTTP/1.1\r\nhost: localhost\r\n\r\n')
  await Promise.race([once(socket, 'data'), turnedAway(socket)])
  return { end: () => socket.destroy() }
}

async function sendGrpc(port: number): Promise<Sender> {
  const session = connectHttp2(`http://127.0.0.1:${port}`)
  session.on('error', () => {})
  const call = session.request({ ':method': 'POST', ':path': '/nothing', 'content-type': 'application/grpc' })
  call.on('error', () => {})
  call.end()
  await Promise.race([once(call, 'response'), turnedAway(session)])
  return { end: () => session.destroy() }
}

const turnedAway = (of: { once: ClientHttp2Session['once'] } | ReturnType<typeof connect>): Promise<never> =>
  new Promise((_, reject) => void of.once('close', () => reject(new Error('turned away'))))

const ways = [
  { name: 'HTTP', start: startOtlpHttpReceiver, send: sendHttp },
  { name: 'gRPC', start: startOtlpGrpcReceiver, send: sendGrpc },
]

describe.each(ways)('$name', ({ start, send }) => {
  let server: OtlpServer
  let said: unknown[]
  const senders: Sender[] = []

  beforeEach(async () => {
    said = []
    const options: ReceiverOptions = { handlers: recordingHandlers(), onError: (error) => said.push(error) }
    server = await start(options)
  })
  afterEach(async () => {
    for (const sender of senders.splice(0)) sender.end()
    await server.close()
  })

  test('one connection too many is turned away and told of, and those that wait for nothing make room', async () => {
    // Many at a time: the first of them must not have been quiet for too long when the last one is there.
    const atOnce = 64
    for (let count = 0; count < maxConnections; count += atOnce)
      senders.push(...(await Promise.all(Array.from({ length: atOnce }, () => send(server.port)))))
    await expect(send(server.port)).rejects.toThrow('turned away')
    await expect
      .poll(() =>
        send(server.port).then(
          (sender) => senders.push(sender),
          () => 0,
        ),
      )
      .not.toBe(0)
    expect(said).toEqual([`port ${server.port} has 1024 connections; turned away: 1`])
  })
})
