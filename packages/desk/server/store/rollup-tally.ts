import type { DatabaseSync } from 'node:sqlite'
import { bandIndexOf } from '@clew/otlp'
import { bandsPerBucket, type RollupName, resourcesPerBucket, rollups } from '../schema/tables.ts'

/** Counts lines per bucket, process and severity band, and adds them to both tables once per commit. */
export type RollupTally = {
  add(us: number, resource: number, severity: number): void
  write(): void
  clear(): void
}

const keysPerBucket = resourcesPerBucket * bandsPerBucket
const narrowPerWide = rollups.rollup_wide / rollups.rollup

export function createRollupTally(database: DatabaseSync): RollupTally {
  const narrow = prepareUpsert(database, 'rollup')
  const wide = prepareUpsert(database, 'rollup_wide')
  // bucket, resource and band in one number: below 2^53 until the year 3000 and for 131,071 processes
  const counts = new Map<number, number>()
  return {
    add(us, resource, severity) {
      const bucket = Math.floor(us / rollups.rollup)
      const key = bucket * keysPerBucket + resource * bandsPerBucket + bandIndexOf(severity)
      counts.set(key, (counts.get(key) ?? 0) + 1)
    },
    write() {
      const wideCounts = new Map<number, number>()
      for (const [key, count] of counts) {
        narrow(key, count)
        const rest = key % keysPerBucket
        const wideKey = Math.floor((key - rest) / keysPerBucket / narrowPerWide) * keysPerBucket + rest
        wideCounts.set(wideKey, (wideCounts.get(wideKey) ?? 0) + count)
      }
      for (const [key, count] of wideCounts) wide(key, count)
    },
    clear: () => counts.clear(),
  }
}

function prepareUpsert(database: DatabaseSync, table: RollupName): (key: number, count: number) => void {
  const upsert = database.prepare(
    `INSERT INTO ${table} (bucket, resource, band, count) VALUES (?, ?, ?, ?)
     ON CONFLICT DO UPDATE SET count = count + excluded.count`,
  )
  return (key, count) => {
    const band = key % bandsPerBucket
    const place = (key - band) / bandsPerBucket
    const resource = place % resourcesPerBucket
    upsert.run((place - resource) / resourcesPerBucket, resource, band, count)
  }
}
