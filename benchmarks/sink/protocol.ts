/** What the sink does with requests from now on. Only what it accepts is counted. */
export type Behaviour =
  | { kind: 'accept'; delayMs?: number }
  /** Reads and never answers; ends those connections when it behaves otherwise again. */
  | { kind: 'stall' }
  /** 503 with Retry-After: 1. */
  | { kind: 'unavailable' }
  /** Nobody listens. */
  | { kind: 'refuse' }

export type Counts = {
  /** Log records, copies included. */
  logs: number
  /** Log records by the number in their attribute `id`, each once. */
  distinctLogs: number
  logsInTrace: number
  spans: number
  /** By the Datadog agent protocol. */
  datadogTraces: number
  datadogSpans: number
  requests: number
  /** As they came, compressed or not. */
  bytes: number
}

export type Order = { tell: 'counts' } | { become: Behaviour }
