import { workerData } from 'node:worker_threads'
import type { Outcome } from '../export/outcome.ts'
import { concurrentExports, createSender } from '../export/sender.ts'
import {
  answerCodes,
  answersCell,
  cellsPerRequest,
  endedCell,
  type FlushJob,
  type FlushOrder,
  firstCell,
} from './flush-order.ts'

const { jobs, cells: shared, timeoutMs } = workerData as FlushOrder
const cells = new Int32Array(shared)

process.on('exit', () => {
  Atomics.store(cells, endedCell, 1)
  Atomics.notify(cells, answersCell)
})

let at = firstCell
for (const job of jobs) {
  void sendJob(job, at)
  at += job.requests.length * cellsPerRequest
}

async function sendJob({ endpoint, signal, requests }: FlushJob, firstCellOfJob: number): Promise<void> {
  const sender = createSender({ ...endpoint, timeoutMs }, signal, { held: true })
  let next = 0
  const sendNext = async (): Promise<void> => {
    for (let index = next++; index < requests.length; index = next++) {
      // Buffers arrive as plain byte arrays.
      const request = (requests[index] ?? []).map((bytes) =>
        Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length),
      )
      record(firstCellOfJob + index * cellsPerRequest, await sender.send(request))
    }
  }
  await Promise.all(Array.from({ length: concurrentExports }, sendNext))
  sender.close()
}

function record(cell: number, outcome: Outcome): void {
  if (outcome.kind === 'partial') Atomics.store(cells, cell + 1, outcome.rejected)
  Atomics.store(cells, cell, codeOf(outcome))
  Atomics.add(cells, answersCell, 1)
  Atomics.notify(cells, answersCell)
}

function codeOf({ kind }: Outcome): number {
  if (kind === 'accepted' || kind === 'partial') return answerCodes.delivered
  if (kind === 'refused') return answerCodes.refused
  return kind === 'too-large' ? answerCodes.tooLarge : answerCodes.failed
}
