import type { DatabaseSync } from 'node:sqlite'
import { bandIndexOf } from '@clew/otlp'
import type { Merge, Miner, Template } from '@clew/templates'
import { hasMerges, openForReading } from '../schema/segment.ts'
import { bandsPerBucket, patternBucketUs, resourcesPerBucket } from '../schema/tables.ts'

/** Finds the pattern of each line, and counts lines per minute, pattern, process and level once per commit. */
export type PatternTally = {
  /** The id of the line's pattern. */
  add(body: string, us: number, resource: number, severity: number): number
  write(): void
  /** `lost`: what was written is gone. */
  clear(lost: boolean): void
}

type PatternChange = { severity: number; firstUs: number; lastUs: number; counts: Map<number, number> }

export function createPatternTally(database: DatabaseSync, miner: Miner): PatternTally {
  const upsertPattern = database.prepare(
    `INSERT INTO pattern (id, text, severity, first_us, last_us) VALUES (?, ?, ?, ?, ?)
     ON CONFLICT DO UPDATE SET text = coalesce(?, text), severity = max(severity, excluded.severity),
       first_us = min(first_us, excluded.first_us), last_us = max(last_us, excluded.last_us)`,
  )
  const upsertCount = database.prepare(
    `INSERT INTO pattern_rollup (bucket, pattern, resource, band, count) VALUES (?, ?, ?, ?, ?)
     ON CONFLICT DO UPDATE SET count = count + excluded.count`,
  )
  const merges = createMergeNotes(database, miner)
  const changes = new Map<number, PatternChange>()
  const changeOf = (id: number): PatternChange => {
    const known = changes.get(id)
    if (known !== undefined) return known
    const begun = {
      severity: 0,
      firstUs: Number.MAX_SAFE_INTEGER,
      lastUs: 0,
      counts: new Map<number, number>(),
    }
    changes.set(id, begun)
    return begun
  }
  return {
    add(body, us, resource, severity) {
      const id = miner.add(body)
      const change = changeOf(id)
      if (severity > change.severity) change.severity = severity
      if (us < change.firstUs) change.firstUs = us
      if (us > change.lastUs) change.lastUs = us
      const place = Math.floor(us / patternBucketUs) * resourcesPerBucket + resource
      const key = place * bandsPerBucket + bandIndexOf(severity)
      change.counts.set(key, (change.counts.get(key) ?? 0) + 1)
      return id
    },
    write() {
      for (const [id, { severity, firstUs, lastUs, counts }] of changes) {
        // Forgotten since: it keeps the text that it had.
        const text = miner.get(id)?.text ?? null
        upsertPattern.run(id, text ?? '', severity, firstUs, lastUs, text)
        for (const [key, count] of counts) {
          const band = key % bandsPerBucket
          const place = (key - band) / bandsPerBucket
          const resource = place % resourcesPerBucket
          upsertCount.run((place - resource) / resourcesPerBucket, id, resource, band, count)
        }
      }
      merges.write()
    },
    clear(lost) {
      changes.clear()
      if (!lost) merges.clear()
    },
  }
}

/** That a segment keeps. */
const mostMerges = 20_000

/** Which patterns became parts of others; what waits for a commit. */
function createMergeNotes(database: DatabaseSync, miner: Miner): { write(): void; clear(): void } {
  const insert = database.prepare('INSERT OR REPLACE INTO pattern_merge (id, merged) VALUES (?, ?)')
  const forget = database.prepare(
    'DELETE FROM pattern_merge WHERE place <= (SELECT max(place) FROM pattern_merge) - ?',
  )
  // A new segment knows none of those before.
  let waiting: Merge[] = miner.merges()
  return {
    write() {
      waiting = [...waiting, ...miner.newMerges()].slice(-mostMerges)
      for (const merge of waiting) insert.run(...merge)
      if (waiting.length > 0) forget.run(mostMerges)
    },
    clear() {
      waiting = []
    },
  }
}

type PatternRow = { id: number; text: string; severity: number; first_us: number; last_us: number }

const rowsOf = (database: DatabaseSync): PatternRow[] =>
  database
    .prepare('SELECT id, text, severity, first_us, last_us FROM pattern ORDER BY last_us, id')
    .all() as PatternRow[]

/** The patterns of a segment for a miner to go on with, the one used longest ago first. */
export function knownPatterns(database: DatabaseSync): Template[] {
  return rowsOf(database).map(({ id, text }) => ({ id, text, count: 1 }))
}

/** Which of them became parts of others, the oldest first. */
export function knownMerges(database: DatabaseSync): Merge[] {
  if (!hasMerges(database)) return []
  const rows = database.prepare('SELECT id, merged FROM pattern_merge ORDER BY place').all() as {
    id: number
    merged: number
  }[]
  return rows.map(({ id, merged }) => [id, merged])
}

/** Gives a new segment the patterns that the miner still knows, with their first occurrence. */
export function copyPatterns(database: DatabaseSync, beforePath: string, miner: Miner): void {
  const before = openForReading(beforePath)
  const insert = database.prepare(
    'INSERT OR IGNORE INTO pattern (id, text, severity, first_us, last_us) VALUES (?, ?, ?, ?, ?)',
  )
  database.exec('BEGIN')
  for (const { id, text, severity, first_us, last_us } of rowsOf(before)) {
    if (miner.get(id)?.id === id) insert.run(id, text, severity, first_us, last_us)
  }
  database.exec('COMMIT')
  before.close()
}
