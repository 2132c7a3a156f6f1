import { copyFileSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import fc from 'fast-check'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { lostInLog } from './write-ahead-log.ts'

const headerBytes = 32
const frameBytes = 4096 + 24

let folder: string
let path: string
let database: DatabaseSync

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'clew-log-'))
  path = join(folder, 'one.sqlite')
  database = new DatabaseSync(path)
  database.exec(
    'PRAGMA page_size = 4096; PRAGMA journal_mode = WAL; PRAGMA wal_autocheckpoint = 0; PRAGMA cache_size = 2; CREATE TABLE line (text)',
  )
})
afterEach(() => {
  database.close()
  rmSync(folder, { recursive: true })
})

const insert = (count: number): void => {
  database.exec('BEGIN')
  for (let at = 0; at < count; at++) database.prepare('INSERT INTO line VALUES (?)').run('x'.repeat(500))
  database.exec('COMMIT')
}

/** The files as a process that is killed now leaves them. */
function killed(): string {
  const copy = join(folder, 'killed.sqlite')
  rmSync(`${copy}-shm`, { force: true })
  for (const end of ['', '-wal']) copyFileSync(path + end, copy + end)
  return copy
}

function rowsOf(at: string): number {
  const copy = new DatabaseSync(at, { readOnly: true })
  try {
    return Number(copy.prepare('SELECT count(*) AS rows FROM line').get()!.rows)
  } catch {
    // The table itself was in the log.
    return 0
  } finally {
    copy.close()
  }
}

test('nothing is lost of what a process leaves that is killed, also within a transaction and behind a log before', () => {
  const found = [lostInLog(join(folder, 'nothing')), lostInLog(killed())]
  insert(100)
  found.push(lostInLog(killed()))
  database.exec('PRAGMA wal_checkpoint(RESTART)')
  insert(3)
  found.push(lostInLog(killed()))
  // More than fits into the cache: pages are in the log before the transaction ends.
  database.exec('BEGIN')
  for (let at = 0; at < 400; at++) database.prepare('INSERT INTO line VALUES (?)').run('y'.repeat(500))
  const before = statSync(`${path}-wal`).size
  found.push(lostInLog(killed()))
  database.exec('ROLLBACK')
  insert(5)
  expect(statSync(`${path}-wal`).size).toBe(before)
  found.push(lostInLog(killed()))
  expect(found).toEqual([0, 0, 0, 0, 0, 0])
})

test('wherever a byte of the log is damaged: what SQLite passes over is noticed, and nothing else', () => {
  for (let at = 0; at < 30; at++) insert(7)
  const whole = killed()
  const log = readFileSync(`${whole}-wal`)
  const lastFrame = headerBytes + (Math.floor((log.length - headerBytes) / frameBytes) - 1) * frameBytes
  const rows = rowsOf(whole)
  expect([rows, lostInLog(whole)]).toEqual([210, 0])
  // Of the last page its header alone says that it belongs to this log, and is committed.
  const place = fc
    .oneof(fc.nat(100), fc.nat(log.length - 1))
    .filter((at) => at < lastFrame || at >= lastFrame + 24)
  fc.assert(
    fc.property(place, fc.integer({ min: 1, max: 255 }), (at, change) => {
      const damaged = Buffer.from(log)
      damaged[at]! ^= change
      const copy = killed()
      writeFileSync(`${copy}-wal`, damaged)
      const lost = lostInLog(copy)
      expect({ at, isNoticed: lost > 0 }).toEqual({ at, isNoticed: rowsOf(copy) < rows })
      expect(lost).toBeLessThanOrEqual(log.length)
    }),
    { numRuns: 300 },
  )
})
