import { useCallback, useEffect, useState } from 'preact/hooks'
import type {
  AlertDecisions,
  AlertPage,
  AlertSilence,
  ApiError,
  ChainData,
  ChainPage,
  ChainRates,
  DeskStatus,
  ImportResult,
  LogDetail,
  LogFacets,
  LogHistogram,
  LogPage,
  MetricPage,
  MetricSeries,
  NewAlertSilence,
  NewWarningOpinion,
  PatternDetail,
  PatternPage,
  PatternSeriesPage,
  ServiceMap,
  ShareSummary,
  SpanDetail,
  SurroundingLogs,
  WarningPage,
  WarningRow,
} from '../api/index.ts'
import { type Failure, returns, useRecovery } from './recovery.ts'
import { hrefOf, type Params } from './url.ts'

export type { Failure }

/** What a request ended with: a value, or a failure. Requests never reject. */
export type Answer<T> = { value: T; failure?: undefined } | { value?: undefined; failure: Failure }

/** Unix milliseconds, see `timeBounds`. */
export type TimeParams = { from?: number; to?: number }
export type SearchParams = TimeParams & { q?: string }
export type ListParams = SearchParams & { before?: string; limit?: number }

const id = encodeURIComponent

/** Every route of the desk. Give an AbortSignal to those whose answer may no longer be wanted. */
export const api = {
  status: (abort?: AbortSignal) => get<DeskStatus>('/api/status', {}, abort),
  chains: (params: ListParams & { order?: 'recent' | 'slow' }, abort?: AbortSignal) =>
    get<ChainPage>('/api/chains', params, abort),
  chainRates: (params: SearchParams & { steps?: number }, abort?: AbortSignal) =>
    get<ChainRates>('/api/chains/rates', params, abort),
  chain: (traceId: string, abort?: AbortSignal) => get<ChainData>(`/api/chains/${id(traceId)}`, {}, abort),
  chainAsText: (traceId: string, as: 'text' | 'markdown' | 'otlp', abort?: AbortSignal) =>
    request(exportHref(traceId, as), (response) => response.text(), { signal: abort ?? null }),
  /** The chain as one HTML file. */
  sharedChain: (traceId: string, redact: boolean, abort?: AbortSignal) =>
    request(
      hrefOf(`/api/chains/${id(traceId)}/export`, { as: 'html', redact: String(redact) }),
      async (response) => ({
        file: await response.blob(),
        summary: JSON.parse(response.headers.get('clew-share') ?? '') as ShareSummary,
      }),
      { signal: abort ?? null },
    ),
  span: (ref: string, abort?: AbortSignal) => get<SpanDetail>(`/api/spans/${id(ref)}`, {}, abort),
  logs: (params: ListParams, abort?: AbortSignal) => get<LogPage>('/api/logs', params, abort),
  log: (ref: string, abort?: AbortSignal) => get<LogDetail>(`/api/logs/${id(ref)}`, {}, abort),
  logsAround: (ref: string, params: { count?: number; service?: string }, abort?: AbortSignal) =>
    get<SurroundingLogs>(`/api/logs/${id(ref)}/around`, params, abort),
  histogram: (params: SearchParams & { steps?: number }, abort?: AbortSignal) =>
    get<LogHistogram>('/api/logs/histogram', params, abort),
  facets: (params: SearchParams & { steps?: number }, abort?: AbortSignal) =>
    get<LogFacets>('/api/logs/facets', params, abort),
  patterns: (params: SearchParams & { steps?: number }, abort?: AbortSignal) =>
    get<PatternPage>('/api/patterns', params, abort),
  pattern: (pattern: number, params: TimeParams, abort?: AbortSignal) =>
    get<PatternDetail>(`/api/patterns/${pattern}`, params, abort),
  patternSeries: (patterns: readonly number[], abort?: AbortSignal) =>
    get<PatternSeriesPage>('/api/patterns/series', { ids: patterns.join(',') }, abort),
  services: (params: TimeParams, abort?: AbortSignal) => get<ServiceMap>('/api/services', params, abort),
  metrics: (abort?: AbortSignal) => get<MetricPage>('/api/metrics', {}, abort),
  metricSeries: (metric: string, abort?: AbortSignal) =>
    get<MetricSeries>('/api/metrics/series', { metric }, abort),
  alerts: (abort?: AbortSignal) => get<AlertPage>('/api/alerts', {}, abort),
  alertDecisions: (params: { rule?: string; limit?: number }, abort?: AbortSignal) =>
    get<AlertDecisions>('/api/alerts/explain', params, abort),
  silence: (body: NewAlertSilence) => post<AlertSilence>('/api/alerts/silences', body),
  endSilence: (silence: string) =>
    request(`/api/alerts/silences/${id(silence)}`, (response) => response.json() as Promise<object>, {
      method: 'DELETE',
    }),
  warnings: (params: TimeParams & { limit?: number }, abort?: AbortSignal) =>
    get<WarningPage>('/api/warnings', params, abort),
  warning: (warning: string, abort?: AbortSignal) =>
    get<WarningRow>(`/api/warnings/${id(warning)}`, {}, abort),
  opine: (warning: string, body: NewWarningOpinion) =>
    post<WarningRow>(`/api/warnings/${id(warning)}/opinion`, body),
  import: (body: Blob | string, abort?: AbortSignal) =>
    request('/api/import', (response) => response.json() as Promise<ImportResult>, {
      method: 'POST',
      // What is in the file, its bytes say.
      headers: { 'content-type': 'application/octet-stream' },
      body,
      signal: abort ?? null,
    }),
}

