// <url> <journal> <lines per second>: sends busy traffic to a desk until it is told to end, half as many spans as lines, and writes into
// the journal what became of each request. Tells once a second what it has sent.
import { randomBytes } from 'node:crypto'
import { Agent, request as httpRequest } from 'node:http'
import { setTimeout as delay } from 'node:timers/promises'
import { busy } from '../traces.ts'
import { type Outcome, openJournal } from './journal.ts'
import { type MarkedRequest, markedRequests, type Round } from './marked-requests.ts'

const [url = '', file = '', rate = ''] = process.argv.slice(2)
const inFlight = 8
const traces = 3000
const tracesPerSecond = Number(rate) / busy.lines
const recordsPerSecond = tracesPerSecond * (busy.lines + busy.spans)
/** What is sent later than this is not made up for: a queue drops what it cannot hold. */
const mostLateMs = 10_000
const retryMs = 100
const tellMs = 1000
const answerMs = 30_000

/** Records that were acknowledged, and requests by what became of them. `isLast`: it has ended. */
export type SoakSent = {
  lines: number
  spans: number
  requests: Record<Outcome, number>
  /** Of the time that was not made up for. */
  skippedMs: number
  isLast?: true
}

const agent = new Agent({ keepAlive: true, maxSockets: inFlight })
const requests = markedRequests(traces, 1000 / tracesPerSecond)
const journal = openJournal(file)
const sent: SoakSent = {
  lines: 0,
  spans: 0,
  requests: { acknowledged: 0, refused: 0, cut: 0 },
  skippedMs: 0,
}
const next = { logs: 0, traces: 0 }
let isOver = false

function post(signal: string, bytes: Buffer): Promise<Outcome> {
  return new Promise((resolve) => {
    const headers = { 'content-type': 'application/x-protobuf', 'content-length': bytes.length }
    const options = { method: 'POST', agent, headers, timeout: answerMs }
    const request = httpRequest(`${url}/v1/${signal}`, options, (response) => {
      let said = 0
      response
        .on('data', (chunk: Buffer) => {
          said += chunk.length
        })
        .once('error', () => resolve('cut'))
        // A body would be a partial success.
        .once('end', () => resolve(response.statusCode === 200 && said === 0 ? 'acknowledged' : 'refused'))
        .once('close', () => resolve('cut'))
    })
    request
      .once('timeout', () => request.destroy())
      .once('error', () => resolve('cut'))
      .end(bytes)
  })
}

/** All requests, round by round, without end. */
function* rounds(): Generator<[MarkedRequest, Round]> {
  while (true) {
    const round = { startUnixMs: Date.now(), mask: randomBytes(8) }
    for (const one of requests) yield [one, round]
  }
}

const turns = rounds()
let beganMs = performance.now()
let begun = 0

async function sendInTurn(): Promise<void> {
  while (!isOver) {
    const [one, round] = turns.next().value as [MarkedRequest, Round]
    const first = next[one.signal]
    next[one.signal] += one.records
    await untilDue(one.records)
    const outcome = await post(one.signal, one.as(first, round))
    journal.add({ outcome, signal: one.signal, first, records: one.records })
    sent.requests[outcome]++
    if (outcome === 'acknowledged') sent[one.signal === 'logs' ? 'lines' : 'spans'] += one.records
    else await delay(retryMs)
  }
}

async function untilDue(records: number): Promise<void> {
  const dueMs = beganMs + (begun * 1000) / recordsPerSecond
  begun += records
  const lateMs = performance.now() - dueMs
  if (lateMs < 0) await delay(-lateMs)
  else if (lateMs > mostLateMs) {
    beganMs += lateMs
    sent.skippedMs += lateMs
  }
}

const telling = setInterval(() => process.send?.(sent), tellMs)
const sending = Promise.all(Array.from({ length: inFlight }, sendInTurn))
process.once('message', async () => {
  isOver = true
  await sending
  clearInterval(telling)
  journal.close()
  agent.destroy()
  process.send?.({ ...sent, isLast: true })
})
process.on('disconnect', () => process.exit())
