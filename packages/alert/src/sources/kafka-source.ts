import { createReportLimit } from '@clew/otlp'
import { describeKafkaFailure, type KafkaOptionName, remedyOfKafkaFailure } from '@clew/settings'
import { type KafkaClient, openKafka } from './kafka-client.ts'
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
const firstWaitMs = 200
/** A group that was read for so long had nothing wrong with it. */
const wellMs = 10_000
const maxFailures = 20

/** What options are called in an address. */
const optionNames: Partial<Record<KafkaOptionName, string>> = {
  brokers: 'the address',
  topic: 'the address',
  clientCertificate: 'cert',
  clientKey: 'key',
  mechanism: 'sasl',
}

/**
 * A topic of Kafka: each message is OTLP (`ExportLogsServiceRequest`, protobuf or JSON) or one log object in JSON. Where a partition
 * stands is kept with the windows, not in Kafka; Kafka is told afterwards, for those who look at the group's lag.
 */
export function kafkaSource(options: KafkaSourceOptions): Source {
  const { brokers, topic, report, now } = options
  const reader = createMessageReader(`topic ${topic}`, report, now)
  const limit = createReportLimit(now)
  let isClosed = false
  let client: KafkaClient | undefined

  const say = (problem: string, error: unknown): void => {
    // Whoever closes it may close what it asks as well.
    if (isClosed) return
    const { reason } = describeKafkaFailure(error, topic, client?.closedBy())
    if (limit.withheld(`${problem} ${reason.split(' (')[0]}`) === undefined) return
    const remedy = remedyOfKafkaFailure(reason, (option) => optionNames[option] ?? option)
    const at = `Kafka at ${brokers.join(', ')}, topic ${topic}`
    report(`${at}: ${problem}: ${reason}; it is tried again. ${remedy}`)
  }
  return {
    async run(sink) {
      const atFirst = { partitions: Number.POSITIVE_INFINITY }
      // Whatever fails here is asked again: only a package that is missing does not come by itself.
      for (let waitMs = firstWaitMs; !isClosed; waitMs = Math.min(5_000, waitMs * 2)) {
        const opened = await openKafka(options)
        client = opened
        const reading = new Map<number, Partition>()
        const beganMs = performance.now()
        try {
          await opened.join()
          const closed = (): boolean => isClosed
          await readGroup({ ...options, client: opened, sink, reader, reading, atFirst, say, closed })
        } catch (error) {
          say('it cannot be read', error)
        } finally {
          await Promise.allSettled([...reading.values()].map(({ name }) => sink.revoke(name)))
          await opened.close()
        }
        if (performance.now() - beganMs > wellMs) waitMs = firstWaitMs
        if (!isClosed) await sleep(waitMs)
      }
    },
    close: async () => {
      isClosed = true
    },
  }
}

/** Resolves when it is closed, or to be joined anew. */
async function readGroup(group: Reading): Promise<void> {
  const { client, reading, atFirst, say } = group
  let partitions = knowPartitions(group)
  atFirst.partitions = Math.min(atFirst.partitions, partitions)
  const commits = createCommits(group)
  let fetching: Promise<Fetched[]> = Promise.resolve([])
  let failures = 0
  const failed = async (problem: string, error: unknown): Promise<void> => {
    say(problem, error)
    // Who is not heard again joins anew.
    if (++failures > maxFailures) throw error
    await sleep(250)
  }
  while (!group.closed()) {
    const failure = client.failure()
    if (failure) throw failure
    const count = knowPartitions(group, partitions)
    // Of a classic group the member that leads it says who reads what, and may know no more than when it joined.
    if (count > partitions && group.groupProtocol !== 'consumer') break
    partitions = count
    // To leave the group for it would disturb all others.
    await followAssignments(group).catch((error) => failed('a partition cannot be taken up', error))
    const fetched = await fetching.catch(async (error: unknown) => {
      client.fetcher.clearMetadata()
      await failed('it cannot be read', error)
      await correctOffsets(group).catch(() => {})
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

/** How many the topic has, as far as that is known. */
function countPartitions({ client, topic }: Reading): number {
  return client.fetcher.currentMetadata?.topics.get(topic)?.partitionsCount ?? 0
}

/** Tells the sink of partitions where they are more than before. Gives how many there are. */
function knowPartitions(group: Reading, before = 0): number {
  const count = countPartitions(group)
  if (count <= before) return before
  group.sink.know(Array.from({ length: count }, (_, index) => nameOf(group.topic, index)))
  return count
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
  const taken = mine.filter((index) => !reading.has(index))
  // Brokers may give what our metadata do not have yet.
  if (taken.some((index) => index >= countPartitions(group)))
    await client.fetcher.metadata({ topics: [topic], forceUpdate: true })
  for (const index of taken) reading.set(index, await startPartition(group, index))
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
