import { extname } from 'node:path'
import { Worker, type WorkerOptions } from 'node:worker_threads'
import type { Signal } from '@clew/otlp'
import type { QueryName } from '../query/queries.ts'
import type { Range } from './store.ts'

/** What the threads of the store say to one another; all goes through the main thread. */
export type WriterSettings = { directory: string; maxBytes: number; maxAgeMs: number | undefined }

export type ToWriter =
  | { kind: 'write'; id: number; signal: Signal; encoding: 'protobuf' | 'json'; bytes: Uint8Array }
  | { kind: 'close' }

export type FromWriter =
  | { kind: 'segments'; paths: string[]; expired: string[]; damaged: number; bytes: number }
  | { kind: 'failed'; code: string; message: string }
  | { kind: 'written'; id: number; records: number; rejected: number; message: string }
  | { kind: 'refused'; id: number; code: string; message: string }
  | { kind: 'committed'; logs?: Range; spans?: Range }
  /** What an operator should know; no request failed by it. */
  | { kind: 'problem'; message: string }
  | { kind: 'closed' }

export type ToReader =
  | { kind: 'segments'; paths: string[] }
  | { kind: 'query'; id: number; name: QueryName; parameters: Record<string, string> }

export type FromReader =
  | { kind: 'ready' }
  /** The files that are open now; others may be deleted. */
  | { kind: 'open'; paths: string[] }
  | { kind: 'answer'; id: number; json: Uint8Array }
  | { kind: 'failure'; id: number; code: string; message: string }
  | { kind: 'damaged'; path: string }

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
