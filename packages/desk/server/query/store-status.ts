import type { OpenSegments } from './open-segments.ts'

export type StoreStatus = {
  logs: number
  spans: number
  oldestUnixMs: number | null
  textSearch: 'index' | 'scan'
}

const statusSql = `SELECT (SELECT coalesce(sum(count), 0) FROM rollup_wide) AS logs, (SELECT coalesce(max(id), 0) FROM span) AS spans,
  (SELECT min(us) FROM chain) AS chainUs, (SELECT min(us) FROM log) AS logUs`

/** What the files know of themselves, for `GET /api/status`. */
export function storeStatus(segments: OpenSegments): StoreStatus {
  type Row = { logs: number; spans: number; chainUs: number | null; logUs: number | null }
  const all = segments.newestFirst()
  const rows = all.flatMap((segment) => segment.get<Row>(statusSql) ?? [])
  const times = rows.flatMap(({ chainUs, logUs }) => [chainUs ?? [], logUs ?? []].flat())
  return {
    logs: rows.reduce((sum, row) => sum + row.logs, 0),
    spans: rows.reduce((sum, row) => sum + row.spans, 0),
    oldestUnixMs: times.length === 0 ? null : Math.floor(Math.min(...times) / 1000),
    textSearch: all[0]?.textSearch ?? 'index',
  }
}
