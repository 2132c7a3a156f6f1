import { guard, wrapMethod } from '@clew/core'
import {
  beginSending,
  describeSent,
  headersOf,
  headersToAdd,
  runTraced,
  type SentHeaders,
  type TracedWork,
} from '@clew/core/messaging'
import {
  type BatchRequest,
  type Message,
  owner,
  type Producer,
  type Sender,
  type SendRequest,
  type Sent,
} from './library.ts'
import type { Running } from './receiver.ts'

/** Gives each send of a producer, and of its transactions, a span, and its messages the context of it. */
export function attachToProducer(producer: Producer, running: Running): void {
  attachToSender(producer, running)
  wrapMethod(owner, producer, 'transaction', (transaction) => {
    return async function (this: unknown, ...args) {
      const sender = await transaction.apply(this, args)
      guard('attaching to a transaction', () => attachToSender(sender, running), undefined)
      return sender
    }
  })
}

function attachToSender(sender: Sender, running: Running): void {
  wrapMethod(owner, sender, 'send', (send) => {
    return function (this: unknown, request, ...rest) {
      const sending = guard('starting a send', () => sendingOf(request, running), undefined)
      if (!sending) return send.call(this, request, ...rest)
      return runSending(sending, (carried) => send.call(this, carried, ...rest))
    }
  })
  wrapMethod(owner, sender, 'sendBatch', (sendBatch) => {
    return function (this: unknown, request, ...rest) {
      const sending = guard('starting a send', () => batchOf(request, running), undefined)
      if (!sending) return sendBatch.call(this, request, ...rest)
      return runSending(sending, (carried) => sendBatch.call(this, carried, ...rest))
    }
  })
}

type Sending<Request> = { readonly work: TracedWork; readonly carried: Request; readonly messages: number }

function runSending<Request>(
  { work, carried, messages }: Sending<Request>,
  send: (carried: Request) => Promise<Sent[]>,
): Promise<Sent[]> {
  return runTraced(
    work,
    () => send(carried),
    (sent, span) => {
      const places = sent.map(({ partition, baseOffset, offset }) => ({
        partition,
        offset: baseOffset ?? offset,
      }))
      span.setAttributes(describeSent(places, messages))
    },
  )
}

function sendingOf(request: SendRequest, { tracer, isStopped }: Running): Sending<SendRequest> | undefined {
  // Anything else is kafkajs' to refuse.
  if (isStopped || !isSound(request)) return undefined
  const { topic, messages } = request
  const work = beginSending(tracer, { topics: [topic], messages: messages.length })
  if (!work) return undefined
  const headers = headersOf(work.context, messages.length)
  const carried = { ...request, ...optionsOf(request), topic, messages: messagesToSend(messages, headers) }
  return { work, carried, messages: messages.length }
}

function batchOf(request: BatchRequest, { tracer, isStopped }: Running): Sending<BatchRequest> | undefined {
  const topicMessages = request?.topicMessages
  if (isStopped || !Array.isArray(topicMessages) || !topicMessages.every(isSound)) return undefined
  const messages = topicMessages.reduce((sum, { messages }) => sum + messages.length, 0)
  const topics = [...new Set(topicMessages.map(({ topic }) => topic))]
  const work = beginSending(tracer, { topics, messages })
  if (!work) return undefined
  const headers = headersOf(work.context, messages)
  const carried = {
    ...request,
    ...optionsOf(request),
    topicMessages: topicMessages.map((one) => ({
      ...{ ...one, topic: one.topic },
      messages: messagesToSend(one.messages, headers),
    })),
  }
  return { work, carried, messages }
}

function isSound(given: unknown): boolean {
  const { topic, messages } = (given ?? {}) as Partial<SendRequest>
  return typeof topic === 'string' && topic !== '' && Array.isArray(messages) && messages.length > 0
}

// Read by name: a request may be an object of a class, whose getters no copy has.
function optionsOf({ acks, timeout, compression }: SendRequest | BatchRequest): Partial<SendRequest> {
  return { acks, timeout, compression }
}

function messagesToSend(messages: readonly Message[], headers: SentHeaders): Message[] {
  return messages.map((message) => messageToSend(message, headers))
}

/** A copy of a message with the headers of ours that it lacks; kafkajs refuses some messages by an error that shows them, as they are. */
export function messageToSend(message: Message, headers: SentHeaders): Message {
  if (typeof message !== 'object' || message === null || message.value === undefined) return message
  const { key, value, partition, timestamp, headers: given = {} } = message
  if (typeof given !== 'object' || given === null) return message
  const missing = headersToAdd(headers, (name) => Object.hasOwn(given, name))
  if (Object.keys(missing).length === 0) return message
  const copy: Record<string, unknown> = { ...message, value, headers: { ...given, ...missing } }
  if (key !== undefined) copy.key = key
  if (partition !== undefined) copy.partition = partition
  if (timestamp !== undefined) copy.timestamp = timestamp
  return copy as Message
}
