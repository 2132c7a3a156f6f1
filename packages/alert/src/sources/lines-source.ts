import { startIdleClock, takeAnyway } from './idle-clock.ts'
import { type BadLines, readRecords } from './read-records.ts'
import type { Source } from './source.ts'

/** A stream of lines, and what it is called. */
export type LinesSourceOptions = {
  /** Such as `process.stdin`, or a file's stream. */
  chunks: AsyncIterable<Buffer>
  /** What it is called, in lines for the operator and as a partition. */
  name: string
  report: (message: string) => void
  /** Unix milliseconds. */
  now: () => number
}

/** Lines of JSON, OTLP or log objects, as they come. What was read is not read again: there are no offsets. */
export function linesSource({ chunks, name, report, now }: LinesSourceOptions): Source {
  let isClosed = false
  const bad: BadLines = { count: 0, first: undefined }
  return {
    async run(sink) {
      sink.know([name])
      await sink.assign(name)
      const clock = startIdleClock(sink, name, now)
      try {
        for await (const records of readRecords(chunks, bad, now, sink.wantsSpans)) {
          clock.came()
          await takeAnyway(sink, { partition: name, records })
          if (isClosed) break
        }
      } finally {
        await clock.stop()
        if (bad.first)
          report(
            `${name}: ${bad.count} lines are no records, the first is line ${bad.first.line} (${bad.first.problem})`,
          )
      }
    },
    close: async () => {
      isClosed = true
    },
  }
}
