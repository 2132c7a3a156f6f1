import { extname } from 'node:path'
import { Worker } from 'node:worker_threads'
import type { FromDesk, ToDesk } from './desk-thread.ts'
import type { Desk, DeskOptions } from './run-desk.ts'

/**
 * Of the young generation, in MB. That of the thread in which a process begins grows up to a bound that V8 takes from the memory
 * of the machine: at 20,000 lines a second by 3 MB a minute, for 2 that lived.
 */
const youngMb = 24

/**
 * Starts a desk: receives OTLP over HTTP and gRPC, stores it, answers the API and serves the page. Rejects with one line
 * that says what is wrong and what to do: a port in use, a folder that cannot be written, an address without a token.
 * It runs in a thread of its own; what fails there is thrown here, where nobody catches it.
 */
export function startDesk({ report, ...options }: DeskOptions): Promise<Desk> {
  // Sources in tests, a file beside this one when built and when bundled.
  const thread = new Worker(new URL(`./desk-thread${extname(import.meta.url)}`, import.meta.url), {
    name: 'clew-desk',
    execArgv: ['--disable-warning=ExperimentalWarning'],
    resourceLimits: { maxYoungGenerationSizeMb: youngMb },
    workerData: options,
  })
  const ended = new Promise<void>((resolve) => thread.once('exit', () => resolve()))
  const close = async (): Promise<void> => {
    thread.postMessage({ kind: 'close' } satisfies ToDesk)
    await ended
  }
  return new Promise((resolve, reject) => {
    thread.on('message', (message: FromDesk) => {
      if (message.kind === 'report') report(message.message)
      else if (message.kind === 'failed') reject(new Error(message.message))
      else resolve({ url: message.url, grpc: message.grpc, close })
    })
  })
}
