import { statSync } from 'node:fs'
import type { DatabaseSync } from 'node:sqlite'
import { FileProblem } from './failures.ts'

/** Longer than anybody has it, unless it was stopped. */
const usualWaitMs = 10_000
/** https://sqlite.org/rescode.html */
const busy = 5

/**
 * One at a time, of all threads and processes that have the same lock file. Node.js has no `flock`; SQLite locks a file by
 * `fcntl`, also among the threads of a process, and the kernel releases that of whoever dies. The file stays empty.
 */
export class FileLock {
  readonly #path: string
  #database: DatabaseSync | undefined
  #inode: number | undefined

  constructor(path: string) {
    this.#path = path
  }

  /** Throws when it cannot be had, and what `work` throws. */
  hold<T>(work: () => T, waitMs: number = usualWaitMs): T {
    const database = this.#take(waitMs)
    try {
      return work()
    } finally {
      database.exec('ROLLBACK')
    }
  }

  #take(waitMs: number): DatabaseSync {
    for (;;) {
      const database = this.#open()
      try {
        database.exec(`PRAGMA busy_timeout = ${Math.ceil(waitMs)}; BEGIN EXCLUSIVE`)
      } catch (error) {
        if (((error as { errcode?: number }).errcode ?? 0) % 256 === busy)
          throw new FileProblem(`another process has held ${this.#path} for ${Math.ceil(waitMs)} ms`)
        throw new FileProblem(`${this.#path} takes no lock: ${(error as Error).message}`)
      }
      if (this.#isThatFile()) return database
    }
  }

  #open(): DatabaseSync {
    if (this.#database !== undefined && this.#isThatFile()) return this.#database
    this.#database?.close()
    this.#database = undefined
    const { DatabaseSync } = loadSqlite()
    try {
      this.#database = new DatabaseSync(this.#path)
    } catch (error) {
      throw new FileProblem(`${this.#path} takes no lock: ${(error as Error).message}`)
    }
    this.#inode = inodeOf(this.#path)
    return this.#database
  }

  /** If somebody deleted it, others lock the one that was made anew. */
  #isThatFile(): boolean {
    return inodeOf(this.#path) === this.#inode
  }
}

/** Node.js 22 says that it is experimental, which is none of the application's business. */
function loadSqlite(): typeof import('node:sqlite') {
  const { emitWarning } = process
  process.emitWarning = () => {}
  try {
    return process.getBuiltinModule('node:sqlite')
  } finally {
    process.emitWarning = emitWarning
  }
}

function inodeOf(path: string): number | undefined {
  return statSync(path, { throwIfNoEntry: false })?.ino
}
