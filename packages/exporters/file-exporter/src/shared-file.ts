import {
  closeSync,
  constants,
  fstatSync,
  ftruncateSync,
  lstatSync,
  openSync,
  readSync,
  renameSync,
  rmSync,
  type Stats,
  writeSync,
} from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { FileProblem } from './failures.ts'
import { FileLock } from './lock.ts'
import type { Rotation } from './options.ts'
import { listRotated, type RotatedFile, rotatedAt, rotatedPath } from './rotated-files.ts'

const { O_APPEND, O_CREAT, O_NOFOLLOW, O_NONBLOCK, O_RDWR } = constants
// Undefined on Windows.
const openFlags = O_RDWR | O_APPEND | O_CREAT | (O_NOFOLLOW ?? 0) | (O_NONBLOCK ?? 0)

const newline = Buffer.from('\n')

/**
 * A file that many processes and threads append to, one at a time under its lock, and that whoever would make it too large
 * renames. All of this is synchronous: nobody waits with the lock.
 */
export class SharedFile {
  readonly path: string
  readonly #rotation: Rotation
  readonly #lock: FileLock
  #fd: number | undefined

  constructor(path: string, rotation: Rotation) {
    this.path = path
    this.#rotation = rotation
    this.#lock = new FileLock(join(dirname(path), `.${basename(path)}.lock`))
  }

  /** Whole lines, at most `maxFileBytes`. All of them are in the file then, or none, and it throws. `waitMs`: for the lock. */
  append(lines: Buffer, waitMs?: number): 'appended' | 'rotated' {
    // Says what is wrong with the folder better than the lock.
    this.#open()
    return this.#lock.hold(() => {
      let { fd, stat } = this.#open()
      const isDue = stat.size > 0 && this.#isDue(stat, lines.length)
      if (isDue) {
        this.#rotate()
        ;({ fd, stat } = this.#open())
      }
      const bytes = isTorn(fd, stat.size) ? Buffer.concat([newline, lines]) : lines
      this.#makeRoom(stat.size + bytes.length)
      appendWhole(fd, stat.size, bytes)
      return isDue ? 'rotated' : 'appended'
    }, waitMs)
  }

  hold<T>(work: () => T): T {
    return this.#lock.hold(work)
  }

  /** Whether a file beside it may grow by so many bytes; older ones than `kept` are deleted for it. Under the lock. */
  makeRoomBeside(bytes: number, kept: string): boolean {
    const size = lstatSync(this.path, { throwIfNoEntry: false })?.size ?? 0
    return this.#makeRoom(size + bytes, kept)
  }

  /**
   * The file of that name, as it is now: logrotate, or another process, may have renamed it, and somebody may have deleted it. One
   * that is not there is made.
   */
  #open(): { fd: number; stat: Stats } {
    const named = lstatSync(this.path, { throwIfNoEntry: false })
    if (this.#fd !== undefined) {
      const stat = fstatSync(this.#fd)
      if (named?.ino === stat.ino && named.dev === stat.dev) return { fd: this.#fd, stat }
      closeSync(this.#fd)
      this.#fd = undefined
    }
    if (named !== undefined && !named.isFile() && !named.isDirectory() && !named.isSymbolicLink())
      throw new FileProblem('it is no regular file')
    this.#fd = openSync(this.path, openFlags, 0o666)
    return { fd: this.#fd, stat: fstatSync(this.#fd) }
  }

  #isDue({ size, mtimeMs }: Stats, more: number): boolean {
    const { every, maxFileBytes } = this.#rotation
    return (
      size + more > maxFileBytes ||
      (every !== 'never' && periodOf(mtimeMs, every) !== periodOf(Date.now(), every))
    )
  }

  /** By a name behind all others, also when the clock was set back. */
  #rotate(): void {
    const rotated = listRotated(this.path)
    const last = rotated.at(-1)
    const atMs = last === undefined ? Date.now() : Math.max(Date.now(), rotatedAt(this.path, last) + 1)
    renameSync(this.path, rotatedPath(this.path, atMs))
    const files = listRotated(this.path).filter(({ kind }) => kind !== 'part')
    for (const { path } of files.slice(0, Math.max(0, files.length - this.#rotation.maxFiles))) remove(path)
  }

  /** Deletes the oldest until all fit together, `bytes` among them. False: not without `kept`. */
  #makeRoom(bytes: number, kept?: string): boolean {
    const files = listRotated(this.path)
    const isPart = ({ kind }: RotatedFile): boolean => kind === 'part'
    let total = files.reduce((sum, file) => sum + file.bytes, bytes)
    // A part last: whoever writes it sees that it is gone.
    for (const file of [...files.filter((one) => !isPart(one)), ...files.filter(isPart)]) {
      if (total <= this.#rotation.maxTotalBytes) return true
      if (kept !== undefined && (file.plainPath === kept || isPart(file))) return false
      remove(file.path)
      total -= file.bytes
    }
    return total <= this.#rotation.maxTotalBytes
  }
}

/** Whether a process died while it wrote the last line. */
function isTorn(fd: number, size: number): boolean {
  const last = Buffer.alloc(1)
  return size > 0 && readSync(fd, last, 0, 1, size - 1) === 1 && !last.equals(newline)
}

/** A disk that is full takes a part first. */
function appendWhole(fd: number, size: number, bytes: Buffer): void {
  try {
    for (let at = 0; at < bytes.length; ) at += writeSync(fd, bytes, at)
  } catch (error) {
    ftruncateSync(fd, size)
    throw error
  }
}

function remove(path: string): void {
  rmSync(path, { force: true })
}

/** Local time: that of whoever looks for yesterday's file. */
function periodOf(unixMs: number, every: 'hour' | 'day'): string {
  const at = new Date(unixMs)
  return every === 'day' ? at.toDateString() : `${at.toDateString()} ${at.getHours()}`
}