/** Where a chain can be downloaded. */
export function exportHref(traceId: string, as: 'text' | 'markdown' | 'otlp'): string {
  return hrefOf(`/api/chains/${id(traceId)}/export`, { as })
}

function get<T>(path: string, params: Params, abort?: AbortSignal): Promise<Answer<T>> {
  return request(hrefOf(path, params), (response) => response.json() as Promise<T>, { signal: abort ?? null })
}

function post<T>(path: string, body: object): Promise<Answer<T>> {
  return request(path, (response) => response.json() as Promise<T>, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
}

async function request<T>(
  href: string,
  read: (response: Response) => Promise<T>,
  init: RequestInit,
): Promise<Answer<T>> {
  let response: Response | undefined
  try {
    response = await fetch(href, init)
    if (!response.ok) return { failure: ((await response.json()) as ApiError).error }
    return { value: await read(response) }
  } catch (error) {
    return { failure: describeFailure(error, init.signal?.aborted === true, response?.status) }
  }
}

/** What went wrong between the page and the desk. `status` is known when something answered. */
export function describeFailure(error: unknown, aborted: boolean, status: number | undefined): Failure {
  const message = error instanceof Error ? error.message : String(error)
  if (aborted) return { code: 'aborted', message }
  return status === undefined
    ? { code: 'unreachable', message }
    : { code: 'unreadable', message: `HTTP ${status}: ${message}` }
}

/**
 * `answer` stays while the next one is on its way, so that a page does not flicker; `isOld`: it answers what was asked before.
 * `lapse`: why asking the same again did not work, while what was there stays.
 */
export type Asked<T> = {
  answer: Answer<T> | undefined
  loading: boolean
  isOld: boolean
  lapse?: Failure | undefined
  reload(): void
}

type Kept<T> = { question: string; answer: Answer<T>; lapse?: Failure }

/**
 * Asks the desk at first, whenever `question` changes, and the same again when `turn` does or the desk is back; what is no longer
 * wanted is aborted, which ends it in the desk, too.
 */
export function useAnswer<T>(
  ask: (abort: AbortSignal) => Promise<Answer<T>>,
  question: readonly unknown[],
  turn = 0,
): Asked<T> {
  const wanted = JSON.stringify(question)
  const [kept, setKept] = useState<Kept<T>>()
  const [loading, setLoading] = useState(true)
  const [own, setOwn] = useState(0)
  const reload = useCallback(() => setOwn((before) => before + 1), [])
  useEffect(() => {
    const abort = new AbortController()
    setLoading(true)
    void ask(abort.signal).then((answer) => {
      if (abort.signal.aborted) return
      setKept((before) => keep(before, wanted, answer))
      setLoading(false)
    })
    return () => abort.abort()
  }, [wanted, turn, own, returns.value])
  useRecovery(kept?.lapse ?? kept?.answer.failure, reload)
  const isOld = kept !== undefined && kept.question !== wanted
  // Another question is asked from the moment on that it is wanted, not only when the effect has run.
  return { answer: kept?.answer, loading: loading || isOld, isOld, lapse: kept?.lapse, reload }
}

function keep<T>(before: Kept<T> | undefined, question: string, answer: Answer<T>): Kept<T> {
  if (answer.failure && before?.question === question && before.answer.value !== undefined)
    return { ...before, lapse: answer.failure }
  return { question, answer }
}
