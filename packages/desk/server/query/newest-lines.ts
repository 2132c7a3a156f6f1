import type { Search } from '@clew/search'
import { type LinePlan, type LineSource, planLines, sourceOf, type Way } from './line-plan.ts'
import type { OpenSegment, OpenSegments, SqlValue } from './open-segments.ts'
import type { TimeRange } from './parameters.ts'
import { hasRunOut, logsGoOn } from './stop.ts'
import { timeSlices } from './time-slices.ts'

/** A line in the order of all: by time, then by segment and id. */
export type Place = { us: number; segment: number; id: number }

export type Asked = {
  search: Search
  range: TimeRange
  /** Lines behind this place alone. */
  before?: Place | undefined
  limit: number
  /** Of `log`, and of what `joins` adds. */
  columns: string
  joins: string
  /** For tests. */
  way?: Way | undefined
}

export type FoundLine<Columns> = Place & { columns: Columns }

/**
 * The newest lines that match. `searchedToUs`: time ran out, and what is older was not searched; of what is not, the lines are all
 * that match.
 */
export function newestLines<Columns extends unknown[]>(
  segments: OpenSegments,
  asked: Asked,
): { lines: FoundLine<Columns>[]; searchedToUs: number | undefined } {
  const lines: FoundLine<Columns>[] = []
  const all = segments.newestFirst()
  for (const [index, segment] of all.entries()) {
    const last = lines[asked.limit - 1]
    if (last !== undefined && newestOf(segment) < last.us) continue
    const progress = { toUs: Math.min(asked.range.toUs, asked.before?.us ?? asked.range.toUs) + 1 }
    try {
      addLines(segment, asked, lines, last?.us ?? 0, progress, segments.stop)
    } catch (error) {
      if (!hasRunOut(error)) throw error
      const others = all.slice(index + 1).map((one) => newestOf(one) + 1)
      const searchedToUs = Math.max(progress.toUs, ...others)
      return { lines: sort(lines).filter(({ us }) => us >= searchedToUs), searchedToUs }
    }
    sort(lines).splice(asked.limit)
  }
  return { lines, searchedToUs: undefined }
}

function sort<Columns>(lines: FoundLine<Columns>[]): FoundLine<Columns>[] {
  return lines.sort((a, b) => b.us - a.us || b.segment - a.segment || b.id - a.id)
}

function newestOf(segment: OpenSegment): number {
  return segment.arrays<[number | null]>('SELECT max(us) FROM log')[0]?.[0] ?? 0
}

/** Adds the newest lines of a segment; those older than `enoughUs` need not be among them. `progress.toUs` goes down as times are done. */
function addLines<Columns extends unknown[]>(
  segment: OpenSegment,
  asked: Asked,
  lines: FoundLine<Columns>[],
  enoughUs: number,
  progress: { toUs: number },
  stop: { lastUs: number },
): void {
  const range = { fromUs: asked.range.fromUs, toUs: progress.toUs - 1 }
  const plan = planLines(segment, asked.search, range, asked.way)
  const add = (source: LineSource): number => {
    const { sql, values } = statement(segment, asked, plan, source)
    const before = lines.length
    segment.each<[number, number, ...Columns]>(sql, values, ([us, id, ...columns]) => {
      lines.push({ us, segment: segment.number, id, columns: columns as unknown as Columns })
    })
    return lines.length - before
  }
  const source = sourceOf(plan)
  if (plan.way === 'slices') {
    const wanted = { fromUs: Math.max(range.fromUs, enoughUs), toUs: range.toUs }
    const found = `${source.where} AND log_text.rowid BETWEEN ? AND ?`
    const where = `${found} AND log.us BETWEEN ? AND ?`
    timeSlices(segment, wanted, progress, asked.limit, {
      count(blocks) {
        const sql = `SELECT count(*) FROM log_text WHERE ${found}`
        return segment.arrays<[number]>(sql, ...source.parameters, ...blocks)[0]?.[0] ?? 0
      },
      add: ({ fromUs, toUs }, blocks) =>
        add({ ...source, where, parameters: [...source.parameters, ...blocks, fromUs, toUs] }),
    })
    return
  }
  const isByTime = plan.way !== 'words'
  stop.lastUs = Number.MAX_SAFE_INTEGER
  try {
    add(source)
  } catch (error) {
    // The lines came by time: those before the last are done with.
    if (isByTime) progress.toUs = Math.min(progress.toUs, stop.lastUs + 1)
    throw error
  }
}

function statement(
  segment: OpenSegment,
  asked: Asked,
  plan: LinePlan,
  source: LineSource,
): { sql: string; values: SqlValue[] } {
  const { columns, joins, before, limit } = asked
  const behind =
    before === undefined ? { where: 'TRUE', parameters: [] } : behindPlace(segment.number, before)
  const sql = `SELECT log.us, log.id, ${columns} FROM ${source.from} ${joins}
    WHERE ${source.where} AND ${logsGoOn} AND ${behind.where} AND ${plan.where}
    ORDER BY log.us DESC, log.id DESC LIMIT ?`
  return { sql, values: [...source.parameters, ...behind.parameters, ...plan.parameters, limit] }
}

function behindPlace(segment: number, before: Place): { where: string; parameters: SqlValue[] } {
  if (segment === before.segment)
    return { where: '(log.us, log.id) < (?, ?)', parameters: [before.us, before.id] }
  return { where: segment < before.segment ? 'log.us <= ?' : 'log.us < ?', parameters: [before.us] }
}
