import { DatabaseSync } from 'node:sqlite'
import { makePrivate } from './segment-files.ts'
import { isDamage, sqliteProblem, storeError } from './store-error.ts'
import { arrivalSchema, mergeSchema, pragmas, schema, schemaVersion, textSchema } from './tables.ts'

/** Opens a segment for writing; a new one gets its tables. Throws a StoreError `full` with the remedy, or as it is what tells of damage. */
export function openForWriting(path: string): DatabaseSync {
  let database: DatabaseSync | undefined
  try {
    makePrivate(path)
    database = new DatabaseSync(path)
    database.exec(pragmas)
    if (versionOf(database) === 0) createTables(database)
    else database.exec(`${arrivalSchema} ${mergeSchema}`)
    return database
  } catch (error) {
    database?.close()
    throw isDamage(error) ? error : storeError('full', sqliteProblem(error, path))
  }
}

export function openForReading(path: string): DatabaseSync {
  return new DatabaseSync(path, { readOnly: true, timeout: 1000 })
}

function createTables(database: DatabaseSync): void {
  database.exec(`BEGIN; ${schema} ${arrivalSchema} ${mergeSchema}`)
  if (hasFts5(database)) database.exec(textSchema)
  database.exec(`PRAGMA user_version = ${schemaVersion}; COMMIT`)
}

/** Some builds of SQLite lack FTS5. */
function hasFts5(database: DatabaseSync): boolean {
  const option = database.prepare("SELECT sqlite_compileoption_used('ENABLE_FTS5') AS used").get()
  return option?.used === 1
}

export function hasTextIndex(database: DatabaseSync): boolean {
  return database.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'log_text'").get() !== undefined
}

/** Segments of the first days have none. */
export function hasArrivals(database: DatabaseSync): boolean {
  return database.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'arrival'").get() !== undefined
}

/** Segments of former versions have none. */
export function hasMerges(database: DatabaseSync): boolean {
  return database.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'pattern_merge'").get() !== undefined
}

export function versionOf(database: DatabaseSync): number {
  return Number(database.prepare('PRAGMA user_version').get()?.user_version)
}
