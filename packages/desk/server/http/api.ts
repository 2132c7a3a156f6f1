import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Store } from '../store/store.ts'
import type { Failure } from './api-error.ts'
import { answerImport } from './import/answer-import.ts'
import type { LiveStreams } from './live/live-streams.ts'
import { matchRoute } from './match-route.ts'
import { openApi } from './openapi.ts'
import { jsonType, sendBytes, sendFailure, sendJson } from './reply.ts'
import type { RouteAccess, RouteName } from './routes.ts'
import { type KnownStatus, readStatus } from './status.ts'

type Call = { request: IncomingMessage; response: ServerResponse; values: Record<string, string> }

const exportTypes = new Map([
  ['markdown', 'text/markdown; charset=utf-8'],
  ['otlp', 'application/x-ndjson'],
])

/** Makes what answers `/api/…`. Rejects with what the store says. */
export function createApi(
  store: Store,
  live: LiveStreams,
  known: () => KnownStatus,
): (
  request: IncomingMessage,
  response: ServerResponse,
  url: URL,
  refusal: (access: RouteAccess) => Failure | undefined,
) => Promise<void> {
  const own: Partial<Record<RouteName, (call: Call) => Promise<void>>> = {
    status: async ({ request, response }) => sendJson(request, response, await readStatus(store, known())),
    openapi: ({ request, response }) => sendJson(request, response, openApi(known().version)),
    live: ({ request, response, values }) => live.answer(request, response, values),
    import: ({ request, response }) => answerImport(request, response, store),
    'chain-export': async ({ request, response, values }) => {
      const type = exportTypes.get(values.as ?? '') ?? 'text/plain; charset=utf-8'
      await sendBytes(
        request,
        response,
        await store.query({ name: 'chain-export', parameters: values }),
        type,
      )
    },
  }
  return async (request, response, url, refusal) => {
    const match = matchRoute(request.method ?? '', url)
    // Without the token, nobody learns which routes there are.
    const refused = refusal('route' in match ? match.route.access : 'read')
    if (refused !== undefined) return sendFailure(response, refused)
    if ('failure' in match) return sendFailure(response, match.failure)
    const { route, values } = match
    const answer = own[route.name]
    if (answer !== undefined) return answer({ request, response, values })
    await sendBytes(request, response, await store.query({ name: route.name, parameters: values }), jsonType)
  }
}
