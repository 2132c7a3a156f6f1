import { type Instrumentation, onModuleLoad, type Runtime, type Stop } from '@clew/core'
import { messageOptions } from '@clew/core/messaging'
import manifest from '@clew/platformatic-kafka/package.json' with { type: 'json' }
import { attachToConsumer } from './consumer.ts'
import type { PlatformaticKafka } from './library.ts'
import { setReceiver } from './manual.ts'
import { attachToProducer } from './producer.ts'
import { createReceiver } from './receiver.ts'

const library = { name: '@platformatic/kafka', versions: { from: '1.35.0', below: '3.0.0' } } as const

/** Works on each message of Kafka in the trace of the code that sent it. */
export const platformaticKafkaInstrumentation: Instrumentation<typeof messageOptions> = {
  name: 'platformatic-kafka',
  version: manifest.version,
  library,
  seam: 'send of Producer, write of ProducerStream, emit and the iterator of MessagesStream',
  options: messageOptions,
  start,
}

function start({ tracer, options }: Runtime<typeof messageOptions>): Stop {
  const running = { tracer, options, isStopped: false }
  const receiver = createReceiver(running)
  const forget = setReceiver(receiver)
  const stop = onModuleLoad<PlatformaticKafka>({ ...library, esModule: 'dist/index.js' }, (exports) => [
    ...attachToProducer(exports, running),
    ...attachToConsumer(exports, receiver, running),
  ])
  return () => {
    running.isStopped = true
    forget()
    stop()
  }
}
