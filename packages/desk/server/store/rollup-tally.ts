import type { DatabaseSync } from 'node:sqlite'

/** The tables of counts and the width of their buckets. */
export const rollups = { rollup: 10_000_000, rollup_wide: 600_000_000 } as const

export type RollupName = keyof typeof rollups

/** Counts lines per bucket, process and severity band, and adds them to a table once per commit. */
export type RollupTally = {
  add(us: number, resource: number, severity: number): void
  write(): void
  clear(): void
}

const bandsPerBucket = 8
const resourcesPerBucket = 2 ** 17

export function createRollupTally(database: DatabaseSync, table: RollupName): RollupTally {
  const bucketUs = rollups[table]
  const upsert = database.prepare(
    `INSERT INTO ${table} (bucket, resource, band, count) VALUES (?, ?, ?, ?)
     ON CONFLICT DO UPDATE SET count = count + excluded.count`,
  )
  // bucket, resource and band in one number: below 2^53 until the year 3000 and for 131,071 processes
  const counts = new Map<number, number>()
  return {
    add(us, resource, severity) {
      const bucket = Math.floor(us / bucketUs)
      const key = (bucket * resourcesPerBucket + resource) * bandsPerBucket + bandOf(severity)
      counts.set(key, (counts.get(key) ?? 0) + 1)
    },
    write() {
      for (const [key, count] of counts) {
        const band = key % bandsPerBucket
        const place = (key - band) / bandsPerBucket
        const resource = place % resourcesPerBucket
        upsert.run((place - resource) / resourcesPerBucket, resource, band, count)
      }
    },
    clear: () => counts.clear(),
  }
}

/** 0 trace, 1 debug, 2 info, 3 warn, 4 error, 5 fatal; a line without severity counts as info. */
export function bandOf(severity: number): number {
  return severity === 0 ? 2 : (severity - 1) >> 2
}
