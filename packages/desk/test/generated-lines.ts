import { rmSync } from 'node:fs'
import type { LogInput } from '@clew/otlp'
import type { SearchedRecord } from '@clew/search'
import { createMiner } from '@clew/templates'
import { createOpenSegments, type OpenSegments } from '../server/query/open-segments.ts'
import { openForWriting } from '../server/schema/segment.ts'
import { segmentPath } from '../server/schema/segment-files.ts'
import { requestRows } from '../server/store/rows/request-rows.ts'
import { SegmentWriter } from '../server/store/segment-writer.ts'
import { logsRequest, newFolder } from './store-rig.ts'

/** A line as it lies in a segment, for a search without SQL. */
export type StoredLine = { us: number; segment: number; id: number; record: SearchedRecord }

const bodies = [
  'slow query on orders took 120 ms',
  'query failed: deadlock detected',
  'order 42 created',
  'Order failed, retrying',
  'Café order déjà slow',
  'nothing of note',
  '订单 支付失败',
]
const services = ['api', 'api', 'api', 'worker', 'rare']
const severities = [9, 9, 9, 5, 1, 0, 13, 17, 21]
const startUnixMs = 1_800_000_000_000

/** Numbers that look random and are the same each time. */
function numbers(seed: number): (below: number) => number {
  let state = seed
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return Math.floor((state / 2 ** 32) * below)
  }
}

function lineAt(index: number, next: (below: number) => number): Partial<LogInput> {
  // Most lines come a little out of order, some much, and some have one time.
  const lateMs = next(20) === 0 ? next(100_000) : next(300)
  return {
    timeUnixMs: startUnixMs + Math.max(0, index * 2 - lateMs),
    severityNumber: severities[next(severities.length)]!,
    severityText: '',
    body: `${bodies[next(bodies.length)]!}${next(50) === 0 ? ' seldom' : ''}`,
    attributes: { user: `u-${next(40)}`, count: next(5), ...nestedAt(next) },
  }
}

/** Of some lines an object, of a few one that is too long for its words. */
function nestedAt(next: (below: number) => number): LogInput['attributes'] {
  if (next(4) > 0) return {}
  const text = next(20) === 0 ? 'long '.repeat(1000) : 'short'
  return { cart: { text, item: { id: next(30), code: `c-${next(9)}` } } }
}

/** Segments as the writer makes them; the first is of the format before the last. */
export async function generateSegments(linesEach: number, count: number): Promise<OpenSegments> {
  const directory = await newFolder()
  const next = numbers(7)
  const paths = Array.from({ length: count }, (_, number) => segmentPath(directory, number + 1))
  for (const [number, path] of paths.entries()) {
    const database = openForWriting(path)
    const writer = new SegmentWriter(database, createMiner({}))
    for (let done = 0; done < linesEach; ) {
      const some = Math.min(linesEach - done, 1 + next(300))
      const service = services[next(services.length)]!
      const lines = Array.from({ length: some }, (_, index) =>
        lineAt(number * linesEach * 0.8 + done + index, next),
      )
      writer.add(requestRows('logs', 'protobuf', logsRequest(lines, service)), startUnixMs * 1000, false)
      if (next(3) === 0) writer.commit()
      done += some
    }
    writer.commit()
    if (number === 0) database.exec(asBefore)
    writer.close()
  }
  const segments = createOpenSegments((path) => rmSync(path))
  segments.use(paths)
  return segments
}

const asBefore = `DROP TABLE span_text; DROP INDEX log_problem; CREATE INDEX log_problem ON log (us) WHERE severity >= 13;
  PRAGMA user_version = 1`

type Row = { us: number; id: number; severity: number; service: string; body: string; attributes: string }

/** All lines, the newest first. */
export function allLines(segments: OpenSegments): StoredLine[] {
  const sql = `SELECT us, log.id, severity, service, body, log.attributes FROM log JOIN resource ON resource.id = resource`
  const lines = segments.newestFirst().flatMap(({ number, all }) =>
    all<Row>(sql).map(({ us, id, severity, service, body, attributes }): StoredLine => {
      const known = { severityNumber: severity, service, body, attributes: JSON.parse(attributes) }
      const none = {
        eventName: '',
        traceId: '',
        spanId: '',
        resource: { 'service.name': service },
        folded: undefined,
      }
      return { us, segment: number, id, record: { ...none, ...known } }
    }),
  )
  return lines.sort((a, b) => b.us - a.us || b.segment - a.segment || b.id - a.id)
}
