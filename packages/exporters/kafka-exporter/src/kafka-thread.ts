import { isOtlpDecodeError } from '@clew/otlp'
import { serveBatches } from '@clew/pipeline/thread'
import { openProducer } from './client.ts'
import { outcomeOf } from './failures.ts'
import { flatMessages } from './flat-json.ts'
import type { KafkaSettings } from './options.ts'
import { traceMessages } from './trace-messages.ts'

serveBatches<KafkaSettings>(async ({ data }) => {
  const producer = await openProducer(data)
  let turn: Promise<unknown> = Promise.resolve()
  return {
    // One after another: an idempotent producer has one request on the wire, and order is kept.
    take(request) {
      const sent = turn.then(async () => {
        try {
          await producer.send(data.format === 'json' ? flatMessages(request) : traceMessages(request))
          return { kind: 'accepted' } as const
        } catch (error) {
          if (isOtlpDecodeError(error))
            return { kind: 'refused', status: 'undecodable', message: error.message } as const
          return outcomeOf(error, data.topic, producer.closedBy())
        }
      })
      turn = sent
      return sent
    },
  }
})
