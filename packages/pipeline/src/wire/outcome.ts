import {
  decodeExportResponse,
  decodeStatusMessage,
  parseExportResponse,
  parseStatusMessage,
} from '@clew/otlp'

/** What became of one export request. */
export type Outcome =
  | { kind: 'accepted' }
  | { kind: 'partial'; rejected: number; message: string }
  | { kind: 'retry'; afterMs?: number; reason: string }
  | { kind: 'too-large' }
  | { kind: 'refused'; status: string; message: string }

/** Of what a receiver says. More than is repeated of it: a secret that were cut here would not be known as one. */
export const maxMessage = 1024

const unauthorized: ReadonlySet<string> = new Set([
  ...['HTTP 401', 'HTTP 403'],
  ...['gRPC UNAUTHENTICATED', 'gRPC PERMISSION_DENIED'],
])

/** Whether the receiver refused the sender rather than the records. */
export function isUnauthorized(outcome: Outcome): outcome is Outcome & { kind: 'refused' } {
  return outcome.kind === 'refused' && unauthorized.has(outcome.status)
}

/**
 * Statuses that the OTLP specification (OTLP/HTTP Response, Retryable Response Codes) lets a client repeat, and 408: the
 * receiver has no whole request (RFC 9110 §15.5.9), and we send none that is not.
 */
const retryable: ReadonlySet<number> = new Set([408, 429, 502, 503, 504])

/** Reads an OTLP/HTTP answer. Never throws: an unreadable body of a success is a success. */
export function outcomeOfHttp(
  status: number,
  headers: { 'retry-after'?: string | undefined; 'content-type'?: string | undefined },
  body: Buffer,
  nowUnixMs: number,
): Outcome {
  if (status >= 200 && status < 300) return outcomeOfResponse(body, headers['content-type'])
  if (retryable.has(status)) {
    const afterMs = parseRetryAfter(headers['retry-after'], nowUnixMs)
    return { kind: 'retry', reason: `HTTP ${status}`, ...(afterMs === undefined ? {} : { afterMs }) }
  }
  if (status === 413) return { kind: 'too-large' }
  return { kind: 'refused', status: `HTTP ${status}`, message: messageOf(body, headers['content-type']) }
}

// Of a proxy that wants a login, or of an application that answers every path. A receiver of somebody's own may say so too.
const pageAnswered = 'it answers with a page (text/html), which no OTLP receiver does; check the address'

/** Reads the body of a success, which may say that some records were rejected. */
export function outcomeOfResponse(body: Buffer, contentType: string | undefined): Outcome {
  if (
    contentType?.startsWith('text/html') &&
    /^\s{0,99}<(?:!doctype|html)/i.test(body.subarray(0, 200).toString())
  )
    return { kind: 'partial', rejected: 0, message: pageAnswered }
  const { rejected: said, message } = readResponse(body, contentType)
  const rejected = said > 0 ? Math.floor(said) : 0
  return rejected > 0 || message !== '' ? { kind: 'partial', rejected, message } : { kind: 'accepted' }
}

function readResponse(body: Buffer, contentType: string | undefined): { rejected: number; message: string } {
  try {
    if (body.length === 0) return { rejected: 0, message: '' }
    if (contentType?.includes('json')) return parseExportResponse(body.toString())
    if (contentType?.includes('protobuf') === false) return { rejected: 0, message: '' }
    return decodeExportResponse(body)
  } catch {
    return { rejected: 0, message: '' }
  }
}

/** What the body of an error says: the message of a google.rpc.Status, as OTLP wants one, or the text that it is. */
function messageOf(body: Buffer, contentType: string = ''): string {
  if (contentType.includes('json')) return printable(parseStatusMessage(body.toString()) ?? body.toString())
  if (!contentType.includes('protobuf')) return printable(body.toString())
  try {
    return printable(decodeStatusMessage(body))
  } catch {
    return printable(body.toString())
  }
}

/** The beginning of a text, on one line, without what cannot be read. */
function printable(said: string): string {
  const text = said.slice(0, maxMessage)
  return text.replace(/[^\x20-\x7e\u00a0-\ufffc]+/g, ' ').trim()
}

const firstDelayMs = 1000
const factor = 1.5
const longestDelayMs = 30_000
const longestRetryAfterMs = 5 * 60_000

/**
 * How long to stay away after the given number of failures in a row, which starts at 1.
 * A receiver's Retry-After is a lower bound, but not for more than five minutes.
 */
export function backoffMs(failures: number, retryAfterMs: number | undefined, random: () => number): number {
  const grown = Math.min(longestDelayMs, firstDelayMs * factor ** Math.min(failures - 1, 20))
  const jittered = grown * (0.8 + 0.4 * random())
  return Math.round(
    Math.max(Math.min(jittered, longestDelayMs), Math.min(retryAfterMs ?? 0, longestRetryAfterMs)),
  )
}

/** Reads a Retry-After header, seconds or an HTTP date (RFC 9110 §10.2.3). Undefined when it says nothing usable. */
export function parseRetryAfter(header: string | undefined, nowUnixMs: number): number | undefined {
  if (header === undefined) return undefined
  const text = header.trim()
  if (/^\d+$/.test(text)) return Number(text) * 1000
  if (!/[a-z]/i.test(text)) return undefined
  const at = Date.parse(text)
  return Number.isNaN(at) ? undefined : Math.max(0, at - nowUnixMs)
}
