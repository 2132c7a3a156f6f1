import { guard, type OptionValues } from '@clew/core'
import {
  beginBatch,
  beginMessage,
  type HeaderReader,
  type messageOptions,
  runTraced,
  type TracedWork,
} from '@clew/core/messaging'
import type { Tracer } from '@opentelemetry/api'
import type { BatchLike, MessageLike, ReceivedKafkaMessage } from './library.ts'

/** What all clients share while the instrumentation runs, and after. */
export type Running = {
  readonly tracer: Tracer
  readonly options: OptionValues<typeof messageOptions>
  isStopped: boolean
}

/** Runs work on what was received, in its span; without one when that cannot be made, or the instrumentation has stopped. */
export type Receiver = {
  message<T>(received: MessageLike, group: string | undefined, work: () => T): T
  batch<T>(received: BatchLike, group: string | undefined, work: () => T): T
}

export function createReceiver(running: Running): Receiver {
  const { tracer, options } = running
  const run = <T>(begin: () => TracedWork, work: () => T): T => {
    const begun = running.isStopped ? undefined : guard('starting the work on messages', begin, undefined)
    return begun ? runTraced(begun, work) : work()
  }
  return {
    message: ({ topic, partition, message }, group, work) =>
      run(
        () =>
          beginMessage(
            tracer,
            {
              ...{ topic, partition, group, offset: message.offset },
              timestampMs: Number(message.timestamp),
              isTombstone: message.value === null,
              header: headersOf(message),
            },
            options,
          ),
        work,
      ),
    batch: ({ batch: { topic, partition, messages } }, group, work) =>
      run(() => beginBatch(tracer, { topic, partition, group }, messages.map(headersOf)), work),
  }
}

function headersOf({ headers }: ReceivedKafkaMessage): HeaderReader {
  return (name) => headers?.[name]
}
