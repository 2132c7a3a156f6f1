import { guard, type OptionValues, rootContext, runInContext } from '@clew/core'
import {
  beginBatch,
  beginMessage,
  type messageOptions,
  runTraced,
  type TracedWork,
} from '@clew/core/messaging'
import type { Tracer } from '@opentelemetry/api'
import { headersOf } from './headers.ts'
import type { Consumer, MessageLike } from './library.ts'

/** What all clients share while the instrumentation runs, and after. */
export type Running = {
  readonly tracer: Tracer
  readonly options: OptionValues<typeof messageOptions>
  isStopped: boolean
}

type Client = Pick<Consumer, 'clientId' | 'currentMetadata'>

/** Runs work on what was received, in its span; without one when that cannot be made, or the instrumentation has stopped. */
export type Receiver = {
  /** By hand, within whatever runs. */
  message<T>(message: MessageLike, work: () => T): T
  batch<T>(messages: readonly MessageLike[], work: () => T): T
  /** From a stream: in no request, whoever made the stream flow. Undefined when nothing can be begun. */
  begin(message: MessageLike, client: Client): TracedWork | undefined
}

export function createReceiver(running: Running): Receiver {
  const { tracer, options } = running
  const begin = (message: MessageLike, client: Client): TracedWork | undefined =>
    running.isStopped
      ? undefined
      : guard(
          'starting the work on a message',
          () => beginMessage(tracer, { ...placeOf(message, client), ...restOf(message) }, options),
          undefined,
        )
  return {
    begin: (message, client) => runInContext(rootContext, () => begin(message, client)),
    message: (message, work) => {
      const begun = begin(message, {})
      return begun ? runTraced(begun, work) : work()
    },
    batch: (messages, work) => {
      const [first] = messages
      if (running.isStopped || first === undefined) return work()
      const begun = guard(
        'starting the work on messages',
        () => beginBatch(tracer, placeOfAll(messages, first), messages.map(headersOf)),
        undefined,
      )
      return begun ? runTraced(begun, work) : work()
    },
  }
}

function placeOf({ topic, partition, metadata }: MessageLike, { clientId, currentMetadata }: Client) {
  const consumer = (metadata as { consumer?: { groupId?: unknown } } | undefined)?.consumer
  const group = typeof consumer?.groupId === 'string' ? consumer.groupId : undefined
  return { topic, partition, group, clientId, clusterId: currentMetadata?.id }
}

/** A batch that was put together may be of several partitions. */
function placeOfAll(messages: readonly MessageLike[], first: MessageLike) {
  const place = placeOf(first, {})
  const isOne = messages.every(
    ({ topic, partition }) => topic === first.topic && partition === first.partition,
  )
  return isOne ? place : { ...place, partition: undefined }
}

function restOf(message: MessageLike) {
  const { offset, timestamp, value } = message
  return {
    offset,
    timestampMs: Number(timestamp ?? -1),
    isTombstone: value === undefined || value === null,
    header: headersOf(message),
  }
}
