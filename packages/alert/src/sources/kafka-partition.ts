import type { KafkaClient, KafkaConnection } from './kafka-client.ts'
import type { MessageReader } from './read-message.ts'
import type { Sink } from './source.ts'

/** A topic, where to begin, and what time it is. */
export type KafkaSourceOptions = KafkaConnection & {
  /** Where a group begins that has read nothing yet. Default `latest`. */
  begin?: 'earliest' | 'latest'
  /** One line for the operator. */
  report: (message: string) => void
  /** Unix milliseconds. */
  now: () => number
}

/** A partition that this process reads. */
export type Partition = {
  index: number
  name: string
  /** The offset that is judged next, and the one that is fetched next. */
  next: bigint
  read: bigint
  /** Where the partition ended when it was fetched last, and when it had been read to its end, in unix milliseconds. */
  end: bigint
  drainedMs: number
  passedMs: number
  /** When something came last. */
  cameMs: number
  /** Nothing is stored of it, and the group has read it: at the first message it goes back as far as windows look. */
  mustRewind: boolean
}

/** What is known while the group is read. */
export type Reading = KafkaSourceOptions & {
  client: KafkaClient
  sink: Sink
  reader: MessageReader
  reading: Map<number, Partition>
  /** How many partitions there were when this process began: what comes later is read from its first message. */
  atFirst: { partitions: number }
  say: (problem: string, error: unknown) => void
  closed: () => boolean
}

export const nameOf = (topic: string, index: number): string => `${topic}/${index}`

/** Takes up a partition where it stands. */
export async function startPartition(group: Reading, index: number): Promise<Partition> {
  const { topic, sink, now } = group
  const name = nameOf(topic, index)
  const stored = await sink.assign(name)
  const partition = (next: bigint, mustRewind: boolean): Partition => ({
    ...{ index, name, next, read: next, end: -1n, mustRewind },
    ...{ drainedMs: 0, passedMs: 0, cameMs: now() },
  })
  if (stored !== undefined) return partition(BigInt(stored), false)
  const committed = await committedOffset(group, index)
  if (committed === undefined) {
    const isWhole = group.begin === 'earliest' || index >= group.atFirst.partitions
    const begin = await offsetAt(group, index, isWhole ? -2n : -1n)
    await commitOffset(group, index, begin)
    return partition(begin, false)
  }
  const end = await offsetAt(group, index, -1n)
  if (committed < end) return partition(committed, true)
  const from = await offsetAt(group, index, BigInt(now() - sink.reachMs))
  return partition(from >= 0n && from < committed ? from : committed, false)
}

/** Undefined when the group has read nothing of it yet. */
async function committedOffset({ client, topic }: Reading, index: number): Promise<bigint | undefined> {
  const offsets = await client.member.listCommittedOffsets({ topics: [{ topic, partitions: [index] }] })
  const offset = offsets.get(topic)?.[index]
  return offset !== undefined && offset >= 0n ? offset : undefined
}

/** The offset of the first message that is not older; -1 the end, -2 the begin. -1 when there is none. */
export async function offsetAt(
  { client, topic }: Reading,
  index: number,
  timestamp: bigint,
): Promise<bigint> {
  const partitions = { [topic]: [index] }
  const offsets = await client.fetcher.listOffsets({ topics: [topic], partitions, timestamp })
  return offsets.get(topic)![index]!
}

async function commitOffset({ client, topic }: Reading, index: number, offset: bigint): Promise<void> {
  await client.member.commit({ offsets: [{ topic, partition: index, offset, leaderEpoch: -1 }] })
}

/** What the broker no longer has is gone, and is said; what it does not have yet belongs to a topic that was made anew. */
export async function correctOffsets(group: Reading): Promise<void> {
  const { reading, report } = group
  for (const partition of reading.values()) {
    const [begin, end] = [
      await offsetAt(group, partition.index, -2n),
      await offsetAt(group, partition.index, -1n),
    ]
    const where = `topic ${group.topic}, partition ${partition.index}`
    if (partition.read < begin) {
      report(`${where}: ${begin - partition.next} messages were deleted by Kafka before they were read`)
      partition.next = begin
      partition.read = begin
    } else if (partition.read > end) {
      const remedy = 'was the topic made anew? then begin with another state'
      report(`${where}: it ends at ${end}, and ${partition.next} was to come next; ${remedy}`)
    }
  }
}
