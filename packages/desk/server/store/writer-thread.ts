import { parentPort, workerData } from 'node:worker_threads'
import { isOtlpDecodeError } from '@clew/otlp'
import { createGroupCommit, type Settle } from './group-commit.ts'
import { requestRows } from './rows/request-rows.ts'
import type { RequestRows } from './rows/row.ts'
import { isStoreError } from './store-error.ts'
import type { FromWriter, ToWriter, WriterSettings } from './threads.ts'
import { openWriter, type Writer } from './writer.ts'

const maxRecords = 5000
const pauseMs = 20
const tidyMs = 500

const port = parentPort!
const say = (message: FromWriter): void => port.postMessage(message)

const nowUs = (): number => Date.now() * 1000

function open(): Writer | undefined {
  try {
    const writer = openWriter({ ...(workerData as WriterSettings), nowUs })
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

function refusalOf({ refused }: RequestRows): string {
  return refused === 0 ? '' : `${refused} spans have no valid trace id and span id`
}

function serve(writer: Writer): void {
  let lastTidyMs = 0
  const tidy = (): void => {
    if (Date.now() - lastTidyMs < tidyMs) return
    lastTidyMs = Date.now()
    const segments = writer.tidy()
    if (segments !== undefined) say({ kind: 'segments', ...segments })
  }
  const group = createGroupCommit({
    commit() {
      const { segment, logs, spans } = writer.commit()
      say({
        kind: 'committed',
        ...(logs.last >= logs.first && { logs: { segment, ...logs } }),
        ...(spans.last >= spans.first && { spans: { segment, ...spans } }),
      })
      tidy()
    },
    maxRecords,
    pauseMs,
    nowMs: Date.now,
  })
  // Age alone can end a segment's time while nothing comes.
  const timer = setInterval(tidy, 60_000)

  const write = ({ id, signal, encoding, bytes }: Extract<ToWriter, { kind: 'write' }>): void => {
    const settle =
      (records: number, rejected: number, message: string): Settle =>
      (error) =>
        say(error === undefined ? { kind: 'written', id, records, rejected, message } : { kind: 'refused', id, ...failureOf(error) })
    let request: RequestRows
    try {
      request = requestRows(signal, encoding, bytes)
    } catch (error) {
      return say({ kind: 'refused', id, ...failureOf(error) })
    }
    try {
      const records = countOf(request)
      writer.add(request)
      group.added(records, settle(records, request.refused, refusalOf(request)))
    } catch (error) {
      // The failure took the whole transaction with it.
      group.fail(error)
      say({ kind: 'refused', id, ...failureOf(error) })
    }
  }

  port.on('message', (message: ToWriter) => {
    if (message.kind === 'write') return write(message)
    clearInterval(timer)
    group.flush()
    writer.close()
    say({ kind: 'closed' })
    port.close()
  })
}

const writer = open()
if (writer !== undefined) serve(writer)
