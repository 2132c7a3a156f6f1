import type { AlertRecord } from '../engine/record.ts'
import type { FetchResponse } from './kafka-client.ts'
import type { Partition, Reading } from './kafka-partition.ts'
import type { RecordBatch } from './source.ts'

/** What was read of a partition, from one offset up to the one before `after`. `firstMs`: when its first message came. */
export type Fetched = {
  partition: Partition
  from: bigint
  after: bigint
  batch: RecordBatch
  firstMs: number
}

const fetchWaitMs = 250

/** Of all partitions what comes next, one request for each broker. Waits a moment when nothing is there. */
export async function fetchAll(group: Reading): Promise<Fetched[]> {
  const { client, topic, reading } = group
  if (reading.size === 0) return []
  const metadata = await client.fetcher.metadata({ topics: [topic] })
  const { id: topicId, partitions } = metadata.topics.get(topic)!
  const byLeader = new Map<number, Partition[]>()
  for (const partition of reading.values()) {
    const { leader } = partitions[partition.index]!
    byLeader.set(leader, [...(byLeader.get(leader) ?? []), partition])
  }
  const answers = await Promise.all(
    [...byLeader].map(async ([node, wanted]) => {
      const asked = wanted.map((partition) => ({ partition, from: partition.read }))
      const response = await client.fetcher.fetch({
        ...{ node, minBytes: 1, maxBytes: 8 * 1024 * 1024, maxWaitTime: fetchWaitMs },
        topics: [
          {
            topicId,
            partitions: asked.map(({ partition: { index: partition }, from: fetchOffset }) => ({
              ...{ partition, fetchOffset, partitionMaxBytes: 1024 * 1024 },
              ...{ currentLeaderEpoch: -1, lastFetchedEpoch: -1 },
            })),
          },
        ],
      })
      return asked.flatMap((one) => fetchedOf(group, response, one.partition, one.from) ?? [])
    }),
  )
  return answers.flat()
}

/** Of a clock that was set back, what came and passed before would else be in the future. */
function drained(partition: Partition, nowMs: number): void {
  partition.drainedMs = nowMs
  partition.cameMs = Math.min(partition.cameMs, nowMs)
  partition.passedMs = Math.min(partition.passedMs, nowMs)
}

function fetchedOf(
  { reader, sink, now }: Reading,
  response: FetchResponse,
  partition: Partition,
  from: bigint,
): Fetched | undefined {
  const answer = response.responses
    .flatMap(({ partitions }) => partitions)
    .find((one) => one.partitionIndex === partition.index)
  // In a session of fetches the broker leaves out where nothing changed.
  if (answer) partition.end = answer.highWatermark
  if (from >= partition.end && partition.end >= 0n) drained(partition, now())
  const records: AlertRecord[] = []
  const of: number[] = []
  let after = from
  let firstMs = 0
  for (const set of answer?.records ?? []) {
    const isControl = (set.attributes & 0b100000) !== 0
    for (const { offsetDelta, timestampDelta, value } of set.records) {
      const offset = set.firstOffset + BigInt(offsetDelta)
      if (offset < from) continue
      const arrivedMs = Number(set.firstTimestamp + timestampDelta)
      firstMs ||= arrivedMs
      if (isControl || !value) continue
      const place = `partition ${partition.index}, offset ${offset}`
      for (const record of reader.read(value, arrivedMs, place, sink.wantsSpans)) {
        records.push(record)
        of.push(Number(offset))
      }
    }
    const behind = set.firstOffset + BigInt(set.lastOffsetDelta) + 1n
    if (behind > after) after = behind
  }
  if (after === from) return undefined
  const offsets = { first: Number(from), after: Number(after), of }
  return { partition, from, after, firstMs, batch: { partition: partition.name, records, offsets } }
}
