import { lstatSync, readdirSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { makeFolders } from '@clew/settings/folders'
import { openForReading, versionOf } from '../schema/segment.ts'
import { makePrivate, setAside } from '../schema/segment-files.ts'
import { isDamage, sqliteProblem, storeError } from '../schema/store-error.ts'
import { schemaVersion } from '../schema/tables.ts'
import { lostInLog } from '../schema/write-ahead-log.ts'
import { type FinishedSegment, measured } from './retention.ts'

const segmentFile = /^segment-(\d+)\.sqlite$/

/** What lies in a data folder: its segments, oldest first, how many files could not be read, and in a line each what was lost. */
export type DataDirectory = {
  segments: FinishedSegment[]
  damaged: number
  problems: string[]
  unlock: () => void
}

/**
 * Makes the folder where it is missing, takes it for this process alone, and looks at each segment. One that cannot be
 * read is set aside. Throws a StoreError when the folder cannot be used or holds data of a newer version.
 */
export function openDataDirectory(directory: string): DataDirectory {
  const unlock = takeFolder(directory)
  try {
    const paths = listSegments(directory)
    const problems = paths.flatMap(problemOfLog)
    const segments = paths.flatMap((path) => examine(path) ?? [])
    return { segments, problems, damaged: damagedFiles(directory).length, unlock }
  } catch (error) {
    unlock()
    throw error
  }
}

/** Makes the folder where it is missing, and takes it for this process alone. Returns how it is let go of; throws a StoreError. */
export function takeFolder(directory: string): () => void {
  try {
    makeFolders(directory)
  } catch (error) {
    const { message } = error as Error
    throw storeError(
      'full',
      `${directory} cannot be made (${message}); give a folder that you may write with --data`,
    )
  }
  requireOwn(directory)
  return lock(directory)
}

/** Those that were set aside. */
export function damagedFiles(directory: string): string[] {
  const names = readdirSync(directory).filter((name) => name.endsWith('.damaged.sqlite'))
  return names.map((name) => join(directory, name))
}

/** In a shared place somebody else could have made it first, and would read and replace what is in it. */
function requireOwn(directory: string): void {
  const own = process.getuid?.()
  const { uid } = statSync(directory)
  // Root can do so with any folder; volumes of containers are often root's.
  if (own === undefined || own === 0 || uid === own || uid === 0) return
  throw storeError('full', `${directory} belongs to another user; give a folder of your own with --data`)
}

function problemOfLog(path: string): string[] {
  const lost = lostInLog(path)
  if (lost === 0) return []
  return [
    `${path}-wal is damaged: what was stored last, ${lost} bytes of pages behind the damaged place, is lost; look at the disk`,
  ]
}

function listSegments(directory: string): string[] {
  const names = readdirSync(directory).filter((name) => segmentFile.test(name))
  return names.toSorted().map((name) => join(directory, name))
}

export const lockPath = (directory: string): string => join(directory, 'lock.sqlite')

/** SQLite's own lock: the kernel lets go of it however the process ends. */
function lock(directory: string, isFirst = true): () => void {
  const path = lockPath(directory)
  let database: DatabaseSync | undefined
  try {
    makePrivate(path)
    database = new DatabaseSync(path)
    database.exec('PRAGMA journal_mode = DELETE; BEGIN EXCLUSIVE')
  } catch (error) {
    database?.close()
    const isTaken = (error as { errcode?: number }).errcode === 5
    if (isTaken) {
      throw storeError(
        'full',
        `another desk is using ${directory}; end it, or give this one another folder with --data`,
      )
    }
    // A desk that holds it is noticed before a byte of it is read, and there is nothing in it that could be lost.
    if (isDamage(error) && isFirst) {
      for (const file of [path, `${path}-journal`]) rmSync(file, { force: true })
      return lock(directory, false)
    }
    throw storeError('full', sqliteProblem(error, path))
  }
  const held = database
  return () => held.close()
}

/** Undefined for a file that holds nothing; one that cannot be read is set aside. */
function examine(path: string): FinishedSegment | undefined {
  const found = read(path)
  if (found === 'damaged') {
    if (setAside(path) !== path) return undefined
    throw storeError('full', cannotBeSetAside(path))
  }
  if (found.version > schemaVersion) {
    throw storeError(
      'full',
      `${path} was written by a newer clew (format ${found.version}, this one knows ${schemaVersion}); update clew, or give another folder with --data`,
    )
  }
  // A process that was killed while it made the file left it empty.
  return found.version === 0 ? undefined : measured(path, found.lastUs)
}

export const cannotBeSetAside = (path: string): string =>
  `${path} is damaged and cannot be renamed; move it away, or give another folder with --data`

const arrivedSql = `SELECT value FROM meta WHERE key = 'arrived_us'`

function read(path: string): { version: number; lastUs: number } | 'damaged' {
  // A link or a pipe that somebody put there.
  if (!lstatSync(path).isFile()) return 'damaged'
  let database: DatabaseSync | undefined
  try {
    database = openForReading(path)
    const version = versionOf(database)
    const isReadable = version > 0 && version <= schemaVersion
    return { version, lastUs: isReadable ? arrivedUs(database, path) : 0 }
  } catch (error) {
    if (isDamage(error)) return 'damaged'
    throw storeError('full', sqliteProblem(error, path))
  } finally {
    database?.close()
  }
}

/** When the last record came. Segments of the first days do not say so, but were written to then. */
function arrivedUs(database: DatabaseSync, path: string): number {
  const known = database.prepare(arrivedSql).get()?.value
  return known === undefined ? Math.floor(statSync(path).mtimeMs) * 1000 : Number(known)
}
