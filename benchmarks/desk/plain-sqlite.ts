import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import type { LogRow, RequestRows, SpanRow } from '../../packages/desk/server/schema/row.ts'
import { createSpanBytes } from '../../packages/desk/server/schema/row.ts'
import type { RowStore } from './row-store.ts'

/** What one writes first: a table with the trace id in each row, and an entry of the full-text index per line. */
const schema = `
PRAGMA page_size = 8192;
PRAGMA journal_mode = WAL;
PRAGMA synchronous = NORMAL;
PRAGMA wal_autocheckpoint = 10000;
CREATE TABLE log (
  id INTEGER PRIMARY KEY, us INTEGER, ns INTEGER, severity INTEGER, severity_text TEXT, service TEXT, trace BLOB, span BLOB,
  body TEXT, attributes TEXT
);
CREATE INDEX log_trace ON log (trace, us);
CREATE INDEX log_time ON log (us);
CREATE TABLE span (
  id INTEGER PRIMARY KEY, us INTEGER, ns INTEGER, duration_ns INTEGER, service TEXT, trace BLOB, span BLOB, parent BLOB, name TEXT,
  kind INTEGER, status INTEGER, attributes TEXT
);
CREATE INDEX span_trace ON span (trace, us);
CREATE INDEX span_time ON span (us);
CREATE VIRTUAL TABLE log_text USING fts5 (body, content = 'log', content_rowid = 'id', tokenize = unicode61);
`

/** The same rows by plain inserts into node:sqlite: no patterns, no counts, no summaries of traces, no segments. */
export function openPlainSqlite(directory: string): RowStore {
  const database = new DatabaseSync(join(directory, 'plain.sqlite'))
  database.exec(schema)
  const addLog = logInsert(database)
  const addSpan = spanInsert(database)
  return {
    add(request: RequestRows) {
      if (!database.isTransaction) database.exec('BEGIN')
      if (request.signal === 'logs') {
        for (const { resource, rows } of request.groups) for (const row of rows) addLog(row, resource.service)
      } else {
        for (const { resource, rows } of request.groups)
          for (const row of rows) addSpan(row, resource.service)
      }
    },
    commit: () => database.exec('COMMIT'),
    close: () => database.close(),
  }
}

const traceBytes = (traceId: string): Buffer | null => (traceId === '' ? null : Buffer.from(traceId, 'hex'))

function logInsert(database: DatabaseSync): (row: LogRow, service: string) => void {
  const spanBytes = createSpanBytes()
  const insert = database.prepare(
    `INSERT INTO log (us, ns, severity, severity_text, service, trace, span, body, attributes)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  )
  const insertText = database.prepare('INSERT INTO log_text (rowid, body) VALUES (?, ?)')
  return (row, service) => {
    const { lastInsertRowid } = insert.run(
      ...[row.us, row.ns, row.severity, row.severityText, service],
      ...[traceBytes(row.traceId), spanBytes(row.spanHigh, row.spanLow), row.body, row.attributes],
    )
    insertText.run(lastInsertRowid, row.body)
  }
}

function spanInsert(database: DatabaseSync): (row: SpanRow, service: string) => void {
  const [spanBytes, parentBytes] = [createSpanBytes(), createSpanBytes()]
  const insert = database.prepare(
    `INSERT INTO span (us, ns, duration_ns, service, trace, span, parent, name, kind, status, attributes)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  )
  return (row, service) => {
    insert.run(
      ...[row.us, row.ns, row.durationNs, service, traceBytes(row.traceId)],
      ...[spanBytes(row.spanHigh, row.spanLow), parentBytes(row.parentHigh, row.parentLow)],
      ...[row.name, row.kind, row.status, row.attributes],
    )
  }
}
