import {
  bindToContext,
  guard,
  type Instrumentation,
  onModuleLoad,
  type Runtime,
  rootContext,
  runningInRoot,
  type Stop,
  wrapMethod,
} from '@clew/core'
import { messageOptions } from '@clew/core/messaging'
import manifest from '@clew/kafkajs/package.json' with { type: 'json' }
import { attachToConsumer } from './consumer.ts'
import { type Consumer, type KafkaJs, owner, type Producer } from './library.ts'
import { setReceiver } from './manual.ts'
import { attachToProducer } from './producer.ts'
import { createReceiver } from './receiver.ts'

const library = { name: 'kafkajs', versions: { from: '2.0.0', below: '3.0.0' } } as const

/** Works on each message of Kafka in the trace of the code that sent it. */
export const kafkajsInstrumentation: Instrumentation<typeof messageOptions> = {
  name: 'kafkajs',
  version: manifest.version,
  library,
  seam: 'send, sendBatch and transaction of a producer, run of a consumer',
  options: messageOptions,
  start,
}

function start({ tracer, options }: Runtime<typeof messageOptions>): Stop {
  // Of the clients that were made meanwhile no list is kept: from then on their methods only pass on.
  const running = { tracer, options, isStopped: false }
  const receiver = createReceiver(running)
  const forget = setReceiver(receiver)
  const stop = onModuleLoad<KafkaJs>(library, ({ Kafka }) => [
    wrapMethod(owner, Kafka.prototype, 'producer', (create) => {
      return function (this: unknown, ...args) {
        const producer = create.apply(this, args)
        const attach = (): void => {
          attachToProducer(producer, running)
          attachToConnection(producer)
        }
        guard('attaching to a producer', attach, undefined)
        return producer
      }
    }),
    wrapMethod(owner, Kafka.prototype, 'consumer', (create) => {
      return function (this: unknown, ...args) {
        const consumer = create.apply(this, args)
        const attach = (): void => {
          attachToConsumer(consumer, args[0]?.groupId, receiver)
          attachToConnection(consumer)
        }
        guard('attaching to a consumer', attach, undefined)
        return consumer
      }
    }),
  ])
  return () => {
    running.isStopped = true
    forget()
    stop()
  }
}

/** A connection outlives the request in which it is opened, and what it tells is no business of that request. */
function attachToConnection(client: Producer | Consumer): void {
  wrapMethod(owner, client, 'connect', runningInRoot)
  wrapMethod(owner, client, 'on', (on) => {
    return function (this: unknown, event, listener, ...rest) {
      const heard = typeof listener === 'function' ? bindToContext(rootContext, listener) : listener
      return on.call(this, event, heard, ...rest)
    }
  })
}
