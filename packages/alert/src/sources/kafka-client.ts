import { type KafkaSecurity, kafkaClientSecurity, noteConnectionErrors } from '@clew/settings'
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
  /** TLS, with PEM texts, and SASL. */
  security?: KafkaSecurity
}

/** Two connections: fetches wait at the broker, and must not hold up heartbeats. */
export type KafkaClient = {
  /** In the group; assignments come and go in `member.assignments`. */
  member: Consumer
  fetcher: Consumer
  /** Joins the group. Rejects when it cannot. */
  join(): Promise<void>
  /** Why it is no longer of the group, and does not come back to it by itself. */
  failure(): Error | undefined
  /** Why the last connection was closed, where its error does not say it. */
  closedBy(): unknown
  /** Leaves the group, in a few seconds at most. */
  close(): Promise<void>
}

const closeMs = 5_000
const requestTimeoutMs = 10_000

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

/** Connects to nobody yet. */
export async function openKafka(options: KafkaConnection): Promise<KafkaClient> {
  const { Consumer } = await loadKafka()
  const {
    brokers,
    topic,
    group,
    groupProtocol = 'classic',
    sessionTimeoutMs = 10_000,
    security = {},
  } = options
  const base = {
    ...kafkaClientSecurity(security, brokers),
    ...{ clientId: 'clew-alert', bootstrapBrokers: [...brokers], groupId: group, autocommit: false },
    ...{ retryDelay: 250, requestTimeout: requestTimeoutMs },
  }
  const fetcher = new Consumer(base)
  const member = new Consumer({
    ...base,
    ...(groupProtocol === 'consumer'
      ? { groupProtocol }
      : {
          sessionTimeout: sessionTimeoutMs,
          rebalanceTimeout: sessionTimeoutMs,
          heartbeatInterval: Math.max(100, Math.floor(sessionTimeoutMs / 5)),
        }),
    // The brokers answer a join when all are there, or the time is over.
    requestTimeout: 2 * sessionTimeoutMs + requestTimeoutMs,
  })
  // Twice: the end of a stream forgets its topic once.
  for (const { topics } of [fetcher, member, member]) topics.track(topic)
  return {
    member,
    fetcher,
    closedBy: noteConnectionErrors(fetcher),
    failure: watchMember(member, 3 * sessionTimeoutMs),
    async join() {
      // Whether they can be reached is known here at once; a join asks again for a minute before it fails.
      await fetcher.metadata({ topics: [topic], retries: 0 })
      await (groupProtocol === 'classic' ? member.joinGroup({}) : joinByStream(member, topic))
    },
    async close() {
      const closing = Promise.allSettled([member.close(true), fetcher.close(true)])
      await withinTime(closing, closeMs)
    },
  }
}

/** Nobody reads this stream, so it fetches nothing: it is the public way into a group of KIP-848. */
async function joinByStream(member: Consumer, topic: string): Promise<void> {
  const offsets = [{ topic, partition: 0, offset: 0n }]
  const stream = await member.consume({ topics: [topic], mode: 'manual', offsets, autocommit: false })
  stream.on('error', () => {})
}

/**
 * A member that the brokers have forgotten, or whose join failed behind a commit, goes on without a word (2.12): who was not answered
 * for so long is no member.
 */
function watchMember(member: Consumer, silentMs: number): () => Error | undefined {
  let failure: Error | undefined
  let answeredMs: number | undefined
  const answered = (): void => {
    answeredMs = performance.now()
  }
  // An event of EventEmitter that its types do not name: it could not join again.
  ;(member as NodeJS.EventEmitter).on('error', (error: Error) => {
    failure = error
  })
  member.on('consumer:group:join', answered)
  member.on('consumer:heartbeat:end', answered)
  return () => {
    if (failure !== undefined || answeredMs === undefined) return failure
    const silentForMs = performance.now() - answeredMs
    if (silentForMs < silentMs) return undefined
    return new Error(`the group has not answered for ${Math.round(silentForMs / 1000)} s`)
  }
}

async function withinTime(work: Promise<unknown>, ms: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, ms)
  })
  await Promise.race([work, late])
  clearTimeout(timer)
}
