import type { ChainSummary } from './chains.ts'
import type { LogRow } from './logs.ts'

/**
 * Server-sent events of `GET /api/live`. `event:` is the key, `data:` the JSON. With `logs=<search>` come `logs`, with
 * `chains=<search>` come `chains`. `id:` of an event resumes behind it (`Last-Event-ID`).
 */
export type LiveEvents = {
  /** New lines, oldest first, at most 200 an event; `dropped` more came than could be shown. */
  logs: { logs: LogRow[]; dropped: number }
  /** Chains that are new or have changed. */
  chains: { chains: ChainSummary[] }
}
