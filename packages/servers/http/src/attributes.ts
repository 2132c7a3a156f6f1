import type { IncomingHttpHeaders } from 'node:http'
import { type SpanDescription, SpanKind } from '@clew/core'
import type { Attributes } from '@opentelemetry/api'

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

/** Where an outgoing request goes. `target` is a path with its query or, through a proxy, a whole URL. */
export type SentRequest = { method: string; protocol: string; host: string; target: string }

/**
 * A client span at its start.
 * https://opentelemetry.io/docs/specs/semconv/http/http-spans/#http-client-span
 */
export function describeSent(
  { method, protocol, host, target }: SentRequest,
  redact: QueryRedactor,
): SpanDescription {
  const { address, port } = parseHost(host)
  const shown = redactTarget(target, redact)
  const known = knownMethod(method)
  const attributes: Attributes = {
    'http.request.method': known,
    'url.full': shown.startsWith('/') ? `${protocol}//${host}${shown}` : shown,
    'server.address': address,
    'server.port': port ?? (protocol === 'https:' ? 443 : 80),
  }
  if (known !== method) attributes['http.request.method_original'] = method
  return { name: methodName(method), kind: SpanKind.CLIENT, attributes }
}

const knownMethods = new Set([
  'GET',
  'HEAD',
  'POST',
  'PUT',
  'DELETE',
  'CONNECT',
  'OPTIONS',
  'TRACE',
  'PATCH',
  'QUERY',
])

/** `http.request.method`: the method, or `_OTHER` for one that the conventions do not know. */
function knownMethod(method: string): string {
  return knownMethods.has(method) ? method : '_OTHER'
}

/** The first word of a span's name: the method, or `HTTP` for one that the conventions do not know. */
export function methodName(method: string): string {
  return knownMethods.has(method) ? method : 'HTTP'
}

/** Path and query of a request target in origin form, absolute form (through a proxy) or asterisk form. */
export function parseTarget(target: string): { path: string; query: string } {
  const local = target.charCodeAt(0) === 47 ? target : withoutOrigin(target)
  const mark = local.indexOf('?')
  return mark < 0 ? { path: local, query: '' } : { path: local.slice(0, mark), query: local.slice(mark + 1) }
}

function withoutOrigin(target: string): string {
  return target.replace(/^[a-z][a-z\d+.-]*:\/\/[^/?#]*/i, '') || '/'
}

/** Replaces the values of the named query parameters by REDACTED. Takes a query string without its `?`. */
export type QueryRedactor = (query: string) => string

/** The names are compared without regard to case. */
export function createQueryRedactor(names: readonly string[]): QueryRedactor {
  if (names.length === 0) return (query) => query
  const anyName = names.map((name) => name.replace(/[^\w]/g, '\\$&')).join('|')
  const secret = new RegExp(`(^|&)(${anyName})=[^&#]*`, 'gi')
  return (query) => query.replace(secret, '$1$2=REDACTED')
}

/** The target of a request with the secrets in its query replaced. */
export function redactTarget(target: string, redact: QueryRedactor): string {
  const mark = target.indexOf('?')
  return mark < 0 ? target : target.slice(0, mark + 1) + redact(target.slice(mark + 1))
}

export type Host = { address: string; port: number | undefined }

const maxHosts = 256
const hosts = new Map<string, Host>()

/** The parts of a `host[:port]`, such as the value of a Host header. An IPv6 address loses its brackets. */
export function parseHost(host: string): Host {
  const seen = hosts.get(host)
  if (seen) return seen
  // Few in an honest process; a client that invents names must not fill the memory.
  if (hosts.size >= maxHosts) hosts.clear()
  const parsed = splitHost(host)
  hosts.set(host, parsed)
  return parsed
}

function splitHost(host: string): Host {
  const match = /^(?:\[([^\]]*)\]|([^:]*))(?::(\d{1,5}))?$/.exec(host)
  if (!match) return { address: host, port: undefined }
  const [, ipv6, name, port] = match
  return { address: ipv6 ?? name ?? '', port: port === undefined ? undefined : Number(port) }
}
