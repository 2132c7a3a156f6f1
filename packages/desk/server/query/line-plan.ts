import { bandIndexOf } from '@clew/otlp'
import { partsOf, type Search, severityRange } from '@clew/search'
import { narrowedFrom, type RollupName, resourceWord, rollups, textBlock } from '../schema/tables.ts'
import { askOf } from './log-search.ts'
import type { OpenSegment, SqlValue } from './open-segments.ts'
import type { TimeRange } from './parameters.ts'
import { asksForTrace, compileSearch } from './search-sql.ts'
import { indexedLines } from './search-sql-index.ts'
import { servicesOf } from './search-sql-term.ts'

/**
 * What leads to the lines of a segment: the index of time, that of problems (lines of severity 13 and more), or the full-text
 * index: all that it finds at once, or in slices of time. It changes how many lines are looked at, never which are found or in what
 * order.
 */
export type Way = 'time' | 'problems' | 'words' | 'slices'

export type LinePlan = {
  way: Way
  /** The exact condition on a row of `log`, time included. */
  where: string
  parameters: SqlValue[]
  /** What the full-text index must have of a block of lines; undefined when it cannot narrow the search. */
  match: string | undefined
  /** Whether it is asked for the blocks of problems, too. */
  narrowsProblems: boolean
  /** Lines to be looked at, at most, as estimated. */
  lines: { time: number; problems: number | undefined; words: number | undefined }
}

/** A line that is found by its id alone is read from anywhere. */
const scattered = 1.5
/** Blocks that are looked through at once. */
const fewBlocks = 1000

/** How a segment is searched: by what leaves the fewest lines to look at. `forced` is for tests. */
export function planLines(
  segment: OpenSegment,
  search: Search,
  range: TimeRange,
  forced?: Way | undefined,
): LinePlan {
  const { textSearch, version, idsOfPattern } = segment
  const compiled = compileSearch(search, { target: 'log', textSearch, ask: askOf(segment), idsOfPattern })
  // The time first: it costs less than words.
  const where = `log.us BETWEEN ? AND ? AND ${compiled.where}`
  const parameters = [range.fromUs, range.toUs, ...compiled.parameters]
  const lowest = lowestSeverityOf(search) ?? 0
  const resources = resourcesOf(segment, search)
  const hasWordsOfResources = textSearch === 'index' && version >= narrowedFrom
  const match = asksForTrace(search)
    ? undefined
    : withResources(compiled.match, hasWordsOfResources ? resources : undefined)
  const lines: LinePlan['lines'] = { time: Number.POSITIVE_INFINITY, problems: undefined, words: undefined }
  if (!asksForTrace(search) && (lowest >= 13 || match !== undefined)) {
    const counts = countsOf(segment, range)
    lines.time = sum(counts)
    if (lowest >= 13) {
      const band = bandIndexOf(lowest)
      lines.problems = sum(counts.filter((one) => one[1] >= band && (resources?.has(one[0]) ?? true)))
    }
    if (
      match !== undefined &&
      (forced !== undefined || (lines.problems ?? Number.POSITIVE_INFINITY) > fewLines)
    )
      lines.words = linesOfBlocks(segment, match, lines.time)
  }
  const way = possible(forced ?? cheapest(lines), lines)
  return { way, where, parameters, match, lines, narrowsProblems: narrowsProblems(lines) }
}

function possible(way: Way, { problems, words }: LinePlan['lines']): Way {
  const isPossible = way === 'time' || (way === 'problems' ? problems : words) !== undefined
  return isPossible ? way : 'time'
}

/** Lines to be looked at, as parts of a statement; `parameters` are those of its `where`. */
export type LineSource = { from: string; where: string; parameters: SqlValue[] }

export function sourceOf({ way, match = '', narrowsProblems }: LinePlan): LineSource {
  if (way === 'words' || way === 'slices')
    return { from: indexedLines, where: 'log_text MATCH ?', parameters: [match] }
  if (way === 'time') return { from: 'log', where: 'TRUE', parameters: [] }
  // Literally the condition of the index: SQLite uses a partial index only for its own words.
  const problems = { from: 'log INDEXED BY log_problem', where: 'log.severity >= 13' }
  if (!narrowsProblems) return { ...problems, parameters: [] }
  const where = `${problems.where} AND log.id / ${textBlock} IN (SELECT rowid FROM log_text WHERE log_text MATCH ?)`
  return { ...problems, where, parameters: [match] }
}

