import type { QueryName } from '../http/routes.ts'
import { chain } from './chain.ts'
import { chainExport } from './chain-export.ts'
import { chains, liveChains } from './chains.ts'
import { log, span } from './details.ts'
import { facets } from './facets.ts'
import { histogram } from './histogram.ts'
import { liveLogs } from './live-logs.ts'
import { logAround } from './log-around.ts'
import { logs } from './logs.ts'
import type { OpenSegments } from './open-segments.ts'
import type { Parameters } from './parameters.ts'
import { pattern, patterns } from './patterns.ts'
import { services } from './services.ts'
import { storeStatus } from './store-status.ts'

/** What each query answers: an object that becomes JSON, or bytes as they are. They throw StoreErrors. */
export const queries: Record<QueryName, (segments: OpenSegments, parameters: Parameters) => object> = {
  chains,
  chain,
  'chain-export': chainExport,
  span,
  logs,
  log,
  'log-around': logAround,
  histogram,
  facets,
  patterns,
  pattern,
  services,
  'status-store': storeStatus,
  'live-logs': liveLogs,
  'live-chains': liveChains,
}
