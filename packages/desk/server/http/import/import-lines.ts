import { setTimeout as delay } from 'node:timers/promises'
import type { Signal } from '@clew/otlp'
import type { ImportResult } from '../../../api/index.ts'
import { isStoreError } from '../../schema/store-error.ts'
import type { Store } from '../../threads/store.ts'
import { type Line, parseLine } from './lines.ts'
import { encodePlainLogs, type PlainLog, readPlainLog } from './plain-log.ts'

const maxProblems = 5
const recordsInBatch = 1000
/** Requests that wait for their commit at once, and their bytes: commits come every 50 ms. */
const maxWaiting = 64
const maxWaitingBytes = 32 * 1024 * 1024
const busyDelayMs = 100

/**
 * Stores lines as they come and waits while the store has enough to do. Rejects with what the store says when it can
 * keep nothing more; what came before is then kept.
 */
export async function importLines(
  lines: AsyncIterable<Line>,
  store: Pick<Store, 'write'>,
  now: () => number,
): Promise<ImportResult> {
  const result: ImportResult = { logs: 0, spans: 0, rejected: 0, problems: [] }
  const writes = createWrites(store, result)
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
  }
  await flush()
  await writes.finish()
  // The store answers later than a line that is not even given to it.
  result.problems.sort((a, b) => a.line - b.line)
  return result
}

type Writes = {
  /** Resolves as soon as more may come. */
  add(signal: Signal, bytes: Uint8Array, line: number): Promise<void>
  finish(): Promise<void>
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
      if (isStoreError(error) && error.code === 'decode') reject(result, 1, line, error.message)
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
      return await store.write(signal, 'json', new Uint8Array(bytes))
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