function cheapest({ time, problems, words }: LinePlan['lines']): Way {
  const ofProblems = problems === undefined ? Number.POSITIVE_INFINITY : problems * scattered
  const ofWords = words ?? Number.POSITIVE_INFINITY
  // Also where words are everywhere: what lies between, a long chain of other lines, is passed over.
  if (ofWords < ofProblems) {
    return ofWords > fewBlocks * textBlock ? 'slices' : 'words'
  }
  return ofProblems < time ? 'problems' : 'time'
}

/** Whether reading all that the index has of the words costs less than reading the problems that it would leave out. */
function narrowsProblems({ time, problems = 0, words }: LinePlan['lines']): boolean {
  if (words === undefined || time === 0) return false
  const leftOut = problems * Math.max(0, 1 - words / time)
  return leftOut > (words / textBlock) * costOfBlock
}

/** An entry of the full-text index that is read, beside a line that is. */
const costOfBlock = 0.15

/** The severity that every line has at least which a search finds; undefined: it may be any. */
function lowestSeverityOf(tree: Search): number | undefined {
  switch (tree.kind) {
    case 'level':
      return severityRange(tree.compare, tree.level).lowest
    case 'has':
      return tree.what === 'error' ? 17 : undefined
    case 'all': {
      const known = tree.parts.flatMap((part) => lowestSeverityOf(part) ?? [])
      return known.length === 0 ? undefined : Math.max(...known)
    }
    case 'any': {
      const all = tree.parts.map(lowestSeverityOf)
      return all.includes(undefined) ? undefined : Math.min(...all.map((one) => one ?? 0))
    }
    default:
      return undefined
  }
}

/** The processes of the services that a search asks for; undefined when it asks for none. */
function resourcesOf(segment: OpenSegment, search: Search): Set<number> | undefined {
  const services = servicesOf(partsOf(search))
  if (services === undefined) return undefined
  const rows = segment.arrays<[number]>(
    `SELECT id FROM resource WHERE ${services.sql}`,
    ...services.parameters,
  )
  return new Set(rows.map(([id]) => id))
}

/** More processes than these are not told apart by their words. */
const mostResources = 50

function withResources(match: string | undefined, resources: Set<number> | undefined): string | undefined {
  if (resources === undefined || resources.size === 0 || resources.size > mostResources) return match
  const words = [...resources].map((id) => `"${resourceWord(id)}"`).join(' OR ')
  return match === undefined ? `(${words})` : `(${match} AND (${words}))`
}

type Count = [resource: number, band: number, lines: number]

/** Times from which on counts of 10 minutes are exact enough. */
const longUs = 6 * rollups.rollup_wide

function countsOf(segment: OpenSegment, { fromUs, toUs }: TimeRange): Count[] {
  const table: RollupName = toUs - fromUs >= longUs ? 'rollup_wide' : 'rollup'
  const bucketOf = (us: number): number => Math.floor(us / rollups[table])
  return segment.arrays<Count>(
    `SELECT resource, band, sum(count) FROM ${table} WHERE bucket BETWEEN ? AND ? GROUP BY resource, band`,
    bucketOf(fromUs),
    bucketOf(toUs),
  )
}

const sum = (counts: readonly Count[]): number => counts.reduce((total, [, , lines]) => total + lines, 0)

/** So few are looked at before the index has said how many it would leave. */
const fewLines = 1000

/** Blocks by which it is judged how many there are: those that came last. Of as many as are looked through at once the number is exact. */
const sampled = fewBlocks + 1

/**
 * The lines of the blocks that the index has, as estimated. Not by FTS5's own vocabulary: to know of a word in how many entries it is,
 * that reads them all.
 */
function linesOfBlocks(segment: OpenSegment, match: string, lines: number): number {
  const sql = `SELECT count(*), min(block), (SELECT max(id) FROM log) / ${textBlock}
    FROM (SELECT rowid AS block FROM log_text WHERE log_text MATCH ? ORDER BY rowid DESC LIMIT ${sampled})`
  const [blocks, first, last] = segment.arrays<[number, number, number]>(sql, match)[0] ?? [0, 0, 0]
  if (blocks < sampled) return blocks * textBlock
  return (lines * blocks) / (last - first + 1)
}
