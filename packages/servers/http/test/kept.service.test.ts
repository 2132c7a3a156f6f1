import { createServer, get, type IncomingMessage, ServerResponse } from 'node:http'
import {
  activeContext,
  contextWithSpan,
  type KeptTraces,
  NoopSpan,
  rootContext,
  runInContext,
  type Stop,
  setKeptTraces,
  spanContextOf,
  startInstrumentation,
  stopAll,
} from '@clew/core'
import { recordSpans, type SpanRecorder } from '@clew/testing'
import { request as undiciRequest } from 'undici'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { httpInstrumentation } from '../src/index.ts'
import { type LocalServers, localServers, readUntil } from './local-servers.ts'

const traceId = '0af7651916cd43dd8448eb211c80319c'
const traceparent = `00-${traceId}-b7ad6b7169203331-01`
const otherTrace = 'f'.repeat(32)

let spans: SpanRecorder
let servers: LocalServers
let stops: Stop[]
let kept: Set<string>
let taken: [string, string, string][]

const traces: KeptTraces = {
  keep: (id) => kept.add(id).has(id),
  markOf: (id) => (kept.has(id) ? '1' : undefined),
  takeMark: (...mark) => void taken.push(mark),
}

beforeEach(() => {
  spans = recordSpans()
  servers = localServers()
  kept = new Set()
  taken = []
  stops = []
})

afterEach(() => {
  servers.close()
  stopAll(stops)
  spans.stop()
})

function start(options: { ignorePaths?: string[] } = {}): void {
  stops.push(setKeptTraces(traces), startInstrumentation(httpInstrumentation, options))
}

/** The head of the answer, without what Node adds. */
async function headOf(handler: (response: ServerResponse) => void, headers = `traceparent: ${traceparent}`) {
  const server = createServer({ keepAlive: false }, (_, response) => {
    response.sendDate = false
    handler(response)
  })
  const socket = await servers.connect(await servers.listen(server))
  socket.write(`GET / HTTP/1.1\r\nhost: a\r\nconnection: close\r\n${headers}\r\n\r\n`)
  const text = await readUntil(socket, '\r\n\r\n')
  const lines = text.slice(0, text.indexOf('\r\n\r\n')).split('\r\n')
  return lines.filter((line) => !/^(connection|transfer-encoding|content-length):/i.test(line))
}

const ours = `clew-kept: ${traceId}-1`
const ok = 'HTTP/1.1 200 OK'

const writings: [string, (response: ServerResponse) => void, string[]][] = [
  ['by end alone', (response) => response.end('a'), [ok]],
  ['by setHeader', (response) => response.setHeader('a', '1').end(), [ok, 'a: 1']],
  ['by writeHead with a status', (response) => response.writeHead(200).end(), [ok]],
  ['by writeHead with an object', (response) => response.writeHead(200, { a: '1' }).end(), [ok, 'a: 1']],
  [
    'with an object behind a text',
    (response) => response.writeHead(200, 'Fine', { a: '1' }).end(),
    ['HTTP/1.1 200 Fine', 'a: 1'],
  ],
  [
    'with an object behind nothing',
    (response) => response.writeHead(200, undefined, { a: '1' }).end(),
    [ok, 'a: 1'],
  ],
  [
    'by writeHead with a list',
    (response) => response.writeHead(200, ['a', '1', 'a', '2']).end(),
    [ok, 'a: 1', 'a: 2'],
  ],
  [
    'by both',
    (response) => response.setHeader('b', '2').writeHead(200, { a: '1' }).end(),
    [ok, 'b: 2', 'a: 1'],
  ],
  ['by flushHeaders', (response) => response.setHeader('a', '1').flushHeaders(), [ok, 'a: 1']],
  [
    'with a header that was passed on',
    (response) => response.setHeader('clew-kept', `${otherTrace}-1`).end(),
    [ok],
  ],
  [
    'with a passed on header in an object',
    (response) => response.writeHead(200, { 'Clew-Kept': `${otherTrace}-1` }).end(),
    [ok],
  ],
  [
    'with a passed on header in a list',
    (response) => response.writeHead(200, ['Clew-Kept', `${otherTrace}-1`, 'a', '1']).end(),
    [ok, 'a: 1'],
  ],
]

