import { readdirSync } from 'node:fs'
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
  /** All that there is, with what was there at the beginning. */
  stored: number
}

const tables: Record<Signal, string> = { logs: 'log', traces: 'span' }
/** The mark is the last attribute: `"soak.id":"000000000042"}`. */
const key = `"${markKey}":"`
const markSql = (table: string): string =>
  `SELECT CAST(substr(attributes, ${-markDigits - 2}, ${markDigits}) AS INTEGER)
   FROM ${table} WHERE substr(attributes, ${-markDigits - 2 - key.length}, ${key.length}) = '${key}'`

export function compareStored(directory: string, signal: Signal, journal: readonly Entry[]): Comparison {
  const entries = journal.filter((entry) => entry.signal === signal)
  const sent = entries.reduce((most, { first, records }) => Math.max(most, first + records), 0)
  const times = new Uint8Array(sent)
  const found = { acknowledged: 0, lost: 0, repeated: 0, torn: 0, foreign: 0, unanswered: 0, stored: 0 }
  for (const file of readdirSync(directory).filter((name) => /^segment-\d+\.sqlite$/.test(name))) {
    const database = new DatabaseSync(join(directory, file), { readOnly: true })
    found.stored += database.prepare(`SELECT count(*) AS count FROM ${tables[signal]}`).get()!.count as number
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
    const there = of.reduce((count, one) => count + Math.min(one, 1), 0)
    found.repeated += of.reduce((count, one) => count + Math.max(0, one - 1), 0)
    if (outcome === 'acknowledged') {
      found.acknowledged += records
      found.lost += records - there
    } else if (there === records) found.unanswered += records
    else if (there > 0) found.torn++
  }
  return found
}
