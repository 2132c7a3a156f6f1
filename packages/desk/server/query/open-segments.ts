import { existsSync } from 'node:fs'
import type { DatabaseSync, StatementSync } from 'node:sqlite'
import { hasArrivals, hasMerges, hasTextIndex, openForReading, versionOf } from '../schema/segment.ts'
import { segmentNumber } from '../schema/segment-files.ts'
import { isDamage } from '../schema/store-error.ts'
import { defineLineMatches } from './line-matches.ts'
import { createStop, defineGoOn, type Stop } from './stop.ts'

/** A segment that is open for reading. Statements are made once. */
export type OpenSegment = {
  number: number
  textSearch: 'index' | 'scan'
  /** Format of its tables. */
  version: number
  /** Whether it knows when its lines came. */
  hasArrivals: boolean
  /** Whether it knows of patterns that became parts of others. */
  hasMerges: boolean
  /** All ids that mean what `id` means now: lines keep the ids of then. */
  idsOfPattern(id: number): number[]
  /** Rows as objects. */
  all<Row>(sql: string, ...parameters: SqlValue[]): Row[]
  get<Row>(sql: string, ...parameters: SqlValue[]): Row | undefined
  /** Rows as arrays: a third of the time of objects for many rows. */
  arrays<Row>(sql: string, ...parameters: SqlValue[]): Row[]
  /** Passes on rows as arrays as they are found: what was found before a {@link Stop} is not lost. */
  each<Row>(sql: string, parameters: readonly SqlValue[], take: (row: Row) => void): void
}

export type SqlValue = string | number | Uint8Array | null

/** The segments of the store, newest first, opened when they are first asked. */
export type OpenSegments = {
  newestFirst(): OpenSegment[]
  /** By which their statements are ended. */
  readonly stop: Stop
  byNumber(number: number): OpenSegment | undefined
  /** The one that knows the merged patterns of all: the newest that has any. */
  withMerges(): OpenSegment | undefined
  /** Closes what is no longer there. */
  use(paths: readonly string[]): void
}

type Opened = { segment: OpenSegment; database: DatabaseSync }

/** `onDamaged` hears of a file that cannot be read, or is gone; it is passed over from then on. */
export function createOpenSegments(
  onDamaged: (path: string) => void,
  stop: Stop = createStop(() => false),
): OpenSegments {
  const open = new Map<string, Opened>()
  const statements = createStatements()
  let paths: readonly string[] = []
  const damaged = new Set<string>()

  const close = (path: string, { segment, database }: Opened): void => {
    statements.forget(segment.number)
    database.close()
    open.delete(path)
  }

  const giveUp = (path: string, error: unknown, isGone = false): void => {
    if (!isDamage(error) && !isGone) throw error
    damaged.add(path)
    const known = open.get(path)
    if (known !== undefined) close(path, known)
    onDamaged(path)
  }

  const segmentOf = (path: string): OpenSegment | undefined => {
    if (damaged.has(path)) return undefined
    const known = open.get(path)
    if (known !== undefined) return known.segment
    try {
      const database = openForReading(path)
      shareCache(database, paths.length)
      defineLineMatches(database)
      defineGoOn(database, stop)
      const number = segmentNumber(path)
      const segment = readable(database, number, statements, {
        onError: (error) => giveUp(path, error),
        idsOfPattern,
      })
      open.set(path, { segment, database })
      return segment
    } catch (error) {
      // Somebody deleted it to make room: the others can be read still.
      giveUp(path, error, !existsSync(path))
      return undefined
    }
  }

  const newestFirst = (): OpenSegment[] => paths.toReversed().flatMap((path) => segmentOf(path) ?? [])
  const withMerges = (): OpenSegment | undefined => newestFirst().find(({ hasMerges }) => hasMerges)
  const idsOfPattern = (id: number): number[] => {
    const ids = withMerges()?.arrays<[number]>(idsOfPatternSql, id, id)
    return ids === undefined ? [id] : ids.map(([one]) => one)
  }

  return {
    stop,
    newestFirst,
    withMerges,
    byNumber(number) {
      const path = paths.find((one) => segmentNumber(one) === number)
      return path === undefined ? undefined : segmentOf(path)
    },
    use(next) {
      paths = next
      for (const [path, known] of open) {
        if (next.includes(path)) shareCache(known.database, next.length)
        else close(path, known)
      }
    },
  }
}

