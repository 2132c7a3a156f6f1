import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { Worker } from 'node:worker_threads'
import type { WireAnswer } from '../export/wire.ts'
import {
  answerBytes,
  answersCell,
  endedCell,
  type FlushJob,
  type FlushOrder,
  firstLengthCell,
} from './flush-order.ts'

/**
 * Sends requests from a worker made at this moment, while this thread waits. Returns the answer to each request,
 * undefined where none came in time or no worker could be made.
 */
export function sendFromWorker(jobs: FlushJob[], remainingMs: () => number): (WireAnswer | undefined)[] {
  const count = jobs.reduce((sum, { requests }) => sum + requests.length, 0)
  const order: FlushOrder = {
    jobs,
    cells: new SharedArrayBuffer((firstLengthCell + count) * 4),
    answers: new SharedArrayBuffer(count * answerBytes),
  }
  const cells = new Int32Array(order.cells)
  const worker = startWorker(order)
  if (worker !== undefined) {
    waitForAnswers(cells, count, remainingMs)
    void worker.terminate()
  }
  return Array.from({ length: count }, (_, index) => readAnswer(order, cells, index))
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

function readAnswer({ answers }: FlushOrder, cells: Int32Array, index: number): WireAnswer | undefined {
  const length = Atomics.load(cells, firstLengthCell + index)
  if (length === 0) return undefined
  const text = Buffer.from(answers, index * answerBytes, length).toString()
  const answer = JSON.parse(text) as
    | { status: number; headers: Record<string, string>; body: string }
    | { failure: string }
  return 'failure' in answer ? answer : { ...answer, body: Buffer.from(answer.body, 'base64') }
}
