import { connect, type Socket } from 'node:net'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { json, logsRequest, type RunningDesk, send, startDesk } from './running-desk.ts'

/** `CLEW_FUZZ_REQUESTS` runs more or fewer; the time is bounded whatever it says. */
const requests = Number(process.env.CLEW_FUZZ_REQUESTS ?? 100_000)
const maxMs = 75_000
const sockets = 8
const pipelined = 16

let desk: RunningDesk

beforeAll(async () => {
  desk = await startDesk()
})
afterAll(() => desk.close())

/** https://github.com/bryc/code/blob/master/jshash/PRNGs.md#mulberry32 */
function createRandom(seed: number): (below: number) => number {
  let state = seed
  return (below) => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) % below
  }
}

type Random = ReturnType<typeof createRandom>

const protobuf = Buffer.from(
  '0a1b0a0612040a0161121112 0f 12 0d 2a 0b 0a 09 68656c6c6f20796f75'.replaceAll(' ', ''),
  'hex',
)
const jsonBody = Buffer.from(logsRequest(['order 1 was sent'], { traceId: 'ab'.repeat(16), flags: 1 }))
const seeds = [
  { body: protobuf, type: 'application/x-protobuf', encoding: '' },
  { body: jsonBody, type: 'application/json', encoding: '' },
  { body: gzipSync(jsonBody), type: 'application/json', encoding: 'gzip' },
  { body: gzipSync(protobuf), type: 'application/x-protobuf', encoding: 'gzip' },
  { body: Buffer.alloc(0), type: 'application/x-protobuf', encoding: '' },
]
const types = [
  'application/json',
  'application/x-protobuf',
  'text/plain',
  'application/json; charset=latin1',
  '',
]
const encodings = ['', 'gzip', 'deflate', 'zstd', 'br', 'gzip, gzip']
const paths = [
  '/v1/logs',
  '/v1/logs',
  '/v1/traces',
  '/v1/metrics',
  '/v1/x',
  '/api/import',
  '/api/logs?q=%00',
  '/%2e%2e/x',
]

function mutate(body: Buffer, random: Random): Buffer {
  const bytes = Buffer.from(body)
  for (let n = random(4); n > 0 && bytes.length > 0; n--) bytes[random(bytes.length)] = random(256)
  const how = random(6)
  if (how === 0) return bytes.subarray(0, random(bytes.length + 1))
  if (how === 1) return Buffer.concat([bytes, bytes.subarray(random(bytes.length + 1))])
  return bytes
}

function makeRequest(random: Random): Buffer {
  const pick = <T>(list: readonly T[]): T => list[random(list.length)]!
  const seed = pick(seeds)
  const body = random(3) === 0 ? seed.body : mutate(seed.body, random)
  const type = random(8) === 0 ? pick(types) : seed.type
  const encoding = random(8) === 0 ? pick(encodings) : seed.encoding
  const lines = [
    `${random(12) === 0 ? 'PUT' : 'POST'} ${pick(paths)} HTTP/1.1`,
    `host: ${random(15) === 0 ? 'evil.example' : 'localhost'}`,
    ...(type === '' ? [] : [`content-type: ${type}`]),
    ...(encoding === '' ? [] : [`content-encoding: ${encoding}`]),
    ...(random(20) === 0 ? ['origin: null'] : []),
    ...(random(20) === 0 ? [`x-${'y'.repeat(random(200))}: ${'z'.repeat(random(500))}`] : []),
    `content-length: ${body.length}`,
    '\r\n',
  ]
  return Buffer.concat([Buffer.from(lines.join('\r\n')), body])
}

/** Counts answers by their status lines: no body of an answer has such a text. */
const statusLine = /HTTP\/1\.1 (\d{3}) /g

/** Sends requests on one connection, some at a time, and waits for the answers of each lot. */
async function run(
  count: number,
  seed: number,
  deadline: number,
  statuses: Map<string, number>,
): Promise<number> {
  const random = createRandom(seed)
  const { hostname, port } = new URL(desk.url)
  const socket = connect(Number(port), hostname)
  let sent = 0
  while (sent < count && performance.now() < deadline) {
    const lot = Math.min(pipelined, count - sent)
    socket.write(Buffer.concat(Array.from({ length: lot }, () => makeRequest(random))))
    for (const status of await readAnswers(socket, lot, seed, sent)) {
      statuses.set(status, (statuses.get(status) ?? 0) + 1)
    }
    sent += lot
  }
  socket.destroy()
  return sent
}

function readAnswers(socket: Socket, lot: number, seed: number, sent: number): Promise<string[]> {
  return new Promise((resolve, reject) => {
    let text = ''
    const end = (): void => {
      clearTimeout(timer)
      socket.removeAllListeners()
    }
    const timer = setTimeout(() => fail('no answer in a minute'), 60_000)
    const fail = (why: string): void => {
      end()
      reject(new Error(`seed ${seed}, requests ${sent} to ${sent + lot}: ${why}; got ${text.slice(-300)}`))
    }
    socket.on('data', (chunk: Buffer) => {
      text += chunk.toString('latin1')
      const found = [...text.matchAll(statusLine)].map(([, status]) => status!)
      if (found.length < lot) return
      end()
      resolve(found)
    })
    socket.on('error', (error) => fail(error.message))
    socket.on('close', () => fail('the connection was closed'))
  })
}

test('every mutated request is answered, with a status that it earns, and the desk goes on', async () => {
  const statuses = new Map<string, number>()
  const deadline = performance.now() + maxMs
  const each = Math.ceil(requests / sockets)
  const sent = await Promise.all(
    Array.from({ length: sockets }, (_, i) => run(each, i + 1, deadline, statuses)),
  )
  const total = sent.reduce((a, b) => a + b)
  const counts = [...statuses.values()].reduce((a, b) => a + b)
  const expected = ['200', '400', '403', '404', '405', '413', '415', '429']
  expect([counts, [...statuses.keys()].filter((status) => !expected.includes(status)), desk.errors]).toEqual([
    total,
    [],
    [],
  ])
  const after = await send(desk.url, '/v1/logs', { headers: json, body: logsRequest(['still here']) })
  const found = await send(desk.url, '/api/logs?q=%22still%20here%22')
  expect([after.status, found.body.includes('still here')]).toEqual([200, true])
  console.info(`${total} requests, answers ${JSON.stringify(Object.fromEntries(statuses))}`)
})
