import type { IncomingHttpHeaders } from 'node:http'
import { type SpanDescription, SpanKind } from '@clew/core'
import type { Attributes } from '@opentelemetry/api'
import { parseTarget, type UrlRedactor } from './url.ts'

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
export function describeReceived(request: ReceivedRequest, redact: UrlRedactor): Attributes {
  const { headers, socket, method = 'GET' } = request
  const { path, query } = parseTarget(redact(request.url ?? '/'))
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
  if (query) attributes['url.query'] = query
  if (port !== undefined) attributes['server.port'] = port
  const client = clientAddress(headers, socket)
  if (client) attributes['client.address'] = client
  const agent = headers['user-agent']
  if (agent) attributes['user_agent.original'] = agent
  return attributes
}

function hostOf({ headers, socket }: ReceivedRequest): Host {
  // Of HTTP/2.
  const host = (headers[':authority'] as string | undefined) ?? headers.host
  return host ? parseHost(host) : { address: socket.localAddress ?? '', port: socket.localPort }
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
  redact: UrlRedactor,
): SpanDescription {
  const { address, port } = parseHost(host)
  const known = knownMethod(method)
  const attributes: Attributes = {
    'http.request.method': known,
    'url.full': redact(target.startsWith('/') ? `${protocol}//${host}${target}` : target),
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

export type Host = { address: string; port: number | undefined }

const maxHosts = 256
const hosts = new Map<string, Host>()

/** The parts of a `host[:port]`, such as the value of a Host header, without credentials. An IPv6 address loses its brackets. */
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
  const place = host.slice(host.lastIndexOf('@') + 1)
  const match = /^(?:\[([^\]]*)\]|([^:]*))(?::(\d{1,5}))?$/.exec(place)
  if (!match) return { address: place, port: undefined }
  const [, ipv6, name, port] = match
  return { address: ipv6 ?? name ?? '', port: port === undefined ? undefined : Number(port) }
}
