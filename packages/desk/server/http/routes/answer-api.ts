import type { IncomingMessage, ServerResponse } from 'node:http'
import type { DeskStatus } from '../../../api/index.ts'
import type { QueryName, StoreStatus } from '../../query/queries.ts'
import { storeError } from '../../schema/store-error.ts'
import type { Alerts } from '../../threads/alerts.ts'
import type { AskApi } from '../../threads/mcp-client.ts'
import type { MetricsClient } from '../../threads/metrics-client.ts'
import type { Store } from '../../threads/store.ts'
import type { RouteAccess } from '../access/guard.ts'
import { createImportAnswer } from '../import/answer-import.ts'
import type { LiveStreams } from '../live/live-streams.ts'
import { type Failure, jsonType, sendBytes, sendFailure, sendJson } from '../reply/reply.ts'
import type { SharedFile } from '../reply/shared-file.ts'
import { alertAnswers, alertReaders } from './answer-alerts.ts'
import { patternSeriesAnswer } from './answer-pattern-series.ts'
import { warningAnswers, warningReaders } from './answer-warnings.ts'
import { type Call, matchRoute, type Reader } from './match-route.ts'
import { openApi } from './openapi.ts'
import type { RouteName } from './routes.ts'

const textType = 'text/plain; charset=utf-8'
const exportTypes = new Map([
  ['markdown', 'text/markdown; charset=utf-8'],
  ['json', 'application/x-ndjson'],
  ['html', 'text/html; charset=utf-8'],
  ['otlp', 'application/x-ndjson'],
])

type Sources = {
  store: Store
  /** Of a rule file, if there is one; and what watches without one. */
  rules: Alerts | undefined
  alerts: Alerts | undefined
  metrics: MetricsClient
  live: LiveStreams
  sharedFile: SharedFile
}

type AnswerApi = (
  request: IncomingMessage,
  response: ServerResponse,
  url: URL,
  refusal: (access: RouteAccess) => Failure | undefined,
) => Promise<void>

type ReadRoute = (name: RouteName, values: Record<string, string>, signal: AbortSignal) => Promise<Uint8Array>

/** Makes what reads JSON by the name of a route: from who knows it, or by the query of the same name. */
function createReadRoute({ store, rules, alerts, metrics }: Sources, known: () => KnownStatus): ReadRoute {
  const readers: Partial<Record<RouteName, Reader>> = {
    status: () => readStatus(store, known()),
    ...alertReaders(rules),
    ...warningReaders(alerts),
    metrics: () => metrics.page(),
    'metric-series': ({ metric }) => metrics.series(metric ?? ''),
  }
  return async (name, values, signal) => {
    const reader = readers[name]
    if (reader !== undefined) return Buffer.from(JSON.stringify(await reader(values)))
    return store.query({ name: name as QueryName, parameters: values }, signal)
  }
}

/**
 * Makes what answers `/api/…`, and `ask`, which resolves with the bytes of the JSON that a GET of a path is answered with. Both
 * reject with what the store says.
 */
export function createApi(sources: Sources, known: () => KnownStatus): { answer: AnswerApi; ask: AskApi } {
  const { store, rules, alerts, metrics, live, sharedFile } = sources
  const answerImport = createImportAnswer(store)
  const read = createReadRoute(sources, known)
  const own: Partial<Record<RouteName, (call: Call) => Promise<void>>> = {
    openapi: ({ request, response }) => sendJson(request, response, openApi(known().version)),
    live: ({ request, response, values }) => live.answer(request, response, values),
    ...alertAnswers(rules),
    ...warningAnswers(alerts),
    'pattern-series': patternSeriesAnswer(store, alerts),
    clear: async ({ request, response }) => {
      await metrics.clear()
      await store.clear()
      await sendJson(request, response, {})
    },
    import: ({ request, response }) => answerImport(request, response),
    'chain-compare': async ({ request, response, values }) => {
      const query = { name: 'chain-compare', parameters: values } as const
      const bytes = await store.query(query, goneSignal(response))
      await sendBytes(request, response, bytes, values.as === 'text' ? textType : jsonType)
    },
    'chain-export': async ({ request, response, values }) => {
      const type = exportTypes.get(values.as ?? '') ?? textType
      const query = { name: 'chain-export', parameters: values } as const
      const bytes = await store.query(query, goneSignal(response))
      if (values.as !== 'html') return sendBytes(request, response, bytes, type)
      const { body, headers } = await sharedFile.around(bytes)
      await sendBytes(request, response, body, type, headers)
    },
  }
  const answer: AnswerApi = async (request, response, url, refusal) => {
    const match = matchRoute(request.method ?? '', url)
    // Without the token, nobody learns which routes there are.
    const refused = refusal('route' in match ? match.route.access : 'read')
    if (refused !== undefined) return sendFailure(response, refused)
    if ('failure' in match) return sendFailure(response, match.failure)
    const { route, values } = match
    const answerOwn = own[route.name]
    if (answerOwn !== undefined) return answerOwn({ request, response, values })
    await sendBytes(request, response, await read(route.name, values, goneSignal(response)), jsonType)
  }
  const ask: AskApi = async (path, signal) => {
    const match = matchRoute('GET', new URL(path, 'http://desk'))
    if ('failure' in match) throw storeError('invalid', match.failure.message)
    return read(match.route.name, match.values, signal)
  }
  return { answer, ask }
}

/** Aborts when whoever asked has gone: a page that asks something else closes its connection. */
function goneSignal(response: ServerResponse): AbortSignal {
  const gone = new AbortController()
  response.once('close', () => gone.abort())
  return gone.signal
}

/** A status without what only the files know. */
export type KnownStatus = Omit<DeskStatus, 'store'> & { store: Omit<DeskStatus['store'], keyof StoreStatus> }

async function readStatus(store: Pick<Store, 'query'>, known: KnownStatus): Promise<DeskStatus> {
  const bytes = await store.query({ name: 'status-store', parameters: {} })
  const fromFiles = JSON.parse(Buffer.from(bytes).toString()) as StoreStatus
  return { ...known, store: { ...known.store, ...fromFiles } }
}
