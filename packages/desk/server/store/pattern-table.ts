import type { DatabaseSync } from 'node:sqlite'
import type { Miner, Template } from '@clew/templates'
import { openForReading } from './segment.ts'

type PatternRow = { id: number; text: string; severity: number; first_us: number; last_us: number }

const rowsOf = (database: DatabaseSync): PatternRow[] =>
  database
    .prepare('SELECT id, text, severity, first_us, last_us FROM pattern ORDER BY last_us, id')
    .all() as PatternRow[]

/** The patterns of a segment for a miner to go on with, the one used longest ago first. */
export function knownPatterns(database: DatabaseSync): Template[] {
  return rowsOf(database).map(({ id, text }) => ({ id, text, count: 1 }))
}

/** Gives a new segment the patterns that the miner still knows, with their first occurrence. */
export function copyPatterns(database: DatabaseSync, beforePath: string, miner: Miner): void {
  const before = openForReading(beforePath)
  const insert = database.prepare(
    'INSERT OR IGNORE INTO pattern (id, text, severity, first_us, last_us) VALUES (?, ?, ?, ?, ?)',
  )
  database.exec('BEGIN')
  for (const { id, text, severity, first_us, last_us } of rowsOf(before)) {
    if (miner.get(id) !== undefined) insert.run(id, text, severity, first_us, last_us)
  }
  database.exec('COMMIT')
  before.close()
}
