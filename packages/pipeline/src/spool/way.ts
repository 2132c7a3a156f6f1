import {
  chmodSync,
  constants,
  fchmodSync,
  fstatSync,
  lstatSync,
  mkdirSync,
  openSync,
  readlinkSync,
  type Stats,
} from 'node:fs'
import { dirname, join, parse, resolve, sep } from 'node:path'

/** The user whom files belong to that this process makes; undefined where there is no such thing. */
export function effectiveUser(): number | undefined {
  return process.geteuid?.()
}

/** What somebody else could read or exchange is not used. `remedy` is the first of two; the other is another folder. */
export type UnsafeError = Error & { code: 'UNSAFE'; remedy: string }

export function unsafe(message: string, remedy: string): UnsafeError {
  return Object.assign(new Error(message), { code: 'UNSAFE' as const, remedy })
}

const mostLinks = 40
const writableByAll = 0o002
const sticky = 0o1000

/**
 * Follows an absolute path from the root. Every folder and link on the way must belong to `uid` or root, and none may be
 * writable by all unless it is sticky: whoever else could rename in it could put another folder in the place of ours.
 * What does not exist may end the way. Returns the path without links. Throws {@link UnsafeError} and what the file
 * system throws.
 */
export function requireSafeWay(path: string, uid: number | undefined): string {
  if (uid === undefined) return path
  let links = 0
  let at = parse(path).root
  let rest = namesOf(path)
  for (let name = rest.shift(); name !== undefined; name = rest.shift()) {
    const next = join(at, name)
    const stat = lstatSync(next, { throwIfNoEntry: false })
    if (stat === undefined) return join(next, ...rest)
    requireTrusted(next, stat, uid)
    if (!stat.isSymbolicLink()) at = next
    else {
      if (++links > mostLinks)
        throw unsafe(`${path} has too many symbolic links`, 'Remove those that form a ring')
      const target = resolve(at, readlinkSync(next))
      rest = [...namesOf(target), ...rest]
      at = parse(target).root
    }
  }
  return at
}

function namesOf(path: string): string[] {
  return path
    .slice(parse(path).root.length)
    .split(sep)
    .filter((name) => name !== '')
}

function requireTrusted(path: string, stat: Stats, uid: number): void {
  if (stat.uid !== uid && stat.uid !== 0)
    throw unsafe(
      `${path} belongs to user ${stat.uid}, who could exchange what lies in it`,
      `Give it to user ${uid} or to root`,
    )
  if (stat.isSymbolicLink()) return
  if (!stat.isDirectory()) throw Object.assign(new Error(`${path} is not a folder`), { code: 'ENOTDIR' })
  if ((stat.mode & writableByAll) !== 0 && (stat.mode & sticky) === 0)
    throw unsafe(
      `${path} can be written to by every user, who could exchange what lies in it`,
      `Run chmod +t ${path}`,
    )
}

/** Makes a folder and those above it that are missing, each for this user alone. */
export function makeFolders(path: string): void {
  if (lstatSync(path, { throwIfNoEntry: false }) !== undefined) return
  // Not `recursive`: on a disk that can only be read it reports ENOENT.
  if (dirname(path) !== path) makeFolders(dirname(path))
  try {
    mkdirSync(path, { mode: 0o700 })
    // A umask may have taken more than it should.
    chmodSync(path, 0o700)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  }
}

/** Throws unless it is a folder of that user. It is closed to all others from now on. */
export function requireOwn(folder: string, uid: number | undefined): void {
  const stat = lstatSync(folder)
  if (!stat.isDirectory()) throw unsafe(`${folder} is not a folder`, `Remove ${folder}`)
  if (uid === undefined) return
  if (stat.uid !== uid)
    throw unsafe(`${folder} belongs to user ${stat.uid}, not to ${uid}`, `Remove ${folder}`)
  if ((stat.mode & 0o777) !== 0o700) chmodSync(folder, 0o700)
}

/** Whether it is a file of that user, and no link, pipe or socket. */
export function isOwnFile(path: string, uid: number | undefined): boolean {
  try {
    return isOwn(lstatSync(path), uid)
  } catch {
    return false
  }
}

/**
 * Opens a file, for reading if not told otherwise, that must be an own one, and closes it to all others. Does not wait for
 * the other end of a pipe. Throws.
 */
export function openOwnFile(
  path: string,
  uid: number | undefined,
  flags: number = constants.O_RDONLY,
): number {
  const { O_NOFOLLOW, O_NONBLOCK } = constants
  const fd = openSync(path, flags | O_NOFOLLOW | O_NONBLOCK)
  const stat = fstatSync(fd)
  if (!isOwn(stat, uid)) throw unsafe(`${path} is no file of user ${uid}`, `Remove ${path}`)
  if (uid !== undefined && (stat.mode & 0o777) !== 0o600) fchmodSync(fd, 0o600)
  return fd
}

function isOwn(stat: Stats, uid: number | undefined): boolean {
  return stat.isFile() && (uid === undefined || stat.uid === uid)
}
