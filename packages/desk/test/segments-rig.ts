import { createMiner } from '@clew/templates'
import { createOpenSegments, type OpenSegments } from '../server/query/open-segments.ts'
import type { Stop } from '../server/query/stop.ts'
import { openForWriting } from '../server/schema/segment.ts'
import { segmentPath } from '../server/schema/segment-files.ts'
import { requestRows } from '../server/store/rows/request-rows.ts'
import { SegmentWriter } from '../server/store/segment-writer.ts'
import { type Sample, type SampleIds, sampleRequests } from './sample-traffic.ts'
import { newFolder } from './store-rig.ts'

/** Segments on the disk that are written and read in this thread. */
export type SegmentsRig = {
  /** Each call is a commit. Returns the id of the sample's first trace. */
  send(sample: Sample, startMs: number, ids?: SampleIds): string
  /** From now on records go to a new segment. */
  rotate(): void
  /** What was sent until now. */
  open(stop?: Stop): OpenSegments
  close(): void
}

export async function openSegmentsRig(): Promise<SegmentsRig> {
  const directory = await newFolder()
  const miner = createMiner({})
  const paths: string[] = []
  const writers: SegmentWriter[] = []
  const opened: OpenSegments[] = []
  const rotate = (): void => {
    paths.push(segmentPath(directory, paths.length + 1))
    writers.push(new SegmentWriter(openForWriting(paths.at(-1)!), miner))
  }
  rotate()
  return {
    rotate,
    send(sample, startMs, ids) {
      const { traceId, traces, logs } = sampleRequests(sample, startMs, ids)
      const writer = writers.at(-1)!
      for (const [signal, request] of Object.entries({ traces, logs }) as ['traces' | 'logs', object][])
        writer.add(requestRows(signal, 'json', Buffer.from(JSON.stringify(request))), startMs * 1000, false)
      writer.commit()
      return traceId
    },
    open(stop) {
      const segments = createOpenSegments((path) => {
        throw new Error(`${path} is damaged`)
      }, stop)
      segments.use(paths)
      opened.push(segments)
      return segments
    },
    close() {
      for (const segments of opened) segments.use([])
      for (const writer of writers) writer.close()
    },
  }
}
