import { createByteWriter, extendLogRecord, type LogInput, type LogRecord } from '@clew/otlp'
import type { PolicyPorts } from './policy.ts'

const mostKeptBytes = 1024 * 1024

/**
 * Encodes records that a rule looks at as a whole, and reads them back. What it has written is what leaves: values are read once,
 * and what redaction cuts counts once.
 */
export function createRecordReader({ logs, decode }: PolicyPorts): {
  read(input: LogInput): LogRecord | undefined
  encoded(input: LogInput, weight: number, reason: string | undefined): Buffer | undefined
  forget(): void
} {
  let own = createByteWriter(1024)
  let last: { input: LogInput; framed: Buffer; record: LogRecord | undefined } | undefined
  return {
    read(input) {
      if (last?.input === input) return last.record
      // A getter of the record that is being written has logged.
      const writer = own.busy ? createByteWriter(1024) : own
      writer.position = 0
      logs?.write(writer, input, 1)
      const framed = writer.buffer.subarray(0, writer.position)
      last = { input, framed, record: decode(framed) }
      return last.record
    },
    encoded(input, weight, reason) {
      if (last?.input !== input || last.record === undefined) return undefined
      const { framed, record } = last
      last = undefined
      const isSaid = 'log.sample.weight' in record.attributes
      const more =
        reason === undefined || 'clew.kept' in record.attributes ? undefined : { 'clew.kept': reason }
      if (own.buffer.length > mostKeptBytes) own = createByteWriter(1024)
      if (more === undefined && (weight === 1 || isSaid)) return framed
      const writer = createByteWriter(framed.length + 64)
      extendLogRecord(writer, framed, isSaid ? 1 : weight, more)
      return writer.buffer.subarray(0, writer.position)
    },
    forget() {
      last = undefined
    },
  }
}
