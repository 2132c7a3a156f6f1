import { type Answer, type OtlpHandlers, type OtlpServer, startOtlpHttpReceiver } from '@clew/otlp'
import { type AlertRecord, recordsOf } from '../engine/record.ts'
import { spanRecordsOf } from '../engine/span-record.ts'
import { startIdleClock, takeAnyway } from './idle-clock.ts'
import type { Source } from './source.ts'

/** Where to listen, and to whom. */
export type OtlpSourceOptions = {
  /** Default 127.0.0.1. */
  host?: string
  /** Default 4318; 0: a free port. */
  port?: number
  /** Senders must show it; see `token` of the receiver. */
  token?: string
  /** Unix milliseconds. */
  now: () => number
  /** Listens now, at this address. */
  onListen?: (url: string) => void
}

/** So many requests may wait to be judged; whoever sends more is asked to come back. */
const maxWaiting = 64
const partition = 'otlp'

/**
 * OTLP over HTTP, protobuf or JSON: a request is answered when what came of it is stored. A sender that had no answer sends again, and
 * its records count twice; Kafka is what counts exactly.
 */
export function otlpSource(options: OtlpSourceOptions): Source {
  const { now, onListen } = options
  let end = (): void => {}
  const ended = new Promise<void>((resolve) => {
    end = resolve
  })
  return {
    async run(sink) {
      sink.know([partition])
      await sink.assign(partition)
      const clock = startIdleClock(sink, partition, now)
      let waiting = 0
      const take = async (records: () => AlertRecord[]): Promise<Answer> => {
        if (waiting >= maxWaiting) return { retryAfterSeconds: 5 }
        waiting++
        clock.came()
        try {
          await takeAnyway(sink, { partition, records: records() })
          return 'ok'
        } finally {
          waiting--
        }
      }
      const handlers: OtlpHandlers = {
        logs: (request) => take(() => recordsOf(request, now())),
        traces: (request) => (sink.wantsSpans ? take(() => spanRecordsOf(request, now())) : 'ok'),
      }
      const server = await listening(options, handlers)
      onListen?.(server.url)
      await ended
      await server.close()
      await clock.stop()
    },
    close: async () => end(),
  }
}

function listening(
  { host, port = 4318, token }: OtlpSourceOptions,
  handlers: OtlpHandlers,
): Promise<OtlpServer> {
  return startOtlpHttpReceiver({
    ...{ handlers, port },
    ...(host !== undefined && { host }),
    ...(token !== undefined && { token }),
  })
}
