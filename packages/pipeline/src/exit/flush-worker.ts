import { workerData } from 'node:worker_threads'
import { openConnection } from '../wire/connection.ts'
import { concurrentExports } from '../wire/exchange.ts'
import { type FlushJob, type FlushOrder, writeAnswer, writeEnd } from './flush-order.ts'

const order = workerData as FlushOrder

process.on('exit', () => writeEnd(order))

let first = 0
for (const job of order.jobs) {
  void sendJob(job, first)
  first += job.requests.length
}

async function sendJob({ target, requests }: FlushJob, firstIndex: number): Promise<void> {
  const connection = openConnection(target, true)
  let next = 0
  const sendNext = async (): Promise<void> => {
    for (let request = requests[next]; request !== undefined; request = requests[next]) {
      const index = firstIndex + next++
      writeAnswer(order, index, await connection.exchange(request))
    }
  }
  await Promise.all(Array.from({ length: concurrentExports }, sendNext))
  connection.close()
}
