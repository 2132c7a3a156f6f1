/** A request as it goes over the wire. */
export type WireRequest = { headers: Record<string, string>; body: Uint8Array }

/** An answer as it came; of gRPC, trailers are among the headers. */
export type ReceivedAnswer = { status: number; headers: Record<string, string>; body: Buffer }

/** An answer, or why none came. */
export type WireAnswer = ReceivedAnswer | { failure: string }

/** Connections to one target, opened with the first request. */
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

export const concurrentExports = 4
/** What is kept of the body of an answer: a partial success may have a line for each of its records. */
export const maxAnswerBytes: number = 256 * 1024
/** What is read of one: a receiver that says more is given up. */
export const maxReadBytes: number = 1024 * 1024

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
