import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import http from 'node:http'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startOtlpReceiver } from '@clew/testing'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { nodeMajors } from '../../../scripts/node-versions.ts'
import { runChild } from './child.ts'
import { countByRun } from './endings.ts'

let spool: string
beforeEach(() => {
  spool = mkdtempSync(join(tmpdir(), 'clew-lies-'))
})
afterEach(() => rmSync(spool, { recursive: true }))

const head = 'HTTP/1.1 200 OK\r\n'
const chunked = `${head}Transfer-Encoding: chunked\r\n\r\n`

/** What is said first, and what is then said for ever. */
const lies: Record<string, { first: string; forever?: string }> = {
  'a negative chunk': { first: `${chunked}-6\r\n` },
  'a negative chunk and endless bytes': { first: `${chunked}-6\r\n`, forever: 'x'.repeat(4096) },
  'endless chunks': { first: chunked, forever: '1000\r\n'.padEnd(6 + 4096, 'x').concat('\r\n') },
  'endless chunk sizes': { first: chunked, forever: '0'.repeat(4096) },
  'endless trailers': { first: `${chunked}0\r\n`, forever: 'A: b\r\n'.repeat(500) },
  'endless headers': { first: head, forever: 'A: b\r\n'.repeat(500) },
  'one endless header': { first: `${head}A: `, forever: ' '.repeat(4096) },
  'endless interim answers': { first: '', forever: 'HTTP/1.1 102 Processing\r\n\r\n'.repeat(100) },
  'an endless body': { first: `${head}\r\n`, forever: 'x'.repeat(4096) },
  'a body of the wrong length': { first: `${head}Content-Length: -2\r\n\r\nab` },
  'a body that never comes': { first: `${head}Content-Length: 900719925474099\r\n\r\n` },
  'two lengths': { first: `${head}Content-Length: 2\r\nContent-Length: 0\r\n\r\nab` },
  'half of a head': { first: 'HTTP/1.1 20' },
  'only zero bytes': { first: '', forever: '\0'.repeat(4096) },
  'another protocol': { first: 'SSH-2.0-OpenSSH_9.9\r\n' },
}

function lieTo(socket: Socket, { first, forever }: { first: string; forever?: string }): void {
  socket.on('error', () => {})
  // In a turn of its own: a peer that reads everything at once would keep this process in one turn for ever.
  const goOn = (): void => {
    if (forever !== undefined && !socket.destroyed) socket.write(forever, 'latin1', () => setImmediate(goOn))
  }
  socket.once('data', () => socket.write(first, 'latin1', goOn))
}

const ways = [
  { name: 'process.exit', args: ['ending.mjs', 'exitLater'], code: 7, signal: null },
  { name: 'SIGTERM', args: ['ending.mjs', 'signal'], code: null, signal: 'SIGTERM' },
  {
    name: 'process.exit with a request on the wire',
    args: ['ending.mjs', 'exitOnWire'],
    code: 0,
    signal: null,
  },
] as const

test('no answer holds the end of a process, and the records of it are in the spool', async () => {
  let lie: { first: string; forever?: string } = { first: '' }
  const sockets = new Set<Socket>()
  const liar = createServer((socket) => {
    sockets.add(socket)
    lieTo(socket, lie)
  })
  await once(liar.listen(0, '127.0.0.1'), 'listening')
  const { port } = liar.address() as AddressInfo
  const env = { ENDPOINT: `http://127.0.0.1:${port}/v1/logs`, SPOOL: spool }
  const expected: Record<string, number> = {}
  for (const [said, what] of Object.entries(lies)) {
    lie = what
    const ends = await Promise.all(
      ways.map(({ name, args }) =>
        runChild({ args, env: { ...env, RUN: `${said}, ${name}` }, signals: ['SIGTERM'] }),
      ),
    )
    const seen = ends.map(({ code, signal, stderr }) => ({ said, code, signal, stderr }))
    expect(seen).toEqual(ways.map(({ code, signal }) => ({ said, code, signal, stderr: '' })))
    for (const { name } of ways) expected[`${said}, ${name}`] = 100
  }
  for (const socket of sockets) socket.destroy()
  await once(liar.close(), 'close')

  const receiver = await startOtlpReceiver({ port })
  await runChild({ args: ['ending.mjs', 'waitsForSpool'], env })
  expect(countByRun(receiver)).toEqual(expected)
  await receiver.close()
}, 300_000)

/** What a process said of its log records, where only these counters are not zero. */
const counted = (some: Record<string, number>): string => {
  const none = { accepted: 0, delivered: 0, rejected: 0, dropped: 0, spooled: 0, replayed: 0, expired: 0 }
  return `${JSON.stringify({ ...none, ...some })}\n`
}

// Node's own server says 408 to a connection without a request.
test.for(nodeMajors)(
  'what lies on the connection for the end is not the answer to what is sent over it, on Node %i',
  async (node) => {
    let requests = 0
    let timeouts = 0
    const patience = { headersTimeout: 300, requestTimeout: 300, connectionsCheckingInterval: 20 }
    const impatient = http.createServer(patience, (request, response) => {
      requests++
      request.resume().on('end', () => response.end())
    })
    impatient.on('clientError', (_error, socket) => {
      timeouts++
      socket.end('HTTP/1.1 408 Request Timeout\r\nConnection: close\r\n\r\n')
    })
    await once(impatient.listen(0, '127.0.0.1'), 'listening')
    const { port } = impatient.address() as AddressInfo
    const env = { ENDPOINT: `http://127.0.0.1:${port}/v1/logs` }
    const { code, stdout } = await runChild({ node, args: ['ending.mjs', 'blocksThenExits'], env })
    impatient.closeAllConnections()
    await once(impatient.close(), 'close')
    expect({ code, stdout, requests, timeouts }).toEqual({
      ...{ code: 0, stdout: counted({ accepted: 100, delivered: 100 }) },
      ...{ requests: 1, timeouts: 1 },
    })
  },
)

// Load balancers say it to a connection that had one.
test.for(nodeMajors)(
  'what lies on a kept connection is not the answer to the next request, on Node %i',
  async (node) => {
    const answered: Socket[] = []
    const impatient = createServer((socket) => {
      socket.on('error', () => {})
      socket.once('data', () => {
        answered.push(socket)
        socket.write('HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n')
        setTimeout(() => socket.end('HTTP/1.1 408 Request Timeout\r\nContent-Length: 0\r\n\r\n'), 100)
      })
    })
    await once(impatient.listen(0, '127.0.0.1'), 'listening')
    const { port } = impatient.address() as AddressInfo
    const env = { ENDPOINT: `http://127.0.0.1:${port}/v1/logs`, EXIT: 'off' }
    const { code, stdout } = await runChild({ node, args: ['ending.mjs', 'blocksBetween'], env })
    for (const socket of answered) socket.destroy()
    await once(impatient.close(), 'close')
    expect({ code, stdout, requests: answered.length }).toEqual({
      ...{ code: 0, stdout: counted({ accepted: 10, delivered: 10 }) },
      requests: 2,
    })
  },
)
