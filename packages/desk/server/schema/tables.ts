/**
 * The tables of a segment: one SQLite file of the store, about 256 MB. A record lies in one segment, a trace may lie
 * in several. A segment knows everything that its records need, so that retention is deleting a file.
 *
 * An instant is two columns: `us`, unix microseconds, and `ns`, the nanoseconds 0 to 999 behind them. Ids of traces
 * and spans are BLOBs. `attributes` are JSON objects.
 */
export const schemaVersion = 3

/** From this version on segments have `span_text`, and a word for each process in `log_text`. */
export const narrowedFrom = 2

/** From this version on the lines of a pattern are counted by their level. */
export const leveledFrom = 3

export const schema = `
-- spans: how many there are. arrived_us: when the last records came, unix microseconds, by which they expire.
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
  -- chain.id of its trace, NULL when it has none
  chain INTEGER, span BLOB, flags INTEGER NOT NULL,
  event TEXT NOT NULL,
  body TEXT NOT NULL,
  -- 1: body is JSON, since it was no text
  body_json INTEGER NOT NULL,
  attributes TEXT NOT NULL, dropped INTEGER NOT NULL,
  pattern INTEGER NOT NULL
);
CREATE INDEX log_time ON log (us);
CREATE INDEX log_chain ON log (chain) WHERE chain IS NOT NULL;
-- In the order of lists, and with what a search asks of a problem beside its words: only what may be one is read.
CREATE INDEX log_problem ON log (us, id, severity, resource) WHERE severity >= 13;

CREATE TABLE span (
  id INTEGER PRIMARY KEY,
  us INTEGER NOT NULL, ns INTEGER NOT NULL,
  -- NULL: not ended yet
  duration_ns INTEGER,
  -- chain.id of its trace
  chain INTEGER NOT NULL, span BLOB NOT NULL, parent BLOB,
  name INTEGER NOT NULL, kind INTEGER NOT NULL, status INTEGER NOT NULL, message TEXT NOT NULL,
  resource INTEGER NOT NULL, scope INTEGER NOT NULL, flags INTEGER NOT NULL, state TEXT NOT NULL,
  attributes TEXT NOT NULL,
  -- JSON arrays as in SpanDetail, NULL when there are none; dropped: attributes, events, links
  events TEXT, links TEXT, dropped TEXT
);
CREATE INDEX span_time ON span (us);
CREATE INDEX span_chain ON span (chain);
CREATE INDEX span_failed ON span (us) WHERE status = 2;

-- Span links, from the effect to the cause.
CREATE TABLE link (
  to_trace BLOB NOT NULL, to_span BLOB NOT NULL, from_trace BLOB NOT NULL, from_span BLOB NOT NULL,
  PRIMARY KEY (to_trace, to_span, from_trace, from_span)
) WITHOUT ROWID;
CREATE INDEX link_from ON link (from_trace);

-- The traces of this segment: records point here by a small ascending number, which makes their indexes small and
-- their insertion cheap; a trace id is random. errors: failed spans and lines of severity >= 17.
CREATE TABLE chain (
  id INTEGER PRIMARY KEY, trace BLOB NOT NULL UNIQUE,
  us INTEGER NOT NULL, end_us INTEGER NOT NULL,
  spans INTEGER NOT NULL, logs INTEGER NOT NULL, errors INTEGER NOT NULL, severity INTEGER NOT NULL,
  -- its root span, NULL as long as none came
  root_name INTEGER, root_resource INTEGER
);
CREATE INDEX chain_time ON chain (us);
CREATE INDEX chain_failed ON chain (us) WHERE errors > 0;

-- Lines per 10 s, and the same per 10 min. bucket: unix seconds / 10 and / 600; band: 0 trace, 1 debug, 2 info, 3 warn,
-- 4 error, 5 fatal.
CREATE TABLE rollup (
  bucket INTEGER NOT NULL, resource INTEGER NOT NULL, band INTEGER NOT NULL, count INTEGER NOT NULL,
  PRIMARY KEY (bucket, resource, band)
) WITHOUT ROWID;
CREATE TABLE rollup_wide (
  bucket INTEGER NOT NULL, resource INTEGER NOT NULL, band INTEGER NOT NULL, count INTEGER NOT NULL,
  PRIMARY KEY (bucket, resource, band)
) WITHOUT ROWID;

-- Ids of patterns are those of the whole store. first_us reaches back beyond this segment. severity: the highest of its lines.
CREATE TABLE pattern (
  id INTEGER PRIMARY KEY, text TEXT NOT NULL, severity INTEGER NOT NULL, first_us INTEGER NOT NULL, last_us INTEGER NOT NULL
);
-- Lines per minute. bucket: unix seconds / 60; band as in rollup.
CREATE TABLE pattern_rollup (
  bucket INTEGER NOT NULL, pattern INTEGER NOT NULL, resource INTEGER NOT NULL, band INTEGER NOT NULL, count INTEGER NOT NULL,
  PRIMARY KEY (bucket, pattern, resource, band)
) WITHOUT ROWID;
`

