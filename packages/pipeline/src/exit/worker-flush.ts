import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { Worker } from 'node:worker_threads'
import type { Outcome } from '../export/outcome.ts'
import {
  answerCodes,
  answersCell,
  cellsPerRequest,
  endedCell,
  type FlushJob,
  type FlushOrder,
  firstCell,
} from './flush-order.ts'

/**
 * Sends requests from a worker made at this moment, while this thread waits. Returns for each request what became of
 * it, undefined where no answer came in time or no worker could be made.
 */
export function sendFromWorker(jobs: FlushJob[], remainingMs: () => number): (Outcome | undefined)[] {
  const count = jobs.reduce((sum, { requests }) => sum + requests.length, 0)
  const cells = new Int32Array(new SharedArrayBuffer((firstCell + count * cellsPerRequest) * 4))
  const order: FlushOrder = { jobs, cells: cells.buffer as SharedArrayBuffer, timeoutMs: remainingMs() }
  const worker = startWorker(order)
  if (worker !== undefined) {
    waitForAnswers(cells, count, remainingMs)
    void worker.terminate()
  }
  return Array.from({ length: count }, (_, index) => readAnswer(cells, firstCell + index * cellsPerRequest))
}

/** Without `execArgv` and `env` the worker would load the application's preload, and us in it. */
function startWorker(order: FlushOrder): Worker | undefined {
  try {
    const file = new URL('./flush-worker.js', import.meta.url)
    if (!existsSync(fileURLToPath(file))) return undefined
    const worker = new Worker(file, { workerData: order, execArgv: [], env: {}, stdout: true, stderr: true })
    worker.unref()
    worker.on('error', () => {})
    return worker
  } catch {
    return undefined
  }
}

function waitForAnswers(cells: Int32Array, count: number, remainingMs: () => number): void {
  for (;;) {
    const answers = Atomics.load(cells, answersCell)
    if (answers >= count || Atomics.load(cells, endedCell) === 1 || remainingMs() <= 0) return
    Atomics.wait(cells, answersCell, answers, remainingMs())
  }
}

function readAnswer(cells: Int32Array, at: number): Outcome | undefined {
  const code = Atomics.load(cells, at)
  const rejected = Atomics.load(cells, at + 1)
  if (code === answerCodes.delivered)
    return rejected > 0 ? { kind: 'partial', rejected, message: '' } : { kind: 'accepted' }
  if (code === answerCodes.refused)
    return { kind: 'refused', status: 'refused', message: 'at the end of the process' }
  return undefined
}
