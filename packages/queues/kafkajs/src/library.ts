// The parts of kafkajs 2 that this package reads or wraps.
// https://github.com/tulios/kafkajs/blob/v2.2.4/types/index.d.ts

export type Message = {
  readonly key?: unknown
  readonly value: unknown
  readonly partition?: number
  readonly headers?: Headers | undefined
  readonly timestamp?: string
}
export type Headers = { readonly [name: string]: unknown }

export type SendRequest = SendOptions & { readonly topic: string; readonly messages: readonly Message[] }
export type BatchRequest = SendOptions & {
  readonly topicMessages?: readonly { readonly topic: string; readonly messages: readonly Message[] }[]
}
export type SendOptions = {
  readonly acks?: number | undefined
  readonly timeout?: number | undefined
  readonly compression?: number | undefined
}

/** Of the answer to a send: one for each partition. */
export type Sent = { readonly partition: number; readonly baseOffset?: string; readonly offset?: string }

type On = (event: string, listener: (event: unknown) => unknown) => () => void

export type Sender = {
  send(request: SendRequest): Promise<Sent[]>
  sendBatch(request: BatchRequest): Promise<Sent[]>
}
export type Producer = Sender & {
  connect(): Promise<void>
  transaction(): Promise<Sender>
  on: On
}

/** What a message has of its own, when it is received. */
export type ReceivedKafkaMessage = {
  readonly value?: unknown
  readonly headers?: Headers | undefined
  readonly offset?: string
  readonly timestamp?: string
}

/** One message and where it lies: what `eachMessage` is given, or of a batch its topic, its partition and one of its messages. */
export type MessageLike = {
  readonly topic: string
  readonly partition?: number
  readonly message: ReceivedKafkaMessage
}
export type BatchLike = {
  readonly batch: {
    readonly topic: string
    readonly partition: number
    readonly messages: readonly ReceivedKafkaMessage[]
  }
}

export type RunOptions = { readonly eachMessage?: unknown; readonly eachBatch?: unknown }
export type Consumer = {
  connect(): Promise<void>
  run(options?: RunOptions): Promise<void>
  on: On
}

export type KafkaJs = {
  readonly Kafka: {
    readonly prototype: {
      producer(options?: unknown): Producer
      consumer(options?: { readonly groupId?: unknown }): Consumer
    }
  }
}

/** The name under which this package wraps. */
export const owner = '@clew/kafkajs'
