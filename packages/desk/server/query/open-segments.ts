import type { DatabaseSync, StatementSync } from 'node:sqlite'
import { hasArrivals, hasTextIndex, openForReading } from '../schema/segment.ts'
import { segmentNumber } from '../schema/segment-files.ts'
import { isDamage } from '../schema/store-error.ts'
import { defineLineMatches } from './line-matches.ts'

/** A segment that is open for reading. Statements are made once. */
export type OpenSegment = {
  number: number
  textSearch: 'index' | 'scan'
  /** Whether it knows when its lines came. */
  hasArrivals: boolean
  /** Rows as objects. */
  all<Row>(sql: string, ...parameters: SqlValue[]): Row[]
  get<Row>(sql: string, ...parameters: SqlValue[]): Row | undefined
  /** Rows as arrays: a third of the time of objects for many rows. */
  arrays<Row>(sql: string, ...parameters: SqlValue[]): Row[]
}

export type SqlValue = string | number | Uint8Array | null

/** The segments of the store, newest first, opened when they are first asked. */
export type OpenSegments = {
  newestFirst(): OpenSegment[]
  byNumber(number: number): OpenSegment | undefined
  /** Closes what is no longer there. */
  use(paths: readonly string[]): void
}

/** `onDamaged` hears of a file that cannot be read; it is passed over from then on. */
export function createOpenSegments(onDamaged: (path: string) => void): OpenSegments {
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
      defineLineMatches(database)
      const segment = readable(database, segmentNumber(path), (error) => giveUp(path, error))
      open.set(path, { segment, database })
      return segment
    } catch (error) {
      giveUp(path, error)
      return undefined
    }
  }

  return {
    newestFirst: () => paths.toReversed().flatMap((path) => segmentOf(path) ?? []),
    byNumber(number) {
      const path = paths.find((one) => segmentNumber(one) === number)
      return path === undefined ? undefined : segmentOf(path)
    },
    use(next) {
      paths = next
      for (const [path, { database }] of open) {
        if (next.includes(path)) continue
        database.close()
        open.delete(path)
      }
    },
  }
}

const maxStatements = 200

function readable(database: DatabaseSync, number: number, onError: (error: unknown) => void): OpenSegment {
  const statements = new Map<string, StatementSync>()
  const prepare = (sql: string, asArrays: boolean): StatementSync => {
    const key = asArrays ? `arrays ${sql}` : sql
    const known = statements.get(key)
    if (known !== undefined) return known
    const statement = database.prepare(sql)
    if (asArrays) statement.setReturnArrays(true)
    if (statements.size >= maxStatements) statements.clear()
    statements.set(key, statement)
    return statement
  }
  const rows = <Row>(sql: string, parameters: SqlValue[], asArrays: boolean): Row[] => {
    try {
      return prepare(sql, asArrays).all(...parameters) as Row[]
    } catch (error) {
      onError(error)
      return []
    }
  }
  return {
    number,
    textSearch: hasTextIndex(database) ? 'index' : 'scan',
    hasArrivals: hasArrivals(database),
    all: (sql, ...parameters) => rows(sql, parameters, false),
    get: (sql, ...parameters) => rows(sql, parameters, false)[0] as never,
    arrays: (sql, ...parameters) => rows(sql, parameters, true),
  }
}
