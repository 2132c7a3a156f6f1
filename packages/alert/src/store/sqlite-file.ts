import type { DatabaseSync } from 'node:sqlite'

/** "Clwa": whose file it is. https://sqlite.org/pragma.html#pragma_application_id */
const applicationId = 0x436c7761
const schemaVersion = 2

/** Since version 2. */
const watchSchema = `
CREATE TABLE watch (partition TEXT PRIMARY KEY, version TEXT NOT NULL, next INTEGER, state TEXT NOT NULL);
CREATE TABLE warning (id TEXT PRIMARY KEY, ms REAL NOT NULL, warning TEXT NOT NULL, failure TEXT, opinion TEXT) WITHOUT ROWID;
CREATE INDEX warning_ms ON warning (ms);
`

const schema = `
CREATE TABLE position (partition TEXT PRIMARY KEY, next INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE clock (partition TEXT PRIMARY KEY, ms REAL NOT NULL) WITHOUT ROWID;
CREATE TABLE cell (name TEXT PRIMARY KEY, version INTEGER NOT NULL, due REAL NOT NULL, state TEXT NOT NULL);
CREATE INDEX cell_due ON cell (due);
CREATE TABLE waiting (id INTEGER PRIMARY KEY AUTOINCREMENT, held REAL NOT NULL, alert TEXT NOT NULL);
CREATE TABLE history (id INTEGER PRIMARY KEY AUTOINCREMENT, alert TEXT NOT NULL);
CREATE TABLE decision (id INTEGER PRIMARY KEY AUTOINCREMENT, decision TEXT NOT NULL);
CREATE TABLE tally (rule TEXT, reason TEXT, count INTEGER NOT NULL, PRIMARY KEY (rule, reason)) WITHOUT ROWID;
${watchSchema}
PRAGMA application_id = ${applicationId};
PRAGMA user_version = ${schemaVersion};
`

/**
 * Opens a file of alert states for this process alone, and makes it when it is not there. Throws with the remedy when another
 * process has it, when it is something else, was written by a newer version, or is broken.
 */
export function openStateFile(path: string): DatabaseSync {
  const database = open(path)
  try {
    // With this mode the lock stays until the process ends, however it ends, and nothing is shared with others.
    database.exec('PRAGMA locking_mode = EXCLUSIVE; PRAGMA busy_timeout = 500')
    database.exec('BEGIN EXCLUSIVE; COMMIT')
    database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; BEGIN EXCLUSIVE')
    if (isEmpty(database)) database.exec(schema)
    else if (refuseForeign(database, path) < 2)
      database.exec(`${watchSchema} PRAGMA user_version = ${schemaVersion};`)
    database.exec('COMMIT; UPDATE waiting SET held = 0')
    return database
  } catch (error) {
    database.close()
    throw explained(error, path)
  }
}

function open(path: string): DatabaseSync {
  // Node.js 22 says that it is experimental where it is loaded: not in a process that only reads a rule file.
  const sqlite = process.getBuiltinModule('node:sqlite')
  try {
    return new sqlite.DatabaseSync(path)
  } catch (error) {
    throw explained(error, path)
  }
}

function numberOf(database: DatabaseSync, sql: string): number {
  return Number(Object.values(database.prepare(sql).get() ?? {})[0])
}

const isEmpty = (database: DatabaseSync): boolean =>
  numberOf(database, 'SELECT count(*) FROM sqlite_schema') === 0

/** Returns its version. */
function refuseForeign(database: DatabaseSync, path: string): number {
  if (numberOf(database, 'PRAGMA application_id') !== applicationId) {
    throw new StateFileError(`${path}: it is a database of something else; name another file`)
  }
  const version = numberOf(database, 'PRAGMA user_version')
  if (version > schemaVersion) {
    const found = `it was written by a newer version (schema ${version}, this one knows ${schemaVersion})`
    throw new StateFileError(`${path}: ${found}; update, or name another file`)
  }
  const { quick_check: found } = database.prepare('PRAGMA quick_check(1)').get() as { quick_check: string }
  if (found !== 'ok') throw new StateFileError(broken(path, found))
  return version
}

/** `isInUse`: by another process. */
class StateFileError extends Error {
  readonly isInUse: boolean

  constructor(message: string, isInUse = false) {
    super(message)
    this.isInUse = isInUse
  }
}

const broken = (path: string, why: string): string =>
  `${path}: it is broken (${why}); move it away, windows then begin anew`

/** https://sqlite.org/rescode.html: BUSY, CORRUPT, CANTOPEN, NOTADB */
function explained(error: unknown, path: string): unknown {
  if (error instanceof StateFileError || !(error instanceof Error)) return error
  const { errcode } = error as { errcode?: number }
  switch ((errcode ?? 0) & 0xff) {
    case 5:
      return new StateFileError(
        `${path}: another process uses it; end that one, or give each process a file of its own`,
        true,
      )
    case 11:
      return new StateFileError(broken(path, error.message))
    case 14:
      return new StateFileError(
        `${path}: it cannot be opened or made; is its folder there, and may it be written?`,
      )
    case 26:
      return new StateFileError(`${path}: it is no SQLite database; name another file`)
    default:
      return new StateFileError(`${path}: ${error.message}`)
  }
}
