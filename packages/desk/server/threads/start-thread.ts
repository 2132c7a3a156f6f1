import { extname } from 'node:path'
import { Worker, type WorkerOptions } from 'node:worker_threads'

// Sources in tests, files beside this one when built and when bundled.
const extension = extname(import.meta.url)

/** Starts a thread of the desk. node:sqlite is announced as experimental by Node 22, on stderr: not here. */
export function startThread(
  name: 'writer-thread' | 'reader-thread',
  options: Pick<WorkerOptions, 'workerData' | 'resourceLimits'> = {},
): Worker {
  return new Worker(new URL(`./${name}${extension}`, import.meta.url), {
    name: `clew-desk-${name}`,
    execArgv: ['--disable-warning=ExperimentalWarning'],
    ...options,
  })
}
