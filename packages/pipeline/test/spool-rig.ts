import { chmodSync, chownSync, lstatSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll } from 'vitest'
import { Problems } from '../src/problems.ts'
import type { Batch } from '../src/records/batch.ts'
import { formatOwner, thisOwner } from '../src/spool/owner.ts'
import { placeSpool, type SpoolPlace } from '../src/spool/place.ts'
import { describeSender, type SpoolSender } from '../src/spool/sender.ts'
import { Spool } from '../src/spool/spool.ts'

export const folder = mkdtempSync(join(tmpdir(), 'clew-owners-'))
// Others must be able to come here.
chmodSync(folder, 0o755)
afterAll(() => rmSync(folder, { recursive: true }))

/** Only root can put there what belongs to others. */
export const isRoot: boolean = process.getuid?.() === 0
export const stranger = 54_321

export const modeOf = (path: string): string => (lstatSync(path).mode & 0o777).toString(8)

export function makeForeign(path: string): void {
  mkdirSync(path, { recursive: true })
  chownSync(path, stranger, stranger)
}

export const url = 'http://127.0.0.1:1/v1/logs'
export const self = describeSender({ url, headers: {} }, {})
let made = 0
export const newFolder = (): string => {
  const path = join(folder, String(made++))
  mkdirSync(path)
  return path
}

export type Opened = { place: SpoolPlace; spool: Spool; reports: string[] }

export function open(directory: string, sender: SpoolSender = self): Opened {
  const reports: string[] = []
  const problems = new Problems((code, message) => reports.push(`${code} ${message}`), Date.now)
  const place = placeSpool({ directory, signal: 'logs', sender, problems, now: Date.now })
  const spool = new Spool(place, { bytes: 0, maxBytes: 1e9 })
  spool.claim()
  return { place, spool, reports }
}

export function batchOf(text: string): Batch {
  const records = Buffer.from(text)
  const parts = [{ scope: Buffer.from('scope'), records: [records] }]
  const facts = { signal: 'logs', id: 1, count: 1, bytes: records.length, fromSpool: false } as const
  return { ...facts, resource: Buffer.from('resource'), parts, release: () => {} }
}

export function drain(spool: Spool): string[] {
  const texts: string[] = []
  for (let batch = spool.take(); batch !== undefined; batch = spool.take()) {
    texts.push('parts' in batch ? String(batch.parts[0]?.records[0]) : 'a request')
    batch.release()
  }
  return texts
}

export const deadName = `${formatOwner({ ...thisOwner(), startTime: 1 })}-0.0`

/** Leaves a folder of an ended process. */
export function leave(directory: string, texts: string[], sender = self): { root: string; left: string } {
  const { spool, place } = open(directory, sender)
  for (const text of texts) spool.append(batchOf(text))
  spool.leave()
  const [name = ''] = readdirSync(place.root)
  return { root: place.root, left: join(place.root, name) }
}
