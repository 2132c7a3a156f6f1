import type { QueryName } from '../../query/queries.ts'
import type { RouteAccess } from '../access/guard.ts'

export type RouteName =
  | Exclude<QueryName, 'pattern-counts' | 'status-store' | 'live-logs' | 'live-chains'>
  | 'status'
  | 'live'
  | 'import'
  | 'openapi'
  | 'clear'
  | 'metrics'
  | 'metric-series'
  | 'pattern-series'
  | AlertRouteName
  | WarningRouteName

export type AlertRouteName = 'alerts' | 'alerts-explain' | 'silence' | 'silence-end'

export type WarningRouteName = 'warnings' | 'warning' | 'warning-opinion'

/** A route of the API, as data: the server answers by it and the OpenAPI document is made of it. */
export type Route = {
  name: RouteName
  method: 'GET' | 'POST' | 'DELETE'
  /** Parts in braces are parameters of the path. */
  path: string
  access: RouteAccess
  /** Parameters of the query. */
  parameters: readonly ParameterName[]
  summary: string
  /** What is sent: name of a type in `packages/desk/api`, or `import`. */
  body?: 'NewAlertSilence' | 'NewWarningOpinion' | 'import'
  /** Name of the answer's type in `packages/desk/api`. */
  answer: string
}

/** What a parameter means, wherever it stands. */
export const parameters = {
  q: 'A search.',
  from: 'Earliest instant, unix milliseconds.',
  to: 'Latest instant, unix milliseconds.',
  before: 'The `next` of the page before.',
  after:
    'The `next` of the page before; of a tail also `start`, and without it no lines come but where the end is.',
  imported: '`true`: those that were imported, instead of those that were sent.',
  limit: 'At most so many.',
  order: '`recent` or `slow`.',
  as: '`text`, `ansi` (text with the colours of a terminal), `markdown`, `json` (everything, one object a line), `otlp` (OTLP JSON, one request a line) or `html` (one file with the page in it); of a comparison `json` or `text`.',
  with: 'Trace id of the other chain.',
  redact: '`true`: secrets are cut out of the file; only with `as=html`.',
  count: 'So many lines before and after.',
  service: 'Only of this service.',
  steps: 'At most so many steps of time.',
  logs: 'Search of the lines to send; may be empty.',
  chains: 'Search of the chains to send; may be empty.',
  alerts: 'Present: word of alerts is sent.',
  rule: 'Only of this rule.',
  ids: 'Ids of patterns with commas between, 50 at most.',
  metric: 'The `key` of a metric.',
} as const

export type ParameterName = keyof typeof parameters

const get = (
  name: RouteName,
  path: string,
  queryParameters: readonly ParameterName[],
  answer: string,
  summary: string,
): Route => ({ name, method: 'GET', path, access: 'read', parameters: queryParameters, answer, summary })

