import type { Consumer } from '@platformatic/kafka'

/** How a topic is reached, and as who. */
export type KafkaConnection = {
  /** `host:port` of one or more brokers. */
  brokers: readonly string[]
  topic: string
  /** The consumer group. */
  group: string
  /** The protocol of groups: `consumer` is that of KIP-848, for Kafka 4 and later. Default `classic`. */
  groupProtocol?: 'classic' | 'consumer'
  /** After so long without a word of a process its partitions go to others. Default 10,000; of `classic` alone. */
  sessionTimeoutMs?: number
  /** `tls`, `sasl` and other options of the client, as @platformatic/kafka takes them. */
  client?: Readonly<Record<string, unknown>>
}

/** Two connections: fetches wait at the broker, and must not hold up heartbeats. */
export type KafkaClient = {
  /** Joins the group; assignments come and go in `member.assignments`. */
  member: Consumer
  fetcher: Consumer
  /** Why it is no longer of the group, and does not come back to it by itself. */
  failure(): Error | undefined
  close(): Promise<void>
}

/** So many heartbeats may fail one after the other: a member that the broker has forgotten asks on for ever (2.12). */
const maxMissed = 10

/** What a fetch brings. */
export type FetchResponse = Awaited<ReturnType<Consumer['fetch']>>

/** Rejects with the remedy when the package is not installed. */
async function loadKafka(): Promise<typeof import('@platformatic/kafka')> {
  // Not a name that a bundler sees: whoever reads Kafka installs it.
  const name: string = '@platformatic/kafka'
  try {
    return await import(name)
  } catch (error) {
    const reason = error instanceof Error ? error.message.split('\n')[0] : String(error)
    throw new Error(
      `Kafka needs the package @platformatic/kafka: npm install @platformatic/kafka (${reason})`,
    )
  }
}

/** Connects and joins the group. Rejects when it cannot, and leaves nothing open. */
export async function connectKafka(options: KafkaConnection): Promise<KafkaClient> {
  const { Consumer } = await loadKafka()
  const { brokers, topic, group, groupProtocol = 'classic', sessionTimeoutMs = 10_000 } = options
  const base = {
    ...options.client,
    clientId: 'clew-alert',
    bootstrapBrokers: [...brokers],
    groupId: group,
    autocommit: false,
  }
  const fetcher = new Consumer(base)
  const member = new Consumer(
    groupProtocol === 'consumer'
      ? { ...base, groupProtocol }
      : {
          ...base,
          sessionTimeout: sessionTimeoutMs,
          rebalanceTimeout: sessionTimeoutMs,
          heartbeatInterval: Math.max(100, Math.floor(sessionTimeoutMs / 5)),
        },
  )
  const close = async (): Promise<void> => {
    await Promise.allSettled([member.close(true), fetcher.close(true)])
  }
  let failure: Error | undefined
  let missed = 0
  // An event of EventEmitter that its types do not name: it could not join again.
  ;(member as NodeJS.EventEmitter).on('error', (error: Error) => {
    failure = error
  })
  member.on('consumer:heartbeat:error', ({ error }) => {
    if (++missed > maxMissed) failure = error
  })
  member.on('consumer:heartbeat:end', () => {
    missed = 0
  })
  try {
    fetcher.topics.track(topic)
    // Its own streams forget the topic when they end.
    member.topics.track(topic)
    const offsets = [{ topic, partition: 0, offset: 0n }]
    // Nobody reads this stream, so it fetches nothing: it is the public way into both kinds of groups.
    const stream = await member.consume({ topics: [topic], mode: 'manual', offsets, autocommit: false })
    stream.on('error', () => {})
    return { member, fetcher, failure: () => failure, close }
  } catch (error) {
    await close()
    throw error
  }
}
