import { once } from 'node:events'
import { type ClientRequest, request as httpRequest, type IncomingMessage } from 'node:http'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { LiveEvents } from '../api/index.ts'
import { json, logsRequest, problemOf, type RunningDesk, send, startDesk } from './running-desk.ts'

let desk: RunningDesk
let open: ClientRequest[]

beforeEach(async () => {
  desk = await startDesk()
  open = []
})
afterEach(async () => {
  for (const request of open) request.destroy()
  await desk.close()
})

type Event = { id: string; event: string; data: unknown }
type Stream = { response: IncomingMessage; next(): Promise<Event> }

async function watch(query: string, headers: Record<string, string> = {}): Promise<Stream> {
  const request = httpRequest(`${desk.url}/api/live?${query}`, { headers })
  open.push(request)
  request.on('error', () => {})
  request.end()
  const [response] = (await once(request, 'response')) as [IncomingMessage]
  const events: Event[] = []
  let text = ''
  response.on('error', () => {})
  response.on('data', (chunk: Buffer) => {
    const parts = (text + chunk).split('\n\n')
    text = parts.pop()!
    for (const part of parts.filter((one) => one.startsWith('id:'))) {
      const [id, event, data] = part.split('\n').map((line) => line.slice(line.indexOf(':') + 2))
      events.push({ id: id!, event: event!, data: JSON.parse(data!) })
    }
    response.emit('event')
  })
  return {
    response,
    async next() {
      while (events.length === 0) await once(response, 'event', { signal: AbortSignal.timeout(60_000) })
      return events.shift()!
    },
  }
}

const post = (lines: string[], more = {}) =>
  send(desk.url, '/v1/logs', { headers: json, body: logsRequest(lines, more) })
const textsOf = ({ data }: Event) => (data as LiveEvents['logs']).logs.map(({ text }) => text)

test('new lines that match come as they are committed, and the others do not', async () => {
  await post(['red before'])
  const stream = await watch('logs=red')
  expect(stream.response.headers['content-type']).toBe('text/event-stream')
  await post(['red one', 'blue one'])
  const first = await stream.next()
  await post(['blue two'])
  await post(['red two'])
  expect([first.event, textsOf(first), textsOf(await stream.next())]).toEqual([
    'logs',
    ['red one'],
    ['red two'],
  ])
})

test('a chain that changes comes as its summary', async () => {
  const traceId = 'ab'.repeat(16)
  const stream = await watch('chains=')
  await post(['a line'], { traceId, spanId: 'cd'.repeat(8) })
  const { event, data } = await stream.next()
  expect([event, (data as LiveEvents['chains']).chains.map((chain) => [chain.traceId, chain.logs])]).toEqual([
    'chains',
    [[traceId, 1]],
  ])
})

test('more lines than can be shown are counted', async () => {
  const stream = await watch('logs=')
  await post(Array.from({ length: 700 }, (_, i) => `line ${i}`))
  const { logs, dropped } = (await stream.next()).data as LiveEvents['logs']
  expect([logs.length, dropped, logs.at(-1)!.text]).toEqual([200, 500, 'line 699'])
})

test('a stream resumes behind the last event that was received', async () => {
  const stream = await watch('logs=')
  await post(['one'])
  const { id } = await stream.next()
  stream.response.destroy()
  await post(['two'])
  await post(['three'])
  const again = await watch('logs=', { 'last-event-id': id })
  expect(textsOf(await again.next())).toEqual(['two', 'three'])
})

test('a search with a mistake is refused at once, and so is the 33rd watcher', async () => {
  const mistaken = await send(desk.url, '/api/live?logs=%22open')
  await Promise.all(Array.from({ length: 32 }, () => watch('logs=')))
  const refused = await send(desk.url, '/api/live?logs=')
  expect([mistaken.status, refused.status, problemOf(refused)]).toEqual([
    400,
    503,
    '32 pages are watching already; close one',
  ])
})

test('closing the desk ends the streams', async () => {
  const stream = await watch('logs=')
  const ended = once(stream.response, 'close')
  await desk.close()
  await ended
  desk = await startDesk()
})
