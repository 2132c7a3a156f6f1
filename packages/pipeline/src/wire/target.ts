import type { Compression, Endpoint, Protocol } from '../pipeline.ts'
import type { Signal } from '../records/batch.ts'
import { readProxies } from './node-settings.ts'

/**
 * Where and how one signal is sent: all that any way of sending knows of its receiver. Plain data, so that a worker can be
 * given it.
 */
export type Target = {
  signal: Signal
  protocol: Protocol
  /** The whole address, without user and password. */
  url: string
  /** Without TLS. */
  isPlain: boolean
  /** To connect to; an IPv6 address is without brackets. */
  hostname: string
  port: number
  path: string
  /** Of every request, in lower case, those of the user among them. */
  headers: Readonly<Record<string, string>>
  compression: Compression
  timeoutMs: number
  tls: Endpoint['tls']
  /** The variables that name proxies, where Node is told to use them; as the `proxyEnv` of its agents. */
  proxies: Readonly<Record<string, string>> | undefined
}

const userAgent = 'OTel-OTLP-Exporter-JavaScript/clew'

const grpcPaths: Record<Signal, string> = {
  logs: '/opentelemetry.proto.collector.logs.v1.LogsService/Export',
  traces: '/opentelemetry.proto.collector.trace.v1.TraceService/Export',
  metrics: '/opentelemetry.proto.collector.metrics.v1.MetricsService/Export',
}

/** What says how the body or the connection is to be read is not the user's to say. */
const ownHeaders: ReadonlySet<string> = new Set([
  ...['content-type', 'content-length', 'content-encoding', 'grpc-encoding', 'grpc-timeout'],
  ...['connection', 'keep-alive', 'proxy-connection', 'transfer-encoding', 'upgrade', 'http2-settings'],
  ...['te', 'trailer', 'expect'],
])

/** Throws when the address is none. */
export function describeTarget(endpoint: Endpoint, signal: Signal): Target {
  const { protocol, compression, timeoutMs, tls } = endpoint
  const url = new URL(endpoint.url)
  const headers = { ...credentialsOf(url), ...givenHeaders(endpoint) }
  url.username = ''
  url.password = ''
  const isPlain = url.protocol === 'http:'
  const isGrpc = protocol === 'grpc'
  return {
    ...{ signal, protocol, isPlain, timeoutMs, tls },
    url: url.href,
    hostname: url.hostname.replace(/^\[|\]$/g, ''),
    port: Number(url.port) || (isPlain ? 80 : 443),
    path: isGrpc ? grpcPaths[signal] : url.pathname + url.search,
    headers: isGrpc ? grpcHeaders(headers, url, endpoint, signal) : httpHeaders(headers, url, protocol),
    // No receiver has zstd among its defaults for gRPC.
    compression: isGrpc && compression === 'zstd' ? 'gzip' : compression,
    proxies: isGrpc ? undefined : readProxies(isPlain),
  }
}

/** As `node:http` reads them out of an address. */
function credentialsOf({ username, password }: URL): { authorization?: string } {
  if (username === '' && password === '') return {}
  const text = `${decode(username)}:${decode(password)}`
  return { authorization: `Basic ${Buffer.from(text).toString('base64')}` }
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

/** Names are the same in any case: the last one counts. */
function givenHeaders({ headers }: Endpoint): Record<string, string> {
  const given = Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value] as const)
  return Object.fromEntries(given.filter(([name]) => !ownHeaders.has(name) && !name.startsWith(':')))
}

function httpHeaders(
  given: Record<string, string>,
  { host }: URL,
  protocol: Protocol,
): Record<string, string> {
  const contentType = protocol === 'http/json' ? 'application/json' : 'application/x-protobuf'
  return { host, 'user-agent': userAgent, ...given, 'content-type': contentType, connection: 'keep-alive' }
}

function grpcHeaders(
  { host, ...given }: Record<string, string>,
  url: URL,
  { timeoutMs }: Endpoint,
  signal: Signal,
): Record<string, string> {
  return {
    'user-agent': userAgent,
    ...given,
    ':method': 'POST',
    ':authority': host ?? url.host,
    ':path': grpcPaths[signal],
    te: 'trailers',
    'content-type': 'application/grpc',
    'grpc-timeout': `${Math.ceil(timeoutMs)}m`,
  }
}
