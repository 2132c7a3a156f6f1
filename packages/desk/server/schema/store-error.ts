/**
 * - `decode`: the request is no OTLP; never worth repeating
 * - `too-large`: it has more than a request may have; worth sending in parts
 * - `busy`: more waits than the queue may hold; come back later
 * - `full`: the disk is full or cannot be written; the message has the remedy
 * - `timeout`: a query took longer than 5 s
 * - `cancelled`: whoever asked has gone
 * - `not-found`: nothing has this id
 * - `invalid`: a parameter or a search cannot be understood; the message says place and remedy
 */
export type StoreErrorCode =
  | 'decode'
  | 'too-large'
  | 'busy'
  | 'full'
  | 'timeout'
  | 'cancelled'
  | 'not-found'
  | 'invalid'
  | 'internal'
export type StoreError = Error & { code: StoreErrorCode }

export function storeError(code: StoreErrorCode, message: string): StoreError {
  return Object.assign(new Error(message), { code })
}

/** Of what is asked of a desk that ends: whoever asks again finds the next one. */
export const deskEnds = (): StoreError => storeError('busy', 'the desk ends; come back later')

export function isStoreError(error: unknown): error is StoreError {
  return error instanceof Error && 'code' in error && codes.has(error.code as StoreErrorCode)
}

const codes = new Set<StoreErrorCode>([
  'decode',
  'too-large',
  'busy',
  'full',
  'timeout',
  'cancelled',
  'not-found',
  'invalid',
  'internal',
])

/** An error of node:sqlite: `errcode` is SQLite's extended result code. https://sqlite.org/rescode.html */
type SqliteError = NodeJS.ErrnoException & { errcode?: number }

const full = 13
const readOnly = 8
const cannotOpen = 14
const ioError = 10
const corrupt = 11
const noDatabase = 26

const primaryCode = (error: unknown): number | undefined => {
  const { errcode, syscall, code } = error as SqliteError
  // Of the file system, before SQLite has seen the file.
  if (syscall !== undefined) return code === 'ENOSPC' ? full : cannotOpen
  return errcode === undefined ? undefined : errcode & 0xff
}

/** Whether the file itself is broken, so that no other try will help. */
export function isDamage(error: unknown): boolean {
  const code = primaryCode(error)
  return code === corrupt || code === noDatabase
}

/** One line that says what is wrong with the file and what to do. */
export function sqliteProblem(error: unknown, path: string): string {
  const message = error instanceof Error ? error.message : String(error)
  switch (primaryCode(error)) {
    case full:
      return `the disk is full: ${path} cannot grow; free some space, or give --max-size or another --data folder`
    case readOnly:
    case cannotOpen:
      return `${path} cannot be written (${message}); give a folder that you may write with --data, or use --memory`
    case ioError:
      return `${path} cannot be written (${message}); look at the disk, or give another --data folder`
    default:
      return `${path}: ${message}`
  }
}
