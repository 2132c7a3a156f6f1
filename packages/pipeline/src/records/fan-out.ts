import {
  appendWritten,
  type ByteWriter,
  createByteWriter,
  decodeLogsRequest,
  type EncodeLimits,
  frameRequest,
  type LogInput,
  type LogRecord,
  writeLogRecord,
} from '@clew/otlp'
import type { PipelineScope, RecordFilter } from '../pipeline.ts'
import { type FramedIntake, type Intake, putFramed } from './intake.ts'
import type { ByteQueue } from './queue.ts'

/** The queue of one destination, and what may enter it. */
export type Outlet = { queue: ByteQueue; filter: RecordFilter }

/** What a record without a severity counts as: INFO, as for a search. */
const assumedSeverity = 9
const keptBytes = 1024 * 1024
const nothing = Buffer.alloc(0)

/** The way into several queues, or into one that does not want all: a record is encoded once, each that wants it gets its bytes. `counts` has all that came. */
export function createFanOut(
  outlets: readonly Outlet[],
  limits: EncodeLimits,
  counts: { created: number } = { created: 0 },
): Intake<LogInput> {
  const lowest = Math.min(...outlets.map(({ filter }) => filter.minSeverity ?? 0))
  let own = createByteWriter()
  return (scope, input, weight) => {
    const severity = input.severityNumber || assumedSeverity
    counts.created++
    if (severity < lowest) return
    // A getter of a record may log: that record is written, and goes, by itself.
    const written = own.busy ? createByteWriter(1024) : own
    written.position = 0
    writeLogRecord(written, input, limits, weight)
    let record: LogRecord | undefined
    for (const { queue, filter } of outlets) {
      if (severity < (filter.minSeverity ?? 0)) continue
      if (filter.where !== undefined) {
        record ??= decodeFramed(written.buffer.subarray(0, written.position))
        if (record === undefined || !filter.where(record)) continue
      }
      put(queue, scope, written)
    }
    if (written.buffer.length > keptBytes) own = createByteWriter()
  }
}

/** The same for records that were held back. */
export function createFramedFanOut(outlets: readonly Outlet[]): FramedIntake {
  return (scope, framed) => {
    const record = decodeFramed(framed)
    if (record === undefined) return
    const severity = record.severityNumber || assumedSeverity
    for (const { queue, filter } of outlets) {
      if (severity < (filter.minSeverity ?? 0) || filter.where?.(record) === false) continue
      putFramed(queue, scope, framed)
    }
  }
}

function put(queue: ByteQueue, scope: PipelineScope, written: ByteWriter): void {
  const chunk = queue.chunk(scope)
  if (chunk === undefined) return
  appendWritten(chunk.writer, written)
  queue.commit(chunk, written.position)
}

/** A filter looks at what is sent, so that values are read once. Undefined where nothing could be written. */
export function decodeFramed(framed: Buffer): LogRecord | undefined {
  const records = [{ scope: nothing, records: [framed] }]
  const [resource] = decodeLogsRequest(Buffer.concat(frameRequest(nothing, records)))
  return resource?.scopeLogs[0]?.logRecords[0]
}
