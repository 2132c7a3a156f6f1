import { once } from 'node:events'
import http from 'node:http'
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { readAnswerOnWire } from './answer-reader.ts'

let server: Server
let accepted: Promise<Socket>
let sent: http.ClientRequest
beforeEach(async () => {
  // It reads nothing.
  server = createServer({ pauseOnConnect: true })
  accepted = once(server, 'connection').then(([socket]) => socket)
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const { port } = server.address() as AddressInfo
  sent = http.request({ host: '127.0.0.1', port, method: 'POST' })
  sent.on('error', () => {})
})
afterEach(async () => {
  const socket = await accepted
  sent.destroy()
  socket.destroy()
  server.close()
})

/** The answer that is there at once, and how often the time was asked for. */
function readNow(): { answer: ReturnType<typeof readAnswerOnWire>; asked: number } {
  let asked = 0
  const answer = readAnswerOnWire(sent, () => {
    asked++
    return 0
  })
  return { answer, asked }
}

test('a request that has no connection yet is not waited for', () => {
  sent.end('records')
  expect(readNow()).toEqual({ answer: undefined, asked: 0 })
})

test('a request that the kernel has not taken whole is not waited for', async () => {
  sent.end(Buffer.alloc(32 * 1024 * 1024))
  const [socket] = await once(sent, 'socket')
  await once(socket, 'connect')
  expect(socket.bytesWritten).toBeGreaterThan(0)
  expect(readNow()).toEqual({ answer: undefined, asked: 0 })
})

test('a request that the kernel has is waited for, and its answer is read', async () => {
  sent.end('records')
  const [socket] = await Promise.all([accepted, once(sent, 'finish')])
  const early = readNow()
  await new Promise((resolve) => socket.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok', resolve))
  const { answer } = readNow()
  expect({ early, answer }).toEqual({
    early: { answer: undefined, asked: 1 },
    answer: { status: 200, headers: { 'content-length': '2' }, body: Buffer.from('ok'), isLast: false },
  })
})

test('an answer whose head Node has read counts by its head', async () => {
  sent.end('records')
  const socket = await accepted
  socket.write('HTTP/1.1 503 Unavailable\r\nRetry-After: 7\r\nContent-Length: 2\r\n\r\n')
  await once(sent, 'response')
  expect(readNow()).toEqual({
    answer: { status: 503, headers: { 'retry-after': '7', 'content-length': '2' }, body: Buffer.alloc(0) },
    asked: 0,
  })
})
