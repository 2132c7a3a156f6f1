import type { LogRow, SurroundingLogs } from '../../api/logs.ts'
import { recordGone } from './details.ts'
import { type LogColumns, logColumns, logJoins, logRowOf } from './log-rows.ts'
import type { OpenSegment, OpenSegments } from './open-segments.ts'
import { type Parameters, type Ref, refOf, wholeNumber } from './parameters.ts'

/** A line in the order of all: by time, then by arrival. */
type Neighbour = { us: number; segment: number; id: number; row: LogRow }
type Side = 'before' | 'behind'

/** `GET /api/logs/{ref}/around`: lines of all services, or of one, in order of time. */
export function logAround(segments: OpenSegments, parameters: Parameters): SurroundingLogs {
  const ref = refOf(parameters)
  const count = wholeNumber(parameters, 'count', 20, 500)
  const us = segments
    .byNumber(ref.segment)
    ?.get<{ us: number }>('SELECT us FROM log WHERE id = ?', ref.id)?.us
  if (us === undefined) throw recordGone(ref)
  const find = (side: Side, limit: number): Neighbour[] => {
    const found = segments
      .newestFirst()
      .flatMap((segment) => neighbours(segment, side, ref, us, parameters.service ?? '', limit))
      .sort((a, b) => a.us - b.us || a.segment - b.segment || a.id - b.id)
    return side === 'before' ? found.slice(-limit) : found.slice(0, limit)
  }
  const logs = [...find('before', count + 1), ...find('behind', count)].map(({ row }) => row)
  return { logs, at: logs.findIndex((row) => row.ref === parameters.ref) }
}

function neighbours(
  segment: OpenSegment,
  side: Side,
  ref: Ref,
  us: number,
  service: string,
  limit: number,
): Neighbour[] {
  // Of lines of one time those of an older segment came before.
  const id =
    segment.number === ref.segment ? ref.id : segment.number < ref.segment ? Number.MAX_SAFE_INTEGER : 0
  const [compare, order] = side === 'before' ? ['<=', 'DESC'] : ['>', 'ASC']
  const sql = `SELECT ${logColumns} FROM log ${logJoins}
    WHERE (log.us, log.id) ${compare} (?1, ?2) AND (?3 = '' OR resource.service = ?3 OR log.id = ?4)
    ORDER BY log.us ${order}, log.id ${order} LIMIT ?5`
  const own = segment.number === ref.segment ? ref.id : 0
  const rows = segment.arrays<LogColumns>(sql, us, id, service, own, limit)
  return rows.map((columns) => ({
    us: columns[1],
    segment: segment.number,
    id: columns[0],
    row: logRowOf(segment.number, columns),
  }))
}
