import type { DatabaseSync, StatementSync } from 'node:sqlite'
import { hasArrivals, hasTextIndex, openForReading, versionOf } from '../schema/segment.ts'
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
  /** Closes what is no longer there. */
  use(paths: readonly string[]): void
}

/** `onDamaged` hears of a file that cannot be read; it is passed over from then on. */
export function createOpenSegments(
  onDamaged: (path: string) => void,
  stop: Stop = createStop(
    () => performance.now(),
    () => false,
  ),
): OpenSegments {
  const open = new Map<string, { segment: OpenSegment; database: DatabaseSync }>()
  let paths: readonly string[] = []
  const damaged = new Set<string>()

  const giveUp = (path: string, error: unknown): void => {
    if (!isDamage(error)) throw error
    damaged.add(path)
    open.get(path)?.database.close()
    open.delete(path)
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
      const segment = readable(database, segmentNumber(path), (error) => giveUp(path, error))
      open.set(path, { segment, database })
      return segment
    } catch (error) {
      giveUp(path, error)
      return undefined
    }
  }

  return {
    stop,
    newestFirst: () => paths.toReversed().flatMap((path) => segmentOf(path) ?? []),
    byNumber(number) {
      const path = paths.find((one) => segmentNumber(one) === number)
      return path === undefined ? undefined : segmentOf(path)
    },
    use(next) {
      paths = next
      for (const [path, { database }] of open) {
        if (next.includes(path)) shareCache(database, next.length)
        else {
          database.close()
          open.delete(path)
        }
      }
    },
  }
}

/** Of all segments together; what SQLite does not keep, the system does. */
const cacheKib = 16 * 1024
const leastCacheKib = 128

function shareCache(database: DatabaseSync, segments: number): void {
  const kib = Math.max(leastCacheKib, Math.floor(cacheKib / Math.max(1, segments)))
  database.exec(`PRAGMA cache_size = -${kib}; PRAGMA mmap_size = 0`)
}

const maxStatements = 200

const keyOf = (sql: string, asArrays: boolean): string => (asArrays ? `arrays ${sql}` : sql)

function readable(database: DatabaseSync, number: number, onError: (error: unknown) => void): OpenSegment {
  const statements = new Map<string, StatementSync>()
  const prepare = (sql: string, asArrays: boolean): StatementSync => {
    const key = keyOf(sql, asArrays)
    const known = statements.get(key)
    if (known !== undefined) return known
    const statement = database.prepare(sql)
    if (asArrays) statement.setReturnArrays(true)
    if (statements.size >= maxStatements) statements.clear()
    statements.set(key, statement)
    return statement
  }
  const run = (sql: string, asArrays: boolean, work: (statement: StatementSync) => void): void => {
    try {
      work(prepare(sql, asArrays))
    } catch (error) {
      // One that was ended in the middle tells of it once more when it is used again.
      statements.delete(keyOf(sql, asArrays))
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
    all: (sql, ...parameters) => rows(sql, parameters, false),
    get: (sql, ...parameters) => rows(sql, parameters, false)[0] as never,
    arrays: (sql, ...parameters) => rows(sql, parameters, true),
    each: (sql, parameters, take) =>
      run(sql, true, (statement) => {
        for (const row of statement.iterate(...parameters)) take(row as never)
      }),
  }
}
