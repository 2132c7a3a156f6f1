import type { IncomingHttpHeaders } from 'node:http'
import type { Attributes } from '@opentelemetry/api'
import { type Host, parseHost } from '../host.ts'
import { knownMethod } from '../method.ts'
import type { QueryRedactor } from '../redact-query.ts'

/** The parts of a request that its span describes; `IncomingMessage` has them all. */
export type ReceivedRequest = {
  method?: string | undefined
  url?: string | undefined
  httpVersion: string
  headers: IncomingHttpHeaders
  socket: Peer
}

/** `encrypted` is there on a TLSSocket only. */
type Peer = {
  encrypted?: boolean
  remoteAddress?: string | undefined
  localAddress?: string | undefined
  localPort?: number | undefined
}

/**
 * The attributes of a server span that are known at its start.
 * https://opentelemetry.io/docs/specs/semconv/http/http-spans/#http-server-span
 */
export function describeReceived(request: ReceivedRequest, redact: QueryRedactor): Attributes {
  const { headers, socket, method = 'GET' } = request
  const { path, query } = parseTarget(request.url ?? '/')
  const { address, port } = hostOf(request)
  const known = knownMethod(method)
  const attributes: Attributes = {
    'http.request.method': known,
    'url.scheme': socket.encrypted ? 'https' : 'http',
    'url.path': path,
    'server.address': address,
    'network.protocol.version': request.httpVersion,
  }
  if (known !== method) attributes['http.request.method_original'] = method
  if (query) attributes['url.query'] = redact(query)
  if (port !== undefined) attributes['server.port'] = port
  const client = clientAddress(headers, socket)
  if (client) attributes['client.address'] = client
  const agent = headers['user-agent']
  if (agent) attributes['user_agent.original'] = agent
  return attributes
}

export type Target = { path: string; query: string }

/** Path and query of a request target in origin form, absolute form (through a proxy) or asterisk form. */
export function parseTarget(target: string): Target {
  const local = target.charCodeAt(0) === 47 ? target : withoutOrigin(target)
  const mark = local.indexOf('?')
  return mark < 0 ? { path: local, query: '' } : { path: local.slice(0, mark), query: local.slice(mark + 1) }
}

function withoutOrigin(target: string): string {
  return target.replace(/^[a-z][a-z\d+.-]*:\/\/[^/?#]*/i, '') || '/'
}

function hostOf({ headers, socket }: ReceivedRequest): Host {
  return headers.host
    ? parseHost(headers.host)
    : { address: socket.localAddress ?? '', port: socket.localPort }
}

function clientAddress(headers: IncomingHttpHeaders, socket: Peer): string | undefined {
  const forwarded = headers['x-forwarded-for']
  if (typeof forwarded !== 'string') return socket.remoteAddress
  const comma = forwarded.indexOf(',')
  return (comma < 0 ? forwarded : forwarded.slice(0, comma)).trim() || socket.remoteAddress
}
