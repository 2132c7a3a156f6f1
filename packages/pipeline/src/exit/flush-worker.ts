import { workerData } from 'node:worker_threads'
import { openConnection } from '../export/connection.ts'
import { concurrentExports, type WireAnswer } from '../export/wire.ts'
import {
  answerBodyBytes,
  answerBytes,
  answersCell,
  endedCell,
  type FlushJob,
  type FlushOrder,
  firstLengthCell,
} from './flush-order.ts'

/** Headers that decide what an answer means. */
const telling: ReadonlySet<string> = new Set([
  ':status',
  'content-type',
  'retry-after',
  'grpc-status',
  'grpc-message',
  'grpc-status-details-bin',
])

const order = workerData as FlushOrder
const cells = new Int32Array(order.cells)

process.on('exit', () => {
  Atomics.store(cells, endedCell, 1)
  Atomics.notify(cells, answersCell)
})

let first = 0
for (const job of order.jobs) {
  void sendJob(job, first)
  first += job.requests.length
}

async function sendJob({ endpoint, requests }: FlushJob, firstIndex: number): Promise<void> {
  const connection = openConnection(endpoint, true)
  let next = 0
  const sendNext = async (): Promise<void> => {
    for (let request = requests[next]; request !== undefined; request = requests[next]) {
      const index = firstIndex + next++
      record(index, await connection.exchange(request))
    }
  }
  await Promise.all(Array.from({ length: concurrentExports }, sendNext))
  connection.close()
}

function record(index: number, answer: WireAnswer): void {
  const place = Buffer.from(order.answers, index * answerBytes, answerBytes)
  const text = Buffer.from(JSON.stringify(shorten(answer)))
  // An answer that does not fit would only be garbage: the batch counts as not answered.
  if (text.length <= answerBytes) Atomics.store(cells, firstLengthCell + index, text.copy(place))
  Atomics.add(cells, answersCell, 1)
  Atomics.notify(cells, answersCell)
}

function shorten(answer: WireAnswer): object {
  if ('failure' in answer) return { failure: answer.failure.slice(0, 500) }
  const headers = Object.entries(answer.headers)
    .filter(([name]) => telling.has(name))
    .map(([name, value]) => [name, value.slice(0, 500)])
  const body = answer.body.subarray(0, answerBodyBytes).toString('base64')
  return { status: answer.status, headers: Object.fromEntries(headers), body }
}
