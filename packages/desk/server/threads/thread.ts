import { extname } from 'node:path'
import { Worker, type WorkerOptions } from 'node:worker_threads'
import type { Signal } from '@clew/otlp'
import type { AlertTime } from '../alerts/running-rules.ts'
import type { Batch } from '../import/batches.ts'
import type { FileReport } from '../import/import-file.ts'
import type { QueryName } from '../query/queries.ts'
import type { AlertQuestion, AlertQuestions } from './alerts.ts'
import type { Range } from './store.ts'

/** What the threads of the desk say to one another; all goes through the main thread. */
export type WriterSettings = { directory: string; maxBytes: number; maxAgeMs: number | undefined }

export type ToWriter =
  | {
      kind: 'write'
      id: number
      signal: Signal
      encoding: 'protobuf' | 'json'
      bytes: Uint8Array
      isImported: boolean
    }
  | { kind: 'clear'; id: number; what: Clearing }
  /** Readers cannot read this file, to which records may still be written. */
  | { kind: 'give-up'; path: string }
  | { kind: 'close' }

/** `finished`: all segments but the current one; what is gone with them leaves room for a new one. */
export type Clearing = 'finished' | 'all'

export type FromWriter =
  | { kind: 'segments'; paths: string[]; expired: string[]; damaged: number; bytes: number }
  | { kind: 'failed'; code: string; message: string }
  | { kind: 'written'; id: number; records: number; rejected: number; message: string; arrivedUnixMs: number }
  | { kind: 'refused'; id: number; code: string; message: string }
  | { kind: 'cleared'; id: number }
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

/** `path` undefined: there is no rule file; `directory` undefined: nothing is kept. */
export type AlertSettings = {
  path: string | undefined
  directory: string | undefined
  time?: AlertTime | undefined
}

export type ToAlerts =
  /** Rules begin to run; `url` is that of the desk. */
  | { kind: 'begin'; url: string }
  | {
      kind: 'stored'
      signal: Signal
      encoding: 'protobuf' | 'json'
      bytes: Uint8Array
      arrivedUnixMs: number
    }
  | { kind: 'ask'; id: number; question: AlertAsk }
  | { kind: 'close' }

/** A question with what it is about. */
export type AlertAsk = {
  [Name in AlertQuestion]: { name: Name; of: AlertQuestions[Name]['of'] }
}[AlertQuestion]

export type FromAlerts =
  | { kind: 'ready' }
  | { kind: 'failed'; message: string }
  /** So many of the oldest requests are done with. */
  | { kind: 'judged'; requests: number }
  | { kind: 'changed'; firing: number }
  | { kind: 'answer'; id: number; value: object }
  | { kind: 'failure'; id: number; code: string; message: string }
  | { kind: 'problem'; message: string }

/** `id` is that of a file; a thread reads one after the other. It says `more` when it has done with a chunk. */
export type ToImport = { id: number } & (
  | { kind: 'chunk'; bytes: Uint8Array }
  /** No more of the file comes. */
  | { kind: 'end' }
  /** A batch is done with. */
  | { kind: 'written' }
)

export type FromImport = { id: number } & (
  | { kind: 'more' }
  | ({ kind: 'batch' } & Batch)
  | ({ kind: 'done' } & FileReport)
  | { kind: 'failed'; code: string; message: string }
)

export type ToMetrics =
  | { kind: 'add'; id: number; encoding: 'protobuf' | 'json'; bytes: Uint8Array }
  /** `metric` undefined: the list of all. */
  | { kind: 'ask'; id: number; metric: string | undefined }

export type FromMetrics =
  | { kind: 'answer'; id: number; value: object }
  | { kind: 'failure'; id: number; code: string; message: string }

/** A call of `POST /mcp`, and answers to what the thread asked of the API meanwhile; `json` undefined: it was refused. */
export type ToMcp =
  | { kind: 'call'; id: number; page: string; headers: Record<string, string>; body: string }
  | { kind: 'cancel'; id: number }
  | { kind: 'told'; id: number; json: Uint8Array | undefined; message: string }

export type FromMcp =
  | { kind: 'reply'; id: number; status: number; type: string; body: string }
  | { kind: 'ask'; id: number; path: string }
  /** Nobody waits for that any more. */
  | { kind: 'forget'; id: number }
  | { kind: 'problem'; message: string }

// Sources in tests, files beside this one when built and when bundled.
const extension = extname(import.meta.url)

/** Asks a thread that knows `close` to end, and waits until it has. */
export function closeThread(thread: Worker | undefined): Promise<void> {
  if (thread === undefined) return Promise.resolve()
  return new Promise((resolve) => {
    thread.once('exit', () => resolve())
    thread.postMessage({ kind: 'close' } satisfies ToWriter & ToAlerts)
  })
}

/** Starts a thread of the desk. node:sqlite is announced as experimental by Node 22, on stderr: not here. */
export function startThread(
  name:
    | 'writer-thread'
    | 'reader-thread'
    | 'alert-thread'
    | 'import-thread'
    | 'metrics-thread'
    | 'mcp-thread',
  options: Pick<WorkerOptions, 'workerData' | 'resourceLimits'> = {},
): Worker {
  return new Worker(new URL(`./${name}${extension}`, import.meta.url), {
    name: `clew-desk-${name}`,
    execArgv: ['--disable-warning=ExperimentalWarning'],
    ...options,
  })
}
