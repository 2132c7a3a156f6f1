import type { Search } from '@clew/search'
import type { LogHistogram } from '../../api/logs.ts'
import { textBlock } from '../schema/tables.ts'
import { type LinePlan, planLines, sourceOf } from './line-plan.ts'
import type { OpenSegment, OpenSegments, SqlValue } from './open-segments.ts'
import type { TimeRange } from './parameters.ts'
import { hasRunOut, logsGoOn } from './stop.ts'

/** Lines that are counted one by one: about a third of a second where no text is read. */
const maxCounted = 200_000
/** Blocks of 16 lines that are read whole to count words: about a fifth of a second. */
const maxBlocks = 5000
/** With fewer found in a sample its error would be above a tenth. */
const leastFound = 400

export type FoundLine = [us: number, severity: number, service: string]
type Place = { segment: OpenSegment; plan: LinePlan }

/**
 * Passes on the lines that match, each with how many it stands for: words that are in too many blocks of the full-text
 * index are counted in an even sample of them. Tells what was counted; `newest` as well when the time ran out.
 */
export function countLines(
  segments: OpenSegments,
  search: Search,
  range: TimeRange,
  add: (line: FoundLine, times: number) => void,
): LogHistogram['counted'] {
  const places = segments.newestFirst().map((segment): Place => {
    const plan = planLines(segment, search, range)
    // In what is common a sample of blocks tells more than the newest lines.
    return {
      segment,
      plan: plan.way !== 'problems' && plan.lines.words !== undefined ? { ...plan, way: 'words' } : plan,
    }
  })
  const stride = strideOf(places)
  if (stride > 1) {
    const lines = places.flatMap((place) => sampleOf(place, stride))
    if (lines.length >= leastFound) {
      for (const line of lines) add(line, stride)
      return 'sample'
    }
  }
  try {
    return countNewest(places, add)
  } catch (error) {
    if (hasRunOut(error)) return 'newest'
    throw error
  }
}

function countNewest(
  places: readonly Place[],
  add: (line: FoundLine, times: number) => void,
): 'all' | 'newest' {
  let left = maxCounted
  for (const { segment, plan } of places) {
    const order = plan.way === 'words' ? 'log_text.rowid DESC' : 'log.us DESC'
    eachLine(segment, plan, `ORDER BY ${order} LIMIT ?`, [left], (line) => {
      left--
      add(line, 1)
    })
    if (left <= 0) return 'newest'
  }
  return 'all'
}

function eachLine(
  segment: OpenSegment,
  plan: LinePlan,
  rest: string,
  more: readonly SqlValue[],
  take: (line: FoundLine) => void,
): void {
  const { from, where, parameters } = sourceOf(plan)
  const sql = `SELECT log.us, log.severity, log.resource FROM ${from} WHERE ${where} AND ${logsGoOn} AND ${plan.where} ${rest}`
  const services = new Map(segment.arrays<[number, string]>('SELECT id, service FROM resource'))
  type Row = [us: number, severity: number, resource: number]
  segment.each<Row>(sql, [...parameters, ...plan.parameters, ...more], ([us, severity, resource]) =>
    take([us, severity, services.get(resource) ?? '']),
  )
}

/** One block of so many is enough. Of problems, and where the index cannot help, all are counted. */
function strideOf(places: readonly Place[]): number {
  if (places.some(({ plan }) => plan.way !== 'words')) return 1
  const lines = places.reduce((sum, { plan }) => sum + (plan.lines.words ?? 0), 0)
  return Math.ceil(lines / textBlock / maxBlocks)
}

/** Blocks by a hash of their number: traffic that repeats itself must not meet the stride. */
function sampleOf({ segment, plan }: Place, stride: number): FoundLine[] {
  const lines: FoundLine[] = []
  const chosen = 'AND (log_text.rowid * 2654435761 / 65536) % ? = 0'
  eachLine(segment, plan, chosen, [stride], (line) => lines.push(line))
  return lines
}