/** A fixed path stands before one with a parameter that would match it too. */
export const routes: readonly Route[] = [
  get('status', '/api/status', [], 'DeskStatus', 'What the desk receives and keeps'),
  get('chains', '/api/chains', ['q', 'from', 'to', 'before', 'limit', 'order'], 'ChainPage', 'List chains'),
  get('chain-rates', '/api/chains/rates', ['q', 'from', 'to', 'steps'], 'ChainRates', 'Chains per time'),
  get('chain', '/api/chains/{traceId}', [], 'ChainData', 'A whole chain'),
  get('chain-export', '/api/chains/{traceId}/export', ['as', 'redact'], 'text', 'A chain as a file'),
  get(
    'chain-compare',
    '/api/chains/{traceId}/compare',
    ['with', 'as'],
    'ChainComparison',
    'Another chain against this one, row by row; as=text for a terminal',
  ),
  get('span', '/api/spans/{ref}', [], 'SpanDetail', 'Everything of one span'),
  get('logs', '/api/logs', ['q', 'from', 'to', 'before', 'limit'], 'LogPage', 'Search lines'),
  get(
    'arrivals',
    '/api/logs/arrivals',
    ['from', 'to', 'imported', 'after', 'limit'],
    'ArrivalPage',
    'Whole lines in the order in which they came; from and to are of when they came',
  ),
  get(
    'whole-logs',
    '/api/logs/whole',
    ['q', 'from', 'to', 'before', 'limit'],
    'WholeLogPage',
    'Search lines, with everything of each',
  ),
  get(
    'log-tail',
    '/api/logs/tail',
    ['q', 'from', 'to', 'after', 'limit'],
    'LogTail',
    'Lines that match in the order in which they came, with everything of each',
  ),
  get('histogram', '/api/logs/histogram', ['q', 'from', 'to', 'steps'], 'LogHistogram', 'Lines per time'),
  get('facets', '/api/logs/facets', ['q', 'from', 'to', 'steps'], 'LogFacets', 'What lines have in common'),
  get('log', '/api/logs/{ref}', [], 'LogDetail', 'Everything of one line'),
  get('log-around', '/api/logs/{ref}/around', ['count', 'service'], 'SurroundingLogs', 'Lines around one'),
  get('patterns', '/api/patterns', ['q', 'from', 'to', 'steps'], 'PatternPage', 'Patterns of lines'),
  get(
    'pattern-series',
    '/api/patterns/series',
    ['ids'],
    'PatternSeriesPage',
    'The last minutes of patterns beside what is expected of them',
  ),
  get('pattern', '/api/patterns/{id}', ['from', 'to'], 'PatternDetail', 'One pattern with examples'),
  get('services', '/api/services', ['from', 'to'], 'ServiceMap', 'Services and who calls whom'),
  get(
    'live',
    '/api/live',
    ['logs', 'chains', 'alerts'],
    'LiveEvents',
    'New lines, chains and alerts as they come',
  ),
  {
    name: 'import',
    method: 'POST',
    path: '/api/import',
    access: 'ingest',
    parameters: [],
    body: 'import',
    answer: 'ImportResult',
    summary:
      'Store a file, recognised by what is in it: OTLP JSON or protobuf, Jaeger, Tempo, Zipkin v2, log objects or lines with a time; also as gzip',
  },
  {
    name: 'clear',
    method: 'DELETE',
    path: '/api/data',
    // Whoever reads may delete, the page by its cookie; whoever sends lines may not.
    access: 'read',
    parameters: [],
    answer: 'Nothing',
    summary: 'Delete all that is stored',
  },
  get('metrics', '/api/metrics', [], 'MetricPage', 'Metrics, with their last values'),
  get('metric-series', '/api/metrics/series', ['metric'], 'MetricSeries', 'The series of a metric'),
  get('alerts', '/api/alerts', [], 'AlertPage', 'How the rules stand, and what they told'),
  get(
    'alerts-explain',
    '/api/alerts/explain',
    ['rule', 'limit'],
    'AlertDecisions',
    'What was decided, and why',
  ),
  {
    name: 'silence',
    method: 'POST',
    path: '/api/alerts/silences',
    // Whoever reads alerts may silence them, the page by its cookie; whoever sends lines may not.
    access: 'read',
    parameters: [],
    body: 'NewAlertSilence',
    answer: 'AlertSilence',
    summary: 'Silence a rule, or one of its groups',
  },
  {
    name: 'silence-end',
    method: 'DELETE',
    path: '/api/alerts/silences/{id}',
    access: 'read',
    parameters: [],
    answer: 'Nothing',
    summary: 'End a silence',
  },
  get('warnings', '/api/warnings', ['from', 'to', 'limit'], 'WarningPage', 'What builds up before a failure'),
  get('warning', '/api/warnings/{id}', [], 'WarningRow', 'One early warning'),
  {
    name: 'warning-opinion',
    method: 'POST',
    path: '/api/warnings/{id}/opinion',
    access: 'read',
    parameters: [],
    body: 'NewWarningOpinion',
    answer: 'WarningRow',
    summary: 'Say whether a warning was useful or noise',
  },
  get('openapi', '/api/openapi.json', [], 'OpenApi', 'This description'),
]
