/**
 * The tables of a segment: one SQLite file of the store, about 256 MB. A record lies in one segment, a trace may lie
 * in several. A segment knows everything that its records need, so that retention is deleting a file.
 *
 * An instant is two columns: `us`, unix microseconds, and `ns`, the nanoseconds 0 to 999 behind them. Ids of traces
 * and spans are BLOBs. `attributes` are JSON objects.
 */
export const schemaVersion = 1

export const schema = `
CREATE TABLE meta (key TEXT PRIMARY KEY, value) WITHOUT ROWID;

-- One for each process that sends. service is service.name.
CREATE TABLE resource (
  id INTEGER PRIMARY KEY, service TEXT NOT NULL, instance TEXT NOT NULL, host TEXT NOT NULL,
  attributes TEXT NOT NULL UNIQUE
);
CREATE TABLE scope (
  id INTEGER PRIMARY KEY, name TEXT NOT NULL, version TEXT NOT NULL, attributes TEXT NOT NULL,
  UNIQUE (name, version, attributes)
);
-- Names of spans.
CREATE TABLE name (id INTEGER PRIMARY KEY, text TEXT NOT NULL UNIQUE);

CREATE TABLE log (
  id INTEGER PRIMARY KEY,
  us INTEGER NOT NULL, ns INTEGER NOT NULL,
  -- observed_time_unix_nano; 0 when the sender gave none
  observed_us INTEGER NOT NULL, observed_ns INTEGER NOT NULL,
  severity INTEGER NOT NULL, severity_text TEXT NOT NULL,
  resource INTEGER NOT NULL, scope INTEGER NOT NULL,
  trace BLOB, span BLOB, flags INTEGER NOT NULL,
  event TEXT NOT NULL,
  body TEXT NOT NULL,
  -- 1: body is JSON, since it was no text
  body_json INTEGER NOT NULL,
  attributes TEXT NOT NULL, dropped INTEGER NOT NULL,
  pattern INTEGER NOT NULL
);
CREATE INDEX log_time ON log (us);
CREATE INDEX log_trace ON log (trace) WHERE trace IS NOT NULL;
CREATE INDEX log_problem ON log (us) WHERE severity >= 13;

CREATE TABLE span (
  id INTEGER PRIMARY KEY,
  us INTEGER NOT NULL, ns INTEGER NOT NULL,
  -- NULL: not ended yet
  duration_ns INTEGER,
  trace BLOB NOT NULL, span BLOB NOT NULL, parent BLOB,
  name INTEGER NOT NULL, kind INTEGER NOT NULL, status INTEGER NOT NULL, message TEXT NOT NULL,
  resource INTEGER NOT NULL, scope INTEGER NOT NULL, flags INTEGER NOT NULL, state TEXT NOT NULL,
  attributes TEXT NOT NULL,
  -- JSON arrays as in SpanDetail, NULL when there are none; dropped: attributes, events, links
  events TEXT, links TEXT, dropped TEXT
);
CREATE INDEX span_time ON span (us);
CREATE INDEX span_trace ON span (trace);
CREATE INDEX span_failed ON span (us) WHERE status = 2;

-- Span links, from the effect to the cause.
CREATE TABLE link (
  to_trace BLOB NOT NULL, to_span BLOB NOT NULL, from_trace BLOB NOT NULL, from_span BLOB NOT NULL,
  PRIMARY KEY (to_trace, to_span, from_trace, from_span)
) WITHOUT ROWID;
CREATE INDEX link_from ON link (from_trace);

-- What the records of this segment say of each trace. errors: failed spans and lines of severity >= 17.
CREATE TABLE chain (
  id INTEGER PRIMARY KEY, trace BLOB NOT NULL UNIQUE,
  us INTEGER NOT NULL, end_us INTEGER NOT NULL,
  spans INTEGER NOT NULL, logs INTEGER NOT NULL, errors INTEGER NOT NULL, severity INTEGER NOT NULL,
  -- its root span, NULL as long as none came
  root_name INTEGER, root_resource INTEGER
);
CREATE INDEX chain_time ON chain (us);
CREATE INDEX chain_failed ON chain (us) WHERE errors > 0;

-- Lines per 10 s. bucket: unix seconds / 10; band: 0 trace, 1 debug, 2 info, 3 warn, 4 error, 5 fatal.
CREATE TABLE rollup (
  bucket INTEGER NOT NULL, resource INTEGER NOT NULL, band INTEGER NOT NULL, count INTEGER NOT NULL,
  PRIMARY KEY (bucket, resource, band)
) WITHOUT ROWID;

-- Ids of patterns are those of the whole store. first_us reaches back beyond this segment.
CREATE TABLE pattern (
  id INTEGER PRIMARY KEY, text TEXT NOT NULL, severity INTEGER NOT NULL, first_us INTEGER NOT NULL, last_us INTEGER NOT NULL
);
-- Lines per minute. bucket: unix seconds / 60.
CREATE TABLE pattern_rollup (
  bucket INTEGER NOT NULL, pattern INTEGER NOT NULL, resource INTEGER NOT NULL, count INTEGER NOT NULL,
  PRIMARY KEY (bucket, pattern, resource)
) WITHOUT ROWID;
`

/**
 * The full-text index of lines, rowid = log.id; absent where SQLite was built without FTS5. It keeps no text of its
 * own. `fields` has the values of attributes. Of texts written without spaces (Chinese, Japanese, Korean) each
 * character is a word, so that a phrase finds any part of them: see `searchableText`.
 */
export const textSchema = `
CREATE VIRTUAL TABLE log_text USING fts5 (
  body, fields, content = '', columnsize = 0, tokenize = "unicode61 remove_diacritics 2 tokenchars '_'"
);
`

/** Must come before the first table. A page size that is set after journal_mode has no effect. */
export const pragmas = `
PRAGMA page_size = 8192;
PRAGMA journal_mode = WAL;
PRAGMA synchronous = NORMAL;
PRAGMA wal_autocheckpoint = 10000;
PRAGMA temp_store = MEMORY;
`
