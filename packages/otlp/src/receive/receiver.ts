import type { IncomingHttpHeaders } from 'node:http'
import type { ResourceLogs, ResourceSpans, Signal } from '../model.ts'

/** A request that arrived, beside what it carried. */
export type OtlpCall = {
  protocol: 'http' | 'grpc'
  encoding: 'protobuf' | 'json'
  path: string
  headers: IncomingHttpHeaders
  /** Bytes of the body as it came, still compressed. */
  wireBytes: number
  /** Ends the connection at once and without an answer. */
  destroy(): void
}

/**
 * What the sender is told.
 * - `'ok'`: all is kept.
 * - `rejected`: so many records are refused for good; 0 with a message is a warning. The sender does not retry.
 * - `retryAfterSeconds`: come back later. HTTP 429 with Retry-After, gRPC UNAVAILABLE with RetryInfo.
 * - `status`: this HTTP status, or the gRPC status that matches it.
 */
export type Answer =
  | 'ok'
  | { rejected: number; message: string }
  | { retryAfterSeconds: number }
  | { status: number; message?: string; retryAfterSeconds?: number }

type MetricsHandler = {
  /** Takes a request of metrics, as an {@link OtlpRawHandler} takes others. Without it they are accepted and dropped. */
  metrics?(encoding: OtlpCall['encoding'], raw: Buffer<ArrayBuffer>): Answer | Promise<Answer>
}

/**
 * What a receiver calls for each request. `raw` is the decompressed body in the sender's encoding, alone in its
 * ArrayBuffer, so that it can be transferred to a thread. A handler that throws answers 503 or UNAVAILABLE, so that
 * the sender tries again.
 */
export type OtlpHandlers = MetricsHandler & {
  logs(request: ResourceLogs[], raw: Buffer<ArrayBuffer>, call: OtlpCall): Answer | Promise<Answer>
  traces(request: ResourceSpans[], raw: Buffer<ArrayBuffer>, call: OtlpCall): Answer | Promise<Answer>
}

/** The same without decoding: whether `raw` is OTLP is for the handler to find out, and to answer with 400 if not. */
export type OtlpRawHandler = MetricsHandler & {
  request(
    signal: Signal,
    encoding: OtlpCall['encoding'],
    raw: Buffer<ArrayBuffer>,
    call: OtlpCall,
  ): Answer | Promise<Answer>
}

/** TLS of a server: PEM texts or their bytes, as node:tls takes them. */
export type ReceiverTls = {
  cert: string | Buffer
  key: string | Buffer
  /** Authorities for client certificates. */
  ca?: string | Buffer
  /** Refuses clients without a certificate that `ca` signed. */
  requestCert?: boolean
}

/** What is done with requests, and which are refused before they are decoded. */
export type OtlpHandlerOptions = {
  handlers: OtlpHandlers | OtlpRawHandler
  /** Clients must send `authorization: Bearer <token>` or `x-api-key: <token>`. */
  token?: string
  /** Host names by which the receiver may be called. Default: any. */
  allowedHosts?: readonly string[] | undefined
  /** Bytes of a body, before and after decompression. Default 20 MiB. */
  maxBodyBytes?: number
  /**
   * Origins such as `http://localhost:3000` whose pages may send, compared as they are written. HTTP only.
   * Default: none.
   */
  corsOrigins?: readonly string[]
  /** Called with what a handler threw. */
  onError?(error: unknown): void
}

/** The same for a server that listens by itself. */
export type ReceiverOptions = OtlpHandlerOptions & {
  /** Default 127.0.0.1. */
  host?: string
  /** Default 0: a free port. */
  port?: number
  tls?: ReceiverTls
  /**
   * Host names by which the receiver may be called. Default on a loopback address: localhost and the loopback
   * addresses, against DNS rebinding; elsewhere any.
   */
  allowedHosts?: readonly string[]
  settingNames?: ListenSettingNames
}

/** What the user calls `host` and `port`, such as `--port`: the remedy names them when a server cannot listen. */
export type ListenSettingNames = { host: string; port: string }

/** A receiver that listens: its address without a path, and the port that it got. */
export type OtlpServer = {
  url: string
  port: number
  /** Stops listening and ends all connections at once. */
  close(): Promise<void>
}

export const defaultMaxBodyBytes: number = 20 * 1024 * 1024
