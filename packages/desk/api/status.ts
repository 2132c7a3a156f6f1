/** `GET /api/status`: what a first-run page and a person on call need to know of the desk itself. */
export type DeskStatus = {
  version: string
  /** Where to send; null: not listening. */
  otlp: { http: string; grpc: string | null }
  store: {
    /** "" when nothing is kept (`--memory`). */
    directory: string
    logs: number
    spans: number
    bytes: number
    maxBytes: number
    /** null: no limit of age. */
    maxAgeMs: number | null
    oldestUnixMs: number | null
    segments: number
    /** Files that were set aside because they could not be read. */
    damaged: number
    textSearch: 'index' | 'scan'
  }
  /** Since the start. */
  received: { requests: number; logs: number; spans: number; refused: number }
  forward: { url: string; accepted: number; delivered: number; waiting: number; dropped: number } | null
}

/** The body of every answer that is no success. */
export type ApiError = { error: { code: string; message: string } }
