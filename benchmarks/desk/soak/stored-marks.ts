import { linkSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import type { Signal } from '@clew/otlp'
import type { Entry } from './journal.ts'
import { markDigits, markKey } from './marked-requests.ts'

/** What was sent, compared with the files of a desk that has ended. */
export type Comparison = {
  acknowledged: number
  /** Acknowledged, and not there. */
  lost: number
  /** There more than once. */
  repeated: number
  /** Requests without an answer that are there in part: a commit has all of a request or nothing. */
  torn: number
  /** There, and never sent. */
  foreign: number
  /** Of requests without an answer, and there: their sender would send them again. */
  unanswered: number
  /** All that the desk has, with what was there at the beginning. */
  stored: number
}

const tables: Record<Signal, string> = { logs: 'log', traces: 'span' }
/** The mark is the last attribute: `"soak.id":"000000000042"}`. */
const key = `"${markKey}":"`
const markSql = (table: string): string =>
  `SELECT CAST(substr(attributes, ${-markDigits - 2}, ${markDigits}) AS INTEGER) AS mark
   FROM ${table} WHERE substr(attributes, ${-markDigits - 2 - key.length}, ${key.length}) = '${key}'`

const segmentsOf = (directory: string): string[] =>
  readdirSync(directory)
    .filter((name) => /^segment-\d+\.sqlite$/.test(name))
    .toSorted()

/** Links each segment of a desk, and what is not yet written into it, into a folder: what expires there can still be compared. */
export function keepAside(directory: string, aside: string): void {
  const known = new Set(readdirSync(aside))
  for (const name of readdirSync(directory).filter((one) => /^segment-\d+\.sqlite(-wal)?$/.test(one)))
    if (!known.has(name)) linkSync(join(directory, name), join(aside, name))
}

/** The number from which on nothing has expired: behind all of the oldest segment that the desk still has. */
export function firstKept(directory: string): number {
  const oldest = segmentsOf(directory)[0]!
  const database = new DatabaseSync(join(directory, oldest), { readOnly: true })
  const marks = database.prepare(`SELECT max(mark) AS most FROM (${markSql('log')})`)
  const most = marks.get()!.most as number | null
  database.close()
  return most === null ? 0 : most + 1
}

/** `aside`: where what has expired is, with the rest. */
export function compareStored(
  directory: string,
  signal: Signal,
  journal: readonly Entry[],
  aside = directory,
): Comparison {
  const entries = journal.filter((entry) => entry.signal === signal)
  const sent = entries.reduce((most, { first, records }) => Math.max(most, first + records), 0)
  const times = new Uint8Array(sent)
  const found = { acknowledged: 0, lost: 0, repeated: 0, torn: 0, foreign: 0, unanswered: 0, stored: 0 }
  const there = new Set(segmentsOf(directory))
  for (const file of segmentsOf(aside)) {
    const database = new DatabaseSync(join(there.has(file) ? directory : aside, file), { readOnly: true })
    if (there.has(file))
      found.stored += database.prepare(`SELECT count(*) AS count FROM ${tables[signal]}`).get()!
        .count as number
    const marks = database.prepare(markSql(tables[signal]))
    marks.setReturnArrays(true)
    for (const row of marks.iterate()) {
      const [mark] = row as unknown as [number]
      if (mark >= sent) found.foreign++
      else if (times[mark]! < 255) times[mark]!++
    }
    database.close()
  }
  for (const { outcome, first, records } of entries) {
    const of = times.subarray(first, first + records)
    const present = of.reduce((count, one) => count + Math.min(one, 1), 0)
    found.repeated += of.reduce((count, one) => count + Math.max(0, one - 1), 0)
    if (outcome === 'acknowledged') {
      found.acknowledged += records
      found.lost += records - present
    } else if (present === records) found.unanswered += records
    else if (present > 0) found.torn++
  }
  return found
}
