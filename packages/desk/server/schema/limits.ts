/**
 * What a request, a record and a file may hold: whatever is sent costs the desk no more than this. Reaching a limit is
 * counted and told to the sender. What a search may hold, the search language knows.
 */

/** Of one OTLP request; its body has at most 20 MiB, unpacked. Records beyond are refused, with a partial success. */
export const maxRecords = 65_536

/** Resources and scopes of one OTLP request. One with more is refused. */
export const maxGroups = 65_536

/** Objects, lists and their members in one OTLP request in JSON. One with more is refused. */
export const maxJsonValues = 1_000_000

/** Characters of a text that are kept. */
export const maxTextLength = 65_536

/** Attributes that are kept of a record, a resource, a scope, an event or a link; and events, and links, of a span. */
export const maxItems = 1000

/** Characters of JSON after which no more attributes, events or links are kept. */
export const maxItemsLength = 1_000_000

/** What a file to import may hold, and how much of the desk it may take up. */
export type ImportLimits = {
  /** Of a line, a JSON value, an element of a list, or a resource of OTLP protobuf. */
  pieceBytes: number
  /** JSON documents with more are read element by element. */
  wholeBytes: number
  /** Of the whole, unpacked. */
  bytes: number
  /** What each byte sent may unpack to, beyond the first `freeBytes`: logs shrink to a tenth or a fiftieth. */
  bytesPerByte: number
  freeBytes: number
  /** In any file. */
  records: number
  /** What any file may have, and one more for each byte sent. */
  freeRecords: number
  /** Lines that are no records, after which the file is taken for something else. */
  rejected: number
  /** Of a whole import; and how long none of it may come. */
  timeMs: number
  idleMs: number
  /** Files that are imported at the same time. */
  atOnce: number
  /** Of the thread that reads a file. */
  heapMb: number
}

export const importLimits: ImportLimits = {
  pieceBytes: 20 * 1024 * 1024,
  wholeBytes: 1024 * 1024,
  bytes: 4 * 1024 * 1024 * 1024,
  bytesPerByte: 200,
  freeBytes: 1024 * 1024,
  records: 50_000_000,
  freeRecords: 65_536,
  rejected: 10_000,
  timeMs: 30 * 60_000,
  idleMs: 30_000,
  atOnce: 2,
  heapMb: 512,
}

/** Series of metrics in all and of one metric, points and exemplars of a series: the newest are kept, in memory. */
export const maxSeries = 2000
export const seriesPerMetric = 200
export const pointsPerSeries = 240
export const exemplarsPerSeries = 20

/** Series of a metric that are shown at once. */
export const shownSeries = 50

/** Characters of a metric's name, and of the attributes of a series together. */
export const metricTextLength = 1000
