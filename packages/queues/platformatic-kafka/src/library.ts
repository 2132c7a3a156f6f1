import type { EventEmitter } from 'node:events'

// The parts of @platformatic/kafka that this package reads or wraps.
// https://github.com/platformatic/kafka/tree/v2.12.1/src/clients

export type Callback<Result> = (error: unknown, result?: Result) => void

/** A record of header names and values, or a Map whose keys may be bytes. */
export type Headers = ReadonlyMap<unknown, unknown> | { readonly [name: string]: unknown }

export type MessageToSend = {
  readonly topic: string
  readonly key?: unknown
  readonly value?: unknown
  readonly partition?: number
  readonly timestamp?: bigint
  readonly headers?: Headers
  readonly metadata?: unknown
}
export type SendOptions = { readonly messages: readonly MessageToSend[] }
export type Sent = { readonly offsets?: readonly { readonly partition: number; readonly offset?: bigint }[] }

type Client = {
  readonly clientId?: string
  /** Filled by the first request; `id` is that of the cluster. */
  readonly currentMetadata?: { readonly id?: string } | undefined
  emit(event: string | symbol, ...args: unknown[]): boolean
}

type Serializer = ((data: unknown, metadata?: unknown) => unknown) | undefined
export type Serializers = { readonly headerKey?: Serializer; readonly headerValue?: Serializer }

export type Producer = Client & {
  send(options: SendOptions, callback?: Callback<Sent>): Promise<Sent> | undefined
  initIdempotentProducer(options: object, callback?: Callback<unknown>): unknown
}
export type ProducerStream = EventEmitter & {
  write(message: unknown, ...rest: unknown[]): boolean
  end(message?: unknown, ...rest: unknown[]): unknown
}
export type Consumer = Client & {
  consume(options: object, callback?: Callback<MessagesStream>): unknown
  joinGroup(options?: object, callback?: Callback<string>): unknown
}
export type MessagesStream = Omit<EventEmitter, 'emit'> & {
  readonly consumer: Client
  emit(event: string | symbol, ...args: unknown[]): boolean
  _read(size?: number): void
  [Symbol.asyncIterator](): AsyncIterator<MessageLike>
}

/** What is read of a message that was received. */
export type MessageLike = {
  readonly topic: string
  readonly partition?: number
  readonly offset?: bigint
  readonly timestamp?: bigint
  readonly value?: unknown
  /** With their repetitions, as the deserializers of the application made them; names may be bytes. */
  readonly headerEntries?: readonly (readonly [name: unknown, value: unknown])[]
  /** Without repetitions: what versions before 2.11 have alone. */
  readonly headers?: ReadonlyMap<unknown, unknown>
  readonly metadata?: unknown
}

type Class<T> = { readonly prototype: T }

export type PlatformaticKafka = {
  readonly Producer: Class<Producer>
  readonly ProducerStream: Class<ProducerStream>
  readonly Consumer: Class<Consumer>
  readonly MessagesStream: Class<MessagesStream>
  /** Of a client: what it was made with. */
  readonly kOptions: symbol
}

/** The name under which this package wraps. */
export const owner = '@clew/platformatic-kafka'

/** What a client was made with, as far as it says how headers are written. */
export function serializersOf(client: object, optionsKey: symbol): Serializers {
  const options = (
    client as {
      [key: symbol]: { serializers?: Serializers; registry?: { getSerializers?(): Serializers } } | undefined
    }
  )[optionsKey]
  return options?.registry?.getSerializers?.() ?? options?.serializers ?? {}
}
