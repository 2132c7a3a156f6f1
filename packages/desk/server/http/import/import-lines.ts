import { setTimeout as delay } from 'node:timers/promises'
import { encodePlainLogs, type Line, type PlainLog, readPlainLog, type Signal } from '@clew/otlp'
import type { ImportResult } from '../../../api/index.ts'
import { importLimits } from '../../schema/limits.ts'
import { isStoreError, type StoreErrorCode, storeError } from '../../schema/store-error.ts'
import type { Store } from '../../threads/store.ts'
import { parseLine } from './lines.ts'

const maxProblems = 5
const recordsInBatch = 1000
/** Requests that wait for their commit at once, and their bytes: commits come every 50 ms. */
const maxWaiting = 64
const maxWaitingBytes = 1024 * 1024
const busyDelayMs = 100
/** What the store says of a line alone. */
const refusals = new Set<StoreErrorCode>(['decode', 'too-large'])

/**
 * Stores lines as they come and waits while the store has enough to do. `sentBytes` are those that came so far. Rejects
 * with a StoreError where a limit is reached or the store can keep nothing more; what came before is then kept, and its
 * message says how much that is.
 */
export async function importLines(
  lines: AsyncIterable<Line>,
  sentBytes: () => number,
  store: Pick<Store, 'write'>,
  now: () => number,
): Promise<ImportResult> {
  const result: ImportResult = { logs: 0, spans: 0, rejected: 0, problems: [] }
  const writes = createWrites(store, result)
  try {
    await writeLines(lines, writes, result, { sentBytes, now })
    await writes.finish()
  } catch (error) {
    await writes.settle()
    if (!isStoreError(error)) throw error
    throw storeError(error.code, `${error.message} (${result.logs} lines and ${result.spans} spans are kept)`)
  }
  // The store answers later than a line that is not even given to it.
  result.problems.sort((a, b) => a.line - b.line)
  return result
}

async function writeLines(
  lines: AsyncIterable<Line>,
  writes: Writes,
  result: ImportResult,
  { sentBytes, now }: { sentBytes: () => number; now: () => number },
): Promise<void> {
  let plain: PlainLog[] = []
  let firstLine = 0
  const flush = async (): Promise<void> => {
    if (plain.length === 0) return
    const bytes = encodePlainLogs(plain)
    plain = []
    await writes.add('logs', bytes, firstLine)
  }
  for await (const { number, bytes } of lines) {
    const parsed = parseLine(bytes)
    if ('problem' in parsed) reject(result, 1, number, parsed.problem)
    else if ('otlp' in parsed) await writes.add(parsed.otlp, bytes, number)
    else {
      if (plain.length === 0) firstLine = number
      plain.push(readPlainLog(parsed.plain, now()))
      if (plain.length === recordsInBatch) await flush()
    }
    requireModest(result, sentBytes())
  }
  await flush()
}

function requireModest({ logs, spans, rejected, problems }: ImportResult, sentBytes: number): void {
  const { freeRecords, rejected: maxRejected } = importLimits
  if (logs + spans > freeRecords + sentBytes)
    throw storeError(
      'too-large',
      `a file may have ${freeRecords} records, and one more for each byte that is sent`,
    )
  if (rejected <= maxRejected) return
  const first = problems.map(({ line, message }) => `line ${line}: ${message}`)[0]
  throw storeError(
    'invalid',
    `more than ${maxRejected} lines are no records, ${first}; send OTLP JSON, or a log object on each line`,
  )
}

type Writes = {
  /** Resolves as soon as more may come. */
  add(signal: Signal, bytes: Uint8Array, line: number): Promise<void>
  finish(): Promise<void>
  /** Waits for what was added, whatever becomes of it. */
  settle(): Promise<unknown>
}

function createWrites(store: Pick<Store, 'write'>, result: ImportResult): Writes {
  const waiting = new Set<Promise<void>>()
  let waitingBytes = 0
  let failure: { error: unknown } | undefined

  const write = async (signal: Signal, bytes: Uint8Array, line: number): Promise<void> => {
    try {
      const { records, rejected, message } = await writeWhenFree(store, signal, bytes)
      result[signal === 'logs' ? 'logs' : 'spans'] += records
      if (rejected > 0) reject(result, rejected, line, message)
    } catch (error) {
      if (isStoreError(error) && refusals.has(error.code)) reject(result, 1, line, error.message)
      else failure ??= { error }
    }
  }
  const throwFailure = (): void => {
    if (failure !== undefined) throw failure.error
  }
  return {
    async add(signal, bytes, line) {
      const size = bytes.length
      waitingBytes += size
      const done: Promise<void> = write(signal, bytes, line).finally(() => {
        waitingBytes -= size
        waiting.delete(done)
      })
      waiting.add(done)
      while (waiting.size >= maxWaiting || waitingBytes > maxWaitingBytes) await Promise.race(waiting)
      throwFailure()
    },
    async finish() {
      await Promise.all(waiting)
      throwFailure()
    },
    settle: () => Promise.all(waiting),
  }
}

/** A store that is busy refuses at once, but has taken the bytes: it gets a copy each time. */
async function writeWhenFree(
  store: Pick<Store, 'write'>,
  signal: Signal,
  bytes: Uint8Array,
): ReturnType<Store['write']> {
  for (;;) {
    try {
      return await store.write(signal, 'json', new Uint8Array(bytes), true)
    } catch (error) {
      if (!isStoreError(error) || error.code !== 'busy') throw error
      await delay(busyDelayMs)
    }
  }
}

function reject(result: ImportResult, records: number, line: number, message: string): void {
  result.rejected += records
  if (result.problems.length < maxProblems) result.problems.push({ line, message })
}
