/** An error of node:sqlite: `errcode` is SQLite's extended result code. https://sqlite.org/rescode.html */
type SqliteError = Error & { errcode?: number }

const full = 13
const readOnly = 8
const cannotOpen = 14
const ioError = 10
const corrupt = 11
const notADatabase = 26

const primaryCode = (error: unknown): number | undefined => {
  const { errcode } = error as SqliteError
  return errcode === undefined ? undefined : errcode & 0xff
}

/** Whether the file itself is broken, so that no other try will help. */
export function isDamage(error: unknown): boolean {
  const code = primaryCode(error)
  return code === corrupt || code === notADatabase
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
