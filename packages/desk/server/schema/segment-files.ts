import {
  chmodSync,
  closeSync,
  constants,
  existsSync,
  lstatSync,
  openSync,
  renameSync,
  statSync,
} from 'node:fs'
import { join } from 'node:path'

// Apart from what opens segments: the main thread asks for files, and Node 22 announces node:sqlite where it is loaded.

export function segmentPath(directory: string, number: number): string {
  return join(directory, `segment-${String(number).padStart(6, '0')}.sqlite`)
}

export function segmentNumber(path: string): number {
  return Number(/(\d+)\.sqlite$/.exec(path)?.[1])
}

/** Bytes of a segment on disk, with what waits to be written into it. */
export function sizeOf(path: string): number {
  let bytes = 0
  for (const file of filesOf(path)) bytes += statSync(file, { throwIfNoEntry: false })?.size ?? 0
  return bytes
}

export function filesOf(path: string): string[] {
  return [path, `${path}-wal`, `${path}-shm`]
}

/**
 * Renames a segment that cannot be read, so that nothing looks at it again and nothing of it is lost. Returns where it is
 * now: where it was, if the system does not let it be renamed.
 */
export function setAside(path: string): string {
  try {
    for (const file of filesOf(path))
      if (existsSync(file)) renameSync(file, file.replace('.sqlite', '.damaged.sqlite'))
    return path.replace('.sqlite', '.damaged.sqlite')
  } catch {
    return path
  }
}

const newFile = constants.O_RDWR | constants.O_CREAT | constants.O_EXCL

/**
 * Makes the file of a database where it is missing, for this user alone, and takes the rights of others away from what is
 * there: SQLite gives its other files the mode of the first. Throws at a link, which somebody else may have put there.
 * One that is there is not opened: to close it would end the locks that SQLite holds on it in this process.
 * https://sqlite.org/howtocorrupt.html#_posix_advisory_locks_canceled_by_a_separate_thread_doing_close_
 */
export function makePrivate(path: string): void {
  const found = lstatSync(path, { throwIfNoEntry: false })
  if (found === undefined) closeSync(openSync(path, newFile, 0o600))
  else if (!found.isFile()) throw Object.assign(new Error('it is no file'), { syscall: 'open' })
  for (const file of filesOf(path)) closeToOthers(file)
}

function closeToOthers(file: string): void {
  try {
    if ((lstatSync(file).mode & 0o077) !== 0) chmodSync(file, 0o600)
  } catch {
    // It is not there, or another user's: then the folder is shared on purpose.
  }
}
