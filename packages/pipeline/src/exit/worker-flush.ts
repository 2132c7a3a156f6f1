import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { Worker } from 'node:worker_threads'
import type { WireAnswer } from '../wire/exchange.ts'
import { readTrust } from '../wire/node-settings.ts'
import { createOrder, type FlushJob, type FlushOrder, readAnswers, waitForAnswers } from './flush-order.ts'

/**
 * Sends requests from a worker made at this moment, while this thread waits. Returns the answer to each request,
 * undefined where none came in time or no worker could be made.
 */
export function sendFromWorker(jobs: FlushJob[], remainingMs: () => number): (WireAnswer | undefined)[] {
  const order = createOrder(jobs)
  const worker = startWorker(order)
  if (worker !== undefined) {
    waitForAnswers(order, remainingMs)
    void worker.terminate()
  }
  return readAnswers(order)
}

/** Without `execArgv` and an `env` of its own the worker would load the application's preload, and us in it. */
function startWorker(order: FlushOrder): Worker | undefined {
  try {
    const file = new URL('./flush-worker.js', import.meta.url)
    if (!existsSync(fileURLToPath(file))) return undefined
    const env = readTrust()
    const worker = new Worker(file, { workerData: order, execArgv: [], env, stdout: true, stderr: true })
    worker.unref()
    worker.on('error', () => {})
    return worker
  } catch {
    return undefined
  }
}
