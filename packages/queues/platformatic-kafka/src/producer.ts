import {
  activeContext,
  bindingCallbacks,
  bindToContext,
  emittingInRoot,
  endSpan,
  guard,
  rootContext,
  runInContext,
  type Stop,
  spanContextOf,
  wrapMethod,
} from '@clew/core'
import {
  beginSending,
  describeSent,
  headersOf,
  runTraced,
  type SentHeaders,
  type TracedWork,
} from '@clew/core/messaging'
import type { Context, Span } from '@opentelemetry/api'
import { formsOfProducer, type HeaderForms, messageToSend } from './headers.ts'
import {
  type Callback,
  type MessageToSend,
  owner,
  type PlatformaticKafka,
  type Producer,
  type SendOptions,
  type Sent,
  serializersOf,
} from './library.ts'
import { attachToProducerStream, takeMaker } from './makers.ts'
import type { Running } from './receiver.ts'

/** Gives each send of a producer, also by a transaction or a stream, a span, and its messages the context of their makers. */
export function attachToProducer(library: PlatformaticKafka, running: Running): Stop[] {
  const { prototype } = library.Producer
  return [
    ...attachToProducerStream(library, running),
    wrapMethod(owner, library.ProducerStream.prototype, 'emit', emittingInRoot),
    wrapMethod(owner, prototype, 'emit', emittingInRoot),
    // Several calls wait for one answer, in the context of the first, and serialise their messages after it.
    wrapMethod(owner, prototype, 'initIdempotentProducer', bindingCallbacks),
    wrapMethod(owner, prototype, 'send', (send) => {
      return function (this: Producer, options, callback, ...rest) {
        const begin = (): Sending | undefined => sendingOf(this, options, library.kOptions, running)
        const sending = running.isStopped ? undefined : guard('starting a send', begin, undefined)
        if (!sending) return send.call(this, options, callback, ...rest)
        const { work, carried, messages } = sending
        const describe = (sent: Sent | undefined, span: Span): void =>
          void span.setAttributes(describeSent(sent?.offsets ?? [], messages))
        if (typeof callback !== 'function')
          return runTraced(work, () => send.call(this, carried, callback, ...rest), describe)
        // Before the context is that of the span.
        const ending = endingWith(callback, work, describe)
        return runInContext(work.context, () => send.call(this, carried, ending, ...rest))
      }
    }),
  ]
}

/** The callback, called in the context of its caller after the span has ended. It may have a promise of the library beside it. */
function endingWith(
  callback: Callback<Sent>,
  { span }: TracedWork,
  describe: (sent: Sent | undefined, span: Span) => void,
): Callback<Sent> {
  const bound = bindToContext(activeContext(), callback)
  const ending: Callback<Sent> = (error, sent) => {
    guard('describing a send', () => describe(sent, span), undefined)
    endSpan(span, error ?? undefined)
    bound(error, sent)
  }
  return Object.assign(ending, callback)
}

type Sending = { readonly work: TracedWork; readonly carried: SendOptions; readonly messages: number }

function sendingOf(
  producer: Producer,
  options: SendOptions,
  optionsKey: symbol,
  { tracer }: Running,
): Sending | undefined {
  const messages = options?.messages
  // Anything else is the library's to refuse.
  if (!Array.isArray(messages) || messages.length === 0 || !messages.every(isSound)) return undefined
  const forms = formsOfProducer(producer, () => serializersOf(producer, optionsKey))
  const makers = messages.map(takeMaker)
  const links = makers.flatMap((maker) => (maker && spanContextOf(maker)) ?? [])
  const topics = [...new Set(messages.map(({ topic }) => topic))]
  const { clientId, currentMetadata } = producer
  const begin = (): TracedWork | undefined =>
    beginSending(
      tracer,
      { topics, messages: messages.length, clientId, clusterId: currentMetadata?.id },
      links,
    )
  // What a stream sends belongs to none of those who wrote to it.
  const work = makers.some(Boolean) ? runInContext(rootContext, begin) : begin()
  if (!work) return undefined
  const carried = forms ? { ...options, messages: carry(messages, makers, work.context, forms) } : options
  return { work, carried, messages: messages.length }
}

function isSound(message: unknown): boolean {
  return typeof (message as MessageToSend | null)?.topic === 'string'
}

function carry(
  messages: readonly MessageToSend[],
  makers: readonly (Context | undefined)[],
  sending: Context,
  forms: HeaderForms,
): MessageToSend[] {
  const together = headersOf(sending, messages.length)
  return messages.map((message, index) => {
    const maker = makers[index]
    const own: SentHeaders = maker && spanContextOf(maker) ? headersOf(maker, 1) : together
    return messageToSend(message, own, forms)
  })
}
