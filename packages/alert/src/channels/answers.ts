import type { Answer, Outcome } from './channel.ts'
import { cleanText, cutBytes } from './clean-text.ts'

/** Everything went well. */
export const ok: Outcome = { kind: 'ok' }

/** What the status alone says: of every answer that is not 2xx, and of none. Undefined: 2xx, the body must be read. */
export function classifyStatus({ status, body, retryAfterMs }: Answer): Outcome | undefined {
  if (status >= 200 && status < 300) return undefined
  const reason = status === 0 ? excerpt(body) : `HTTP ${status} ${excerpt(body)}`.trimEnd()
  if (status === 413) return { kind: 'shrink', reason }
  if (status === 429)
    return {
      kind: 'retry',
      reason,
      afterMs: retryAfterMs,
      ...(retryAfterMs !== undefined && { pausesBot: true }),
    }
  if (status === 0 || status === 408 || status === 425 || status >= 500)
    return { kind: 'retry', reason, afterMs: retryAfterMs }
  return { kind: 'permanent', reason }
}

/** A body as an object of JSON, or undefined. */
export function parseObject(body: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(body)
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : undefined
  } catch {
    return undefined
  }
}

/** 2xx with a body that is none of the receiver's: something stands in between, and may go away again. */
export function foreign(receiver: string, { status, body }: Answer): Outcome {
  return {
    kind: 'retry',
    reason: `HTTP ${status} with an answer that is not ${receiver}'s: ${excerpt(body) || 'nothing'}`,
  }
}

/** A code of a receiver with its text, as a reason. */
export function reasonOf(receiver: string, code: unknown, text: unknown): string {
  return `${receiver} ${String(code)} ${typeof text === 'string' ? excerpt(text) : ''}`.trimEnd()
}

/**
 * The beginning of what a peer says, in one line. Addresses in it lose all but their host: peers repeat what they were
 * sent, and the address of a bot is its key.
 */
export function excerpt(text: string): string {
  return cutBytes(hideAddresses(cleanText(text.slice(0, 1_000))), 160)
}

function hideAddresses(text: string): string {
  return text
    .replace(/\b([a-z][a-z\d+.-]*:\/\/[^\s/?#"'<>]*)[^\s"'<>]*/gi, (_, place: string) =>
      place.replace(/\/\/.*＠/, '//***＠'),
    )
    .replace(/\b(key|access_token|token|sign|secret)=[^\s&"']+/gi, '$1=***')
}

/** The header Retry-After in milliseconds: seconds, also with a fraction, or a date. */
export function parseRetryAfter(header: string | null, nowMs: number): number | undefined {
  if (header === null) return undefined
  const seconds = /^\s*\d+(?:\.\d+)?\s*$/.test(header) ? Number(header) : Number.NaN
  const ms = Number.isNaN(seconds) ? Date.parse(header) - nowMs : seconds * 1_000
  return Number.isFinite(ms) ? Math.max(0, Math.ceil(ms)) : undefined
}
