import { createReportLimit } from '@clew/otlp'
import { connectKafka, type KafkaClient } from './kafka-client.ts'
import { type Fetched, fetchAll } from './kafka-fetch.ts'
import {
  correctOffsets,
  type KafkaSourceOptions,
  nameOf,
  offsetAt,
  type Partition,
  type Reading,
  startPartition,
} from './kafka-partition.ts'
import { createMessageReader } from './read-message.ts'
import { idleMs, type Source } from './source.ts'

const passEveryMs = 1_000

/**
 * A topic of Kafka: each message is OTLP (`ExportLogsServiceRequest`, protobuf or JSON) or one log object in JSON. Where a partition
 * stands is kept with the windows, not in Kafka; Kafka is told afterwards, for those who look at the group's lag.
 */
export function kafkaSource(options: KafkaSourceOptions): Source {
  const { report, now } = options
  const reader = createMessageReader(`topic ${options.topic}`, report, now)
  const limit = createReportLimit(now)
  let isClosed = false

  const say = (problem: string, error: unknown): void => {
    if (limit.withheld(problem) === undefined) return
    const at = `Kafka at ${options.brokers.join(', ')}, topic ${options.topic}`
    report(`${at}: ${problem} (${reasonOf(error)}); it is tried again`)
  }
  return {
    async run(sink) {
      // Whatever fails here is asked again: only a package that is missing does not come by itself.
      for (let waitMs = 200; !isClosed; waitMs = Math.min(5_000, waitMs * 2)) {
        let client: KafkaClient | undefined
        const reading = new Map<number, Partition>()
        try {
          client = await connectKafka(options)
          const reached = client
          limit.forget('it cannot be reached')
          await readGroup({ ...options, client: reached, sink, reader, reading, say, closed: () => isClosed })
        } catch (error) {
          if (client === undefined && /needs the package/.test(reasonOf(error))) throw error
          const isMissing = /Unknown topic|UNKNOWN_TOPIC/.test(reasonOf(error))
          say(isMissing ? 'it is not there: make it, or name another' : 'it cannot be reached', error)
        } finally {
          for (const { name } of reading.values()) await sink.revoke(name)
          await client?.close()
        }
        if (!isClosed) await sleep(waitMs)
      }
    },
    close: async () => {
      isClosed = true
    },
  }
}

async function readGroup(group: Reading): Promise<void> {
  const { client, topic, sink, reading, say } = group
  const { partitionsCount } = (await client.fetcher.metadata({ topics: [topic] })).topics.get(topic)!
  sink.know(Array.from({ length: partitionsCount }, (_, index) => nameOf(topic, index)))
  const commits = createCommits(group)
  let fetching: Promise<Fetched[]> = Promise.resolve([])
  let failures = 0
  while (!group.closed()) {
    const failure = client.failure()
    if (failure) throw failure
    await followAssignments(group)
    const fetched = await fetching.catch(async (error: unknown) => {
      say('it cannot be read', error)
      client.fetcher.clearMetadata()
      // Who is not heard again joins anew.
      if (++failures > 20) throw error
      await correctOffsets(group).catch(() => {})
      await sleep(250)
      return []
    })
    if (fetched.length > 0) failures = 0
    for (const { partition, from, after } of fetched) {
      if (partition.read === from) partition.read = after
    }
    if (reading.size === 0) await sleep(50)
    fetching = fetchAll(group)
    // Told when it is awaited.
    fetching.catch(() => {})
    for (const one of fetched) if (!group.closed()) await judge(group, one, commits)
    await passIdle(group)
  }
  await fetching.catch(() => [])
  await commits.settled()
}

/** Takes up partitions that are this process' now, and leaves the others. */
async function followAssignments(group: Reading): Promise<void> {
  const { client, topic, sink, reading } = group
  const mine = client.member.assignments?.find((one) => one.topic === topic)?.partitions ?? []
  for (const [index, { name }] of reading) {
    if (mine.includes(index)) continue
    reading.delete(index)
    await sink.revoke(name)
  }
  for (const index of mine) if (!reading.has(index)) reading.set(index, await startPartition(group, index))
}

async function judge(group: Reading, fetched: Fetched, commits: Commits): Promise<void> {
  const { sink, reading } = group
  const { partition, from, after, batch, firstMs } = fetched
  // Read before it was left, or before it went back.
  if (reading.get(partition.index) !== partition || partition.next !== from) return
  if (partition.mustRewind) {
    partition.mustRewind = false
    const back = await offsetAt(group, partition.index, BigInt(firstMs - sink.reachMs))
    if (back >= 0n && back < from) {
      partition.next = back
      partition.read = back
      return
    }
  }
  partition.cameMs = group.now()
  if ((await sink.take(batch)) === 'again') {
    reading.set(partition.index, await startPartition(group, partition.index))
    return
  }
  partition.next = after
  commits.note(partition.index, after)
}

/** Partitions that were read to their end and are silent: time passes there too. */
async function passIdle(group: Reading): Promise<void> {
  const { sink, reading } = group
  for (const partition of reading.values()) {
    const { next, end, drainedMs, passedMs, cameMs, name, index } = partition
    const isSilent = next === end && drainedMs - cameMs >= idleMs && drainedMs - passedMs >= passEveryMs
    if (!isSilent) continue
    partition.passedMs = drainedMs
    if ((await sink.pass(name, drainedMs - idleMs)) === 'again') {
      reading.set(index, await startPartition(group, index))
    }
  }
}

type Commits = { note(index: number, offset: bigint): void; settled(): Promise<void> }

/** Tells Kafka, one call at a time; nobody waits for it. */
function createCommits({ client, topic, say }: Reading): Commits {
  const noted = new Map<number, bigint>()
  let underWay: Promise<void> | undefined
  const tell = async (): Promise<void> => {
    while (noted.size > 0) {
      const offsets = [...noted].map(([partition, offset]) => ({ topic, partition, offset, leaderEpoch: -1 }))
      noted.clear()
      await client.member.commit({ offsets }).catch((error: unknown) => say('offsets cannot be told', error))
    }
    underWay = undefined
  }
  return {
    note(index, offset) {
      noted.set(index, offset)
      underWay ??= tell()
    },
    settled: async () => underWay,
  }
}

const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const causes = 'errors' in error && Array.isArray(error.errors) ? error.errors : []
  const deepest = causes.at(-1)
  return deepest instanceof Error ? `${error.message} ${reasonOf(deepest)}` : error.message
}
