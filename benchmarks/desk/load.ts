// <url>: sends OTLP with gzip to a desk. Told { traffic } it encodes and compresses all of it, then tells how many
// records that is; told { perSecond } it sends them, 16 requests at a time, and tells what was acknowledged. 0: at once.
import { Agent, request as httpRequest } from 'node:http'
import { setTimeout as delay } from 'node:timers/promises'
import { gzipSync } from 'node:zlib'
import { otlpRequests, type Request, type Traffic } from './requests.ts'

const inFlight = 16
const gzipLevel = 1
const [url = ''] = process.argv.slice(2)
const agent = new Agent({ keepAlive: true, maxSockets: inFlight })

export type LoadOrder = { traffic: Traffic } | { perSecond: number }
/** What was acknowledged, and how many requests were refused. */
export type Sent = { records: number; refused: number; seconds: number }

let prepared: Request[] = []

function send({ signal, bytes }: Request): Promise<number> {
  return new Promise((resolve, reject) => {
    const headers = {
      'content-type': 'application/x-protobuf',
      'content-encoding': 'gzip',
      'content-length': bytes.length,
    }
    const request = httpRequest(`${url}/v1/${signal}`, { method: 'POST', agent, headers }, (response) => {
      response
        .resume()
        .once('end', () => resolve(response.statusCode ?? 0))
        .once('error', reject)
    })
    request.once('error', reject).end(bytes)
  })
}

async function sendAll(perSecond: number): Promise<Sent> {
  const beganMs = performance.now()
  const sent = { records: 0, refused: 0 }
  let next = 0
  let begun = 0
  const sendInTurn = async (): Promise<void> => {
    for (let one = prepared[next++]; one !== undefined; one = prepared[next++]) {
      const dueMs = perSecond === 0 ? 0 : beganMs + (begun * 1000) / perSecond
      begun += one.records
      if (dueMs > performance.now()) await delay(dueMs - performance.now())
      if ((await send(one)) === 200) sent.records += one.records
      else sent.refused++
    }
  }
  await Promise.all(Array.from({ length: inFlight }, sendInTurn))
  return { ...sent, seconds: (performance.now() - beganMs) / 1000 }
}

function prepare(traffic: Traffic): { records: number } {
  prepared = [...otlpRequests(traffic)].map((one) => ({
    ...one,
    bytes: gzipSync(one.bytes, { level: gzipLevel }),
  }))
  return { records: prepared.reduce((sum, { records }) => sum + records, 0) }
}

process.on('message', async (order: LoadOrder) => {
  process.send?.('traffic' in order ? prepare(order.traffic) : await sendAll(order.perSecond))
})
process.on('disconnect', () => process.exit())
