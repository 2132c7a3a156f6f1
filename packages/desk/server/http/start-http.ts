import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { closeServer, createOtlpHttpHandler, limitConnections, listen, serverUrl } from '@clew/otlp'
import type { DeskStatus } from '../../api/index.ts'
import type { Alerts } from '../threads/alerts.ts'
import { McpClient } from '../threads/mcp-client.ts'
import type { MetricsClient } from '../threads/metrics-client.ts'
import type { Store } from '../threads/store.ts'
import { type HttpOptions, hostsOf, requireSafeBinding } from './access/binding.ts'
import { type GuardSettings, refusalByOrigin, refusalByToken } from './access/guard.ts'
import { limitTime, serverLimits, setSecurityHeaders } from './access/hardening.ts'
import { answerLogin, sessionCookieName } from './access/session.ts'
import { startOnEach } from './listen.ts'
import { createLiveStreams } from './live/live-streams.ts'
import { createOtlpHandler, startGrpc } from './otlp.ts'
import { failureOf, sendFailure } from './reply/reply.ts'
import { openSharedFile } from './reply/shared-file.ts'
import { isPagePath, openWebFiles } from './reply/web-files.ts'
import { createApi, type KnownStatus } from './routes/answer-api.ts'
import { createMcpListener, mcpPath } from './routes/answer-mcp.ts'
import { deskMetricsAnswer } from './routes/desk-metrics.ts'

export type DeskHttp = {
  url: string
  /** Where OTLP/gRPC goes; null: not listening. */
  grpc: string | null
  /** Stops listening and ends all connections; the store stays open. */
  close(): Promise<void>
}

/** Answers one request; every path ends in an answer or a closed connection. */
type Listener = (request: IncomingMessage, response: ServerResponse, port: number) => Promise<void>

/**
 * Serves OTLP, the API, live events and the page on one port, and OTLP/gRPC on another. Rejects with a message that
 * says the remedy when it may not or cannot listen. `status` is asked for what the HTTP side does not know.
 */
export async function startHttp({
  store,
  alerts,
  metrics,
  status,
  options,
}: {
  store: Store
  alerts?: Alerts | undefined
  metrics: MetricsClient
  status: () => Omit<KnownStatus, 'alerts' | 'otlp' | 'received'>
  options: HttpOptions
}): Promise<DeskHttp> {
  requireSafeBinding(options)
  const received = { requests: 0, logs: 0, spans: 0, refused: 0, rejected: 0 }
  const handler = createOtlpHandler(store, received, alerts, metrics)
  const live = createLiveStreams(store, alerts, options.onError)
  const at: DeskStatus['otlp'] = { http: '', grpc: null }
  const sharedFile = openSharedFile(options.webDirectory)
  const rules = alerts?.hasRules ? alerts : undefined
  const known = (): KnownStatus => ({
    ...{ ...status(), otlp: at, received },
    alerts: rules?.state() ?? null,
  })
  const api = createApi({ store, rules, alerts, metrics, live, sharedFile }, known)
  const mcp = new McpClient(() => known().version, api.ask, options.onError)
  const answers = { api: api.answer, metrics: deskMetricsAnswer(rules, known), mcp: createMcpListener(mcp) }
  const listener = await createListener(options, handler, answers)

  const open: { close(): Promise<void> }[] = []
  const close = async (): Promise<void> => {
    live.close()
    await mcp.close()
    await Promise.all(open.map((server) => server.close()))
  }
  try {
    const hosts = hostsOf(options)
    const servers = await startOnEach(hosts, options.port, (host, port) =>
      startServer(listener, host, port, options.onError),
    )
    open.push(...servers)
    at.http = serverUrl(hosts[0]!, servers[0]!.port, false)
    const grpc = await startGrpc(options, handler)
    open.push(...grpc)
    at.grpc = grpc[0]?.url ?? null
    return { url: at.http, grpc: at.grpc, close }
  } catch (error) {
    await close()
    throw error
  }
}

async function startServer(
  listener: Listener,
  host: string,
  wanted: number,
  onError: HttpOptions['onError'],
): Promise<{ port: number; close(): Promise<void> }> {
  let port = wanted
  const server = createServer(serverLimits, (request, response) => void listener(request, response, port))
  limitConnections(server, () => server.closeIdleConnections(), onError)
  port = await listen(server, host, wanted, { host: '--host', port: '--port' })
  return { port, close: () => closeServer(server) }
}

type Answers = {
  api: ReturnType<typeof createApi>['answer']
  metrics: ReturnType<typeof deskMetricsAnswer>
  mcp: ReturnType<typeof createMcpListener>
}

async function createListener(
  options: HttpOptions,
  handlers: ReturnType<typeof createOtlpHandler>,
  { api, metrics, mcp }: Answers,
): Promise<Listener> {
  const corsOrigins = options.corsOrigins ?? []
  const { ingestToken, onError } = options
  const token = ingestToken === undefined ? {} : { token: ingestToken }
  const otlp = createOtlpHttpHandler({ handlers, corsOrigins, onError, ...token })
  const files = await openWebFiles(options.webDirectory)

  const answer: Listener = async (request, response, port) => {
    const url = parseUrl(request.url)
    if (url === undefined) return sendFailure(response, badUrl)
    const { pathname } = url
    const whole = pathname === '/metrics' ? metrics : pathname === mcpPath ? mcp : undefined
    const isApi = whole !== undefined || pathname.startsWith('/api/')
    const kind = pathname.startsWith('/v1/') ? 'otlp' : isApi ? 'api' : 'page'
    const settings: GuardSettings = { ...options, corsOrigins, cookieName: sessionCookieName(port) }
    const refusal = refusalByOrigin(request, kind, settings)
    if (refusal !== undefined) return sendFailure(response, refusal)
    if (kind === 'otlp') return otlp(request, response)
    if (whole !== undefined) {
      const refused = refusalByToken(request, 'read', settings)
      return refused === undefined ? whole(request, response) : sendFailure(response, refused)
    }
    if (kind === 'api')
      return api(request, response, url, (access) => refusalByToken(request, access, settings))
    if (isPagePath(pathname) && answerLogin(response, url, settings)) return
    await files.answer(request, response, pathname)
  }
  return (request, response, port) => {
    setSecurityHeaders(response)
    limitTime(request)
    return answer(request, response, port).catch((error: unknown) => {
      const failure = failureOf(error)
      if (failure.code === 'internal') onError(error)
      sendFailure(response, failure)
    })
  }
}

const badUrl = { status: 400, code: 'invalid', message: 'the address of the request cannot be read' }

function parseUrl(url: string | undefined): URL | undefined {
  return url?.startsWith('/') ? (URL.parse(`http://desk${url}`) ?? undefined) : undefined
}
