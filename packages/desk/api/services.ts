/** What a service did in the time that was asked for. */
export type ServiceRow = {
  name: string
  spans: number
  failedSpans: number
  /** Of its server and consumer spans, milliseconds; null when it has none. */
  p50Ms: number | null
  p95Ms: number | null
  logs: number
  failedLogs: number
  instances: number
}

/** Who calls whom. `to` is a service, or what has no spans of its own: a database, a queue nobody reads, a foreign host. */
export type ServiceEdge = {
  from: string
  to: string
  kind: 'call' | 'queue' | 'database'
  /** Name of the queue, system of the database, or "". */
  label: string
  count: number
  failed: number
  p95Ms: number
}

/** `sampled`: spans that were looked at, the newest, when there were too many. */
export type ServiceMap = { services: ServiceRow[]; edges: ServiceEdge[]; sampled: number }
