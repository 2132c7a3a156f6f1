import { parentPort, workerData } from 'node:worker_threads'
import { isOtlpDecodeError } from '@clew/otlp'
import { maxRecords } from '../schema/limits.ts'
import type { RequestRows } from '../schema/row.ts'
import { isStoreError } from '../schema/store-error.ts'
import { requestRows } from '../store/rows/request-rows.ts'
import { Writer } from '../store/writer.ts'
import { createGroupCommit, type GroupCommit } from './group-commit.ts'
import type { FromWriter, ToWriter, WriterSettings } from './thread.ts'

const recordsPerCommit = 5000
const pauseMs = 20
const tidyMs = 500

const port = parentPort!
const say = (message: FromWriter): void => port.postMessage(message)

const nowUs = (): number => Date.now() * 1000
const report = (message: string): void => say({ kind: 'problem', message })

function open(): Writer | undefined {
  try {
    const writer = new Writer({ ...(workerData as WriterSettings), nowUs, report })
    say({ kind: 'segments', ...writer.segments() })
    return writer
  } catch (error) {
    say({ kind: 'failed', ...failureOf(error) })
    port.close()
    return undefined
  }
}

function failureOf(error: unknown): { code: string; message: string } {
  if (isStoreError(error)) return { code: error.code, message: error.message }
  if (isOtlpDecodeError(error)) return { code: 'decode', message: error.message }
  return { code: 'internal', message: error instanceof Error ? error.message : String(error) }
}

function countOf(request: RequestRows): number {
  let records = 0
  for (const { rows } of request.groups) records += rows.length
  return records
}

function refusalOf({ refused, beyond }: RequestRows): string {
  const reasons = [
    ...(refused === 0 ? [] : [`${refused} spans have no valid trace id and span id`]),
    ...(beyond === 0 ? [] : [`${beyond} are more than the ${maxRecords} that a request may have`]),
  ]
  return reasons.join('; ')
}

function serve(writer: Writer): void {
  const group = createGroupCommit({
    commit: () => commit(writer),
    maxRecords: recordsPerCommit,
    ...{ pauseMs, nowMs: () => performance.now() },
  })
  const tidy = createTidy(writer, group)
  // Age alone can end a segment's time while nothing comes.
  const timer = setInterval(tidy, 60_000)
  port.on('message', (message: ToWriter) => {
    if (message.kind === 'write') {
      write(writer, group, message)
      setImmediate(tidy)
      return
    }
    if (message.kind === 'clear') return clear(writer, group, message)
    if (message.kind === 'give-up') return giveUp(writer, group, message.path)
    clearInterval(timer)
    group.flush()
    writer.close()
    say({ kind: 'closed' })
    port.close()
  })
}

function commit(writer: Writer): void {
  const { segment, logs, spans } = writer.commit()
  say({
    kind: 'committed',
    ...(logs.last >= logs.first && { logs: { segment, ...logs } }),
    ...(spans.last >= spans.first && { spans: { segment, ...spans } }),
  })
}

/** Looks at sizes and ages now and then, after a commit; a failure there costs no record. */
function createTidy(writer: Writer, group: GroupCommit): () => void {
  let lastMs = Number.NEGATIVE_INFINITY
  return () => {
    if (performance.now() - lastMs < tidyMs) return
    lastMs = performance.now()
    group.flush()
    try {
      say({ kind: 'segments', ...writer.tidy() })
    } catch (error) {
      report(failureOf(error).message)
    }
  }
}

function giveUp(writer: Writer, group: GroupCommit, path: string): void {
  group.flush()
  try {
    say({ kind: 'segments', ...writer.giveUp(path) })
  } catch (error) {
    report(failureOf(error).message)
  }
}

/** What came before it is committed first, and goes with the rest. */
function clear(writer: Writer, group: GroupCommit, { id, what }: Extract<ToWriter, { kind: 'clear' }>): void {
  group.flush()
  try {
    say({ kind: 'segments', ...writer.clear(what) })
    say({ kind: 'cleared', id })
  } catch (error) {
    say({ kind: 'refused', id, ...failureOf(error) })
  }
}

type WriteMessage = Extract<ToWriter, { kind: 'write' }>

function write(writer: Writer, group: GroupCommit, message: WriteMessage): void {
  const { id, signal, encoding, bytes, isImported } = message
  const refuse = (error: unknown): void => say({ kind: 'refused', id, ...failureOf(error) })
  let request: RequestRows
  try {
    request = requestRows(signal, encoding, bytes)
  } catch (error) {
    refuse(error)
    return
  }
  const rejected = request.refused + request.beyond
  const written = { kind: 'written', id, records: countOf(request), rejected } as const
  let arrivedUnixMs: number
  try {
    arrivedUnixMs = writer.add(request, isImported)
  } catch (error) {
    // The failure took the whole transaction with it.
    group.fail(error)
    refuse(error)
    return
  }
  group.added(written.records, (error) =>
    error === undefined ? say({ ...written, arrivedUnixMs, message: refusalOf(request) }) : refuse(error),
  )
}

const writer = open()
if (writer !== undefined) serve(writer)
