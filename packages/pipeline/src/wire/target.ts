import type { Compression, Endpoint, Protocol } from '../pipeline.ts'
import type { Signal } from '../records/batch.ts'

/**
 * Where and how one signal is sent: all that any way of sending knows of its receiver. Plain data, so that a worker can be
 * given it.
 */
export type Target = {
  signal: Signal
  protocol: Protocol
  /** The whole address. */
  url: string
  /** Without TLS. */
  isPlain: boolean
  /** To connect to; an IPv6 address is without brackets. */
  hostname: string
  port: number
  /** As a request names it: with the port where it is not the scheme's own. */
  host: string
  path: string
  /** Of every request, those of the user among them. */
  headers: Readonly<Record<string, string>>
  compression: Compression
  timeoutMs: number
  tls: Endpoint['tls']
}

const userAgent = 'OTel-OTLP-Exporter-JavaScript/clew'

const grpcPaths: Record<Signal, string> = {
  logs: '/opentelemetry.proto.collector.logs.v1.LogsService/Export',
  traces: '/opentelemetry.proto.collector.trace.v1.TraceService/Export',
}

/** Throws when the address is none. */
export function describeTarget(endpoint: Endpoint, signal: Signal): Target {
  const { protocol, url, compression, timeoutMs, tls } = endpoint
  const { protocol: scheme, hostname, port, host, pathname, search } = new URL(url)
  const isPlain = scheme === 'http:'
  const isGrpc = protocol === 'grpc'
  return {
    ...{ signal, protocol, url, isPlain, host, timeoutMs, tls },
    hostname: hostname.replace(/^\[|\]$/g, ''),
    port: Number(port) || (isPlain ? 80 : 443),
    path: isGrpc ? grpcPaths[signal] : pathname + search,
    headers: isGrpc ? grpcHeaders(endpoint, signal) : httpHeaders(endpoint),
    // No receiver has zstd among its defaults for gRPC.
    compression: isGrpc && compression === 'zstd' ? 'gzip' : compression,
  }
}

function httpHeaders({ protocol, headers }: Endpoint): Record<string, string> {
  const contentType = protocol === 'http/json' ? 'application/json' : 'application/x-protobuf'
  return { 'user-agent': userAgent, 'content-type': contentType, ...headers }
}

function grpcHeaders({ headers, timeoutMs }: Endpoint, signal: Signal): Record<string, string> {
  return {
    'user-agent': userAgent,
    ...headers,
    ':method': 'POST',
    ':path': grpcPaths[signal],
    te: 'trailers',
    'content-type': 'application/grpc',
    'grpc-timeout': `${Math.ceil(timeoutMs)}m`,
  }
}