/** Not in the first segments that there were. */
export const arrivalSchema = `
-- When lines came: those from this id on, up to the next row, were committed together, begun at ms (unix milliseconds). imported: 1
-- for lines of a file, which the rules of the desk did not judge.
CREATE TABLE IF NOT EXISTS arrival (first INTEGER PRIMARY KEY, ms INTEGER NOT NULL, imported INTEGER NOT NULL);
`

/** Not in segments of former versions. */
export const mergeSchema = `
-- Patterns that became a part of another, of this segment and all before: lines keep the id of then. The last 20,000, by place.
CREATE TABLE IF NOT EXISTS pattern_merge (
  place INTEGER PRIMARY KEY, id INTEGER NOT NULL UNIQUE, merged INTEGER NOT NULL
);
`

/** The tables of counts and the width of their buckets. */
export const rollups = { rollup: 10_000_000, rollup_wide: 600_000_000 } as const

export type RollupName = keyof typeof rollups

/** Width of the buckets of pattern_rollup. */
export const patternBucketUs = 60_000_000

/** Counts of a commit are kept by one number of bucket and process: this many processes have room in it. */
export const resourcesPerBucket: number = 2 ** 17
/** And so many bands. */
export const bandsPerBucket = 8

/** Lines that share one entry of the full-text index. */
export const textBlock = 16

/**
 * The full-text index of lines; absent where SQLite was built without FTS5. It keeps no text and no positions, and one
 * entry (rowid = log.id / 16, rounded down) has the words of 16 lines, bodies and values of attributes alike: a third
 * of the CPU of an entry per line. So it only says where to look: a search asks it for the blocks that have all its
 * words (a phrase as the AND of its words) and then checks each line of them exactly, by the SQL function
 * `line_matches(body, attributes, term)` that `defineLineMatches(database)` adds. Without the index the same check over
 * all lines gives the same answer, later. Of texts written without spaces (Chinese, Japanese, Korean) each character is
 * a word here: see `searchableText`.
 */
export const textSchema = `
CREATE VIRTUAL TABLE log_text USING fts5 (
  words, content = '', columnsize = 0, detail = none, tokenize = "unicode61 remove_diacritics 2 tokenchars '_'"
);
-- Merging a little with each commit costs a fifth of the CPU of writing; many parts are merged at once instead. A commit is one part:
-- with a megabyte of memory, which is the default, it would be two or three.
INSERT INTO log_text (log_text, rank) VALUES ('automerge', 0);
INSERT INTO log_text (log_text, rank) VALUES ('crisismerge', 32);
INSERT INTO log_text (log_text, rank) VALUES ('hashsize', 8388608);

-- The same of spans: the values of their attributes.
CREATE VIRTUAL TABLE span_text USING fts5 (
  words, content = '', columnsize = 0, detail = none, tokenize = "unicode61 remove_diacritics 2 tokenchars '_'"
);
INSERT INTO span_text (span_text, rank) VALUES ('automerge', 0);
INSERT INTO span_text (span_text, rank) VALUES ('crisismerge', 32);
INSERT INTO span_text (span_text, rank) VALUES ('hashsize', 8388608);
`

/** In `log_text`, beside the words of its lines: a process of which a block has lines. */
export const resourceWord = (resource: number): string => `_resource_${resource}`

/** Must come before the first table. A page size that is set after journal_mode has no effect. */
export const pragmas = `
PRAGMA page_size = 16384;
PRAGMA journal_mode = WAL;
PRAGMA synchronous = NORMAL;
PRAGMA wal_autocheckpoint = 5000;
PRAGMA temp_store = MEMORY;
PRAGMA cache_size = -16384;
`