test.each(writings)(
  'the head of an answer %s says that the trace is kept, and else is as it was',
  async (_, write, head) => {
    start()
    expect((await headOf(write)).toSorted()).toEqual(head.toSorted())
    kept.add(traceId)
    expect((await headOf(write)).toSorted()).toEqual([...head, ours].toSorted())
  },
)

test('lists of lists, which only Node knows, are left alone', async () => {
  start()
  kept.add(traceId)
  const write = (response: ServerResponse) => response.writeHead(200, [['a', '1']] as never).end()
  expect(await headOf(write)).toEqual([ok, 'a: 1'])
})

test('a status of 500 keeps the trace before the caller has its answer', async () => {
  start()
  expect(await headOf((response) => response.writeHead(503).end())).toEqual([
    'HTTP/1.1 503 Service Unavailable',
    ours,
  ])
})

test('a path without a span fails without a word', async () => {
  start({ ignorePaths: ['/'] })
  expect(await headOf((response) => response.writeHead(503).end())).toEqual([
    'HTTP/1.1 503 Service Unavailable',
  ])
})

test('a caller that sent no trace learns none', async () => {
  start()
  const keepOwn = (response: ServerResponse): void => {
    kept.add(spanContextOf(activeContext())!.traceId)
    response.end()
  }
  expect(await headOf(keepOwn, 'accept: */*')).toEqual([ok])
})

test('a head that is written twice is refused as Node refuses it', async () => {
  start()
  const codes: unknown[] = []
  await headOf((response) => {
    response.writeHead(200)
    try {
      response.writeHead(500)
    } catch (error) {
      codes.push((error as NodeJS.ErrnoException).code)
    }
    response.end()
  })
  expect([codes, [...kept]]).toEqual([['ERR_HTTP_HEADERS_SENT'], []])
})

/** What each client takes from an answer with these values of the header, its caller being in the trace. */
async function call(...values: string[]): Promise<void> {
  // Past what would take off the header of another trace.
  const server = createServer((_, response) => {
    const marks = values.map((value) => `Clew-Kept: ${value}\r\n`).join('')
    const head = `HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 0\r\n${marks}\r\n`
    response.socket!.end(head, 'latin1')
  })
  const url = `http://127.0.0.1:${await servers.listen(server)}`
  const caller = contextWithSpan(
    rootContext,
    new NoopSpan({ traceId, spanId: 'b7ad6b7169203331', traceFlags: 1 }),
  )
  await runInContext(caller, async () => {
    await new Promise<void>((resolve, reject) => {
      const answered = (response: IncomingMessage) => response.resume().once('end', () => resolve())
      get(url, answered).once('error', reject)
    })
    await (await fetch(url)).text()
    await (await undiciRequest(url)).body.dump()
  })
}

test('each client takes the mark of its own trace', async () => {
  start({ ignorePaths: ['*'] })
  await call(`${traceId}-1`)
  expect(taken).toEqual(Array(3).fill([traceId, '1', 'call']))
})

test.each([
  ['of another trace', `${otherTrace}-1`],
  ['twice', `${traceId}-1`, `${traceId}-1`],
  ['without a mark', traceId],
  ['empty', ''],
  ['far too long', `${traceId}-${'1'.repeat(5000)}`],
  ['of bytes', `${traceId}-\xff`],
])('no client takes a header %s', async (_, ...values) => {
  start({ ignorePaths: ['*'] })
  await call(...values)
  expect(taken).toEqual([])
})

test('where all records are sent nothing is attached and nothing read', async () => {
  const before = ServerResponse.prototype.writeHead
  stops.push(startInstrumentation(httpInstrumentation, {}))
  expect(ServerResponse.prototype.writeHead).toBe(before)
  await call(`${traceId}-1`)
  expect(taken).toEqual([])
})