const idsOfPatternSql = `
WITH now (id) AS (SELECT coalesce((SELECT merged FROM pattern_merge WHERE id = ?), ?))
SELECT id FROM now UNION SELECT pattern_merge.id FROM pattern_merge, now WHERE merged = now.id`

/** Of all segments together; what SQLite does not keep, the system does. */
const cacheKib = 8 * 1024
const leastCacheKib = 64

function shareCache(database: DatabaseSync, segments: number): void {
  const kib = Math.max(leastCacheKib, Math.floor(cacheKib / Math.max(1, segments)))
  database.exec(`PRAGMA cache_size = -${kib}; PRAGMA mmap_size = 0`)
}

/** Of all segments together: one is 5 kB, and a store of 40 GB has 160 segments. */
const maxStatements = 1000

/** Statements that were used last, with their segments. */
type Statements = {
  of(segment: number, database: DatabaseSync, sql: string, asArrays: boolean): StatementSync
  /** One that was ended in the middle tells of it once more when it is used again. */
  drop(segment: number, sql: string, asArrays: boolean): void
  /** Those of a segment that is closed. */
  forget(segment: number): void
}

function createStatements(): Statements {
  const kept = new Map<string, StatementSync>()
  const keyOf = (segment: number, sql: string, asArrays: boolean): string =>
    `${segment} ${asArrays ? 'arrays' : 'objects'} ${sql}`
  return {
    of(segment, database, sql, asArrays) {
      const key = keyOf(segment, sql, asArrays)
      let statement = kept.get(key)
      if (statement === undefined) {
        statement = database.prepare(sql)
        if (asArrays) statement.setReturnArrays(true)
      } else kept.delete(key)
      kept.set(key, statement)
      if (kept.size > maxStatements) kept.delete(kept.keys().next().value!)
      return statement
    },
    drop(segment, sql, asArrays) {
      kept.delete(keyOf(segment, sql, asArrays))
    },
    forget(segment) {
      for (const key of kept.keys()) if (key.startsWith(`${segment} `)) kept.delete(key)
    },
  }
}

function readable(
  database: DatabaseSync,
  number: number,
  statements: Statements,
  { onError, idsOfPattern }: { onError(error: unknown): void } & Pick<OpenSegment, 'idsOfPattern'>,
): OpenSegment {
  const run = (sql: string, asArrays: boolean, work: (statement: StatementSync) => void): void => {
    try {
      work(statements.of(number, database, sql, asArrays))
    } catch (error) {
      statements.drop(number, sql, asArrays)
      onError(error)
    }
  }
  const rows = <Row>(sql: string, parameters: SqlValue[], asArrays: boolean): Row[] => {
    let found: Row[] = []
    run(sql, asArrays, (statement) => {
      found = statement.all(...parameters) as Row[]
    })
    return found
  }
  return {
    number,
    textSearch: hasTextIndex(database) ? 'index' : 'scan',
    version: versionOf(database),
    hasArrivals: hasArrivals(database),
    hasMerges: hasMerges(database),
    idsOfPattern,
    all: (sql, ...parameters) => rows(sql, parameters, false),
    get: (sql, ...parameters) => rows(sql, parameters, false)[0] as never,
    arrays: (sql, ...parameters) => rows(sql, parameters, true),
    each: (sql, parameters, take) =>
      run(sql, true, (statement) => {
        for (const row of statement.iterate(...parameters)) take(row as never)
      }),
  }
}
