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

/** What a file to import may hold. */
export type ImportLimits = {
  /** Of a line, and of a document that is no lines. */
  lineBytes: number
  /** Of the whole, unpacked. */
  bytes: number
  /** What each byte sent may unpack to, beyond the first `freeBytes`: logs shrink to a tenth or a fiftieth. */
  bytesPerByte: number
  freeBytes: number
  /** What any file may have, and one more for each byte sent. */
  freeRecords: number
  /** Lines that are no records, after which the file is taken for something else. */
  rejected: number
}

export const importLimits: ImportLimits = {
  lineBytes: 20 * 1024 * 1024,
  bytes: 4 * 1024 * 1024 * 1024,
  bytesPerByte: 200,
  freeBytes: 1024 * 1024,
  freeRecords: 65_536,
  rejected: 10_000,
}
