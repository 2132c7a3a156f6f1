import type { IncomingHttpHeaders } from 'node:http'
import type { ResourceLogs, ResourceSpans } from '../model.ts'

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

/**
 * What a receiver calls for each request. `raw` is the decompressed body in the sender's encoding.
 * A handler that throws answers 503 or UNAVAILABLE, so that the sender tries again.
 */
export type OtlpHandlers = {
  logs(request: ResourceLogs[], raw: Buffer, call: OtlpCall): Answer | Promise<Answer>
  traces(request: ResourceSpans[], raw: Buffer, call: OtlpCall): Answer | Promise<Answer>
}

export type ReceiverTls = {
  cert: string | Buffer
  key: string | Buffer
  /** Authorities for client certificates. */
  ca?: string | Buffer
  /** Refuses clients without a certificate that `ca` signed. */
  requestCert?: boolean
}

export type ReceiverOptions = {
  handlers: OtlpHandlers
  /** Default 127.0.0.1. */
  host?: string
  /** Default 0: a free port. */
  port?: number
  tls?: ReceiverTls
  /** Clients must send `authorization: Bearer <token>`. */
  token?: string
  /**
   * Host names by which the receiver may be called. Default on a loopback address: localhost and the loopback
   * addresses, against DNS rebinding; elsewhere any.
   */
  allowedHosts?: readonly string[]
  /** Bytes of a body, before and after decompression. Default 20 MiB. */
  maxBodyBytes?: number
  /** Called with what a handler threw. */
  onError?(error: unknown): void
}

export type OtlpServer = {
  url: string
  port: number
  /** Stops listening and ends all connections at once. */
  close(): Promise<void>
}

export const defaultMaxBodyBytes: number = 20 * 1024 * 1024
