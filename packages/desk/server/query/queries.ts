import type { DeskStatus } from '../../api/desk.ts'
import { narrowedFrom } from '../schema/tables.ts'
import { arrivals } from './arrivals.ts'
import { chain } from './chain.ts'
import { chainCompare } from './chain-compare.ts'
import { chainExport } from './chain-export.ts'
import { chainRates } from './chain-rates.ts'
import { chains } from './chains.ts'
import { log, span } from './details.ts'
import { facets } from './facets.ts'
import { histogram } from './histogram.ts'
import { liveChains, liveLogs } from './live.ts'
import { logAround } from './log-around.ts'
import { logs } from './logs.ts'
import type { OpenSegments } from './open-segments.ts'
import type { Parameters } from './parameters.ts'
import { patternCounts } from './pattern-counts.ts'
import { pattern, patterns } from './patterns.ts'
import { services } from './services.ts'
import { logTail, wholeLogs } from './whole-logs.ts'

/** What `Store.query` is asked for. All but the last four are routes. */
export type QueryName =
  | 'chains'
  | 'chain-rates'
  | 'chain'
  | 'chain-export'
  | 'chain-compare'
  | 'span'
  | 'logs'
  | 'whole-logs'
  | 'log-tail'
  | 'arrivals'
  | 'log'
  | 'log-around'
  | 'histogram'
  | 'facets'
  | 'patterns'
  | 'pattern'
  | 'services'
  | 'pattern-counts'
  | 'status-store'
  | 'live-logs'
  | 'live-chains'

/** What each query answers: an object that becomes JSON, or bytes as they are. They throw StoreErrors. */
export const queries: Record<QueryName, (segments: OpenSegments, parameters: Parameters) => object> = {
  chains,
  'chain-rates': chainRates,
  chain,
  'chain-export': chainExport,
  'chain-compare': chainCompare,
  span,
  logs,
  'whole-logs': wholeLogs,
  'log-tail': logTail,
  arrivals,
  log,
  'log-around': logAround,
  histogram,
  facets,
  patterns,
  pattern,
  services,
  'pattern-counts': patternCounts,
  'status-store': storeStatus,
  'live-logs': liveLogs,
  'live-chains': liveChains,
}

/** What the files know of themselves, for `GET /api/status`. */
export type StoreStatus = Pick<DeskStatus['store'], 'logs' | 'spans' | 'oldestUnixMs' | 'textSearch'>

const statusSql = `SELECT (SELECT coalesce(sum(count), 0) FROM rollup_wide) AS logs, (SELECT iif(user_version < ${narrowedFrom}, (SELECT coalesce(max(id), 0) FROM span), (SELECT coalesce(max(value), 0) FROM meta WHERE key = 'spans')) FROM pragma_user_version) AS spans,
  (SELECT min(us) FROM chain) AS chainUs, (SELECT min(us) FROM log) AS logUs`

function storeStatus(segments: OpenSegments): StoreStatus {
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
