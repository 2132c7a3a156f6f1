import type { Compression } from '../pipeline.ts'
import type { Body } from './compress.ts'
import type { Outcome } from './outcome.ts'

/** A request as it goes over the wire. */
export type WireRequest = { headers: Record<string, string>; body: Uint8Array }

/** An answer as it came (gRPC: trailers among the headers), or why none came. */
export type WireAnswer =
  | { status: number; headers: Record<string, string>; body: Buffer }
  | { failure: string }

/** Connections to one endpoint, opened with the first request. */
export type Connection = {
  /** Never rejects. `key` is what `answerSync` calls it. */
  exchange(request: WireRequest, key?: object): Promise<WireAnswer>
  /**
   * Ends an exchange and its connection, while the event loop stands still. Returns the answer if it comes in time;
   * without one the receiver may have the request or not. Only where the wire can be read so. Never throws.
   */
  answerSync?(key: object, remainingMs: () => number): WireAnswer | undefined
  /** Ends every connection, and with it every request. */
  close(): void
}

/** How an endpoint's protocol says "export these records", and what its answers mean. */
export type Codec = {
  /** What the body may be compressed with. */
  readonly compression: Compression
  /** The body before compression, in pieces, out of a framed protobuf request. */
  pieces(framed: readonly Buffer[]): readonly Buffer[]
  request(body: Body): WireRequest
  outcome(answer: WireAnswer): Outcome
}

export const concurrentExports = 4
export const maxAnswerBytes: number = 64 * 1024

export const userAgent = 'OTel-OTLP-Exporter-JavaScript/clew'

/** An AggregateError of several addresses has no message of its own. */
export function describeError(error: NodeJS.ErrnoException): string {
  return error.message === '' ? (error.code ?? error.name) : error.message
}

/** Headers as plain texts. */
export function textHeaders(
  headers: Record<string, string | string[] | number | undefined>,
): Record<string, string> {
  const texts: Record<string, string> = {}
  for (const [name, value] of Object.entries(headers)) if (value !== undefined) texts[name] = String(value)
  return texts
}
