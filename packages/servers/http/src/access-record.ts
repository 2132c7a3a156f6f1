import {
  emitRecord,
  guard,
  type InstrumentationScope,
  monotonicMs,
  type Stop,
  stopAll,
  unixNowMs,
  wrapMethod,
} from '@clew/core'
import manifest from '@clew/http/package.json' with { type: 'json' }
import type { Attributes, Context } from '@opentelemetry/api'

/** How a request ended. */
export type Outcome = {
  route: string | undefined
  /** Undefined where no answer was begun, or where its socket was handed over. */
  status: number | undefined
  /** `error.type` of the server span. */
  errorType: string | undefined
  /** Undefined where nobody can count them. */
  bodyBytes: number | undefined
}

/** Writes the record of a request. */
export type FinishAccess = (outcome: Outcome) => void

const scope: InstrumentationScope = { name: 'clew.access', version: manifest.version }
const levels = { info: 9, error: 17 } as const

/**
 * Follows a request to its end, when the returned function writes its one record, in the context of its span. `described`
 * are the span's attributes; no query is among those that are taken, nor is the agent.
 */
export function followAccess(described: Attributes, context: Context): FinishAccess {
  const startMs = monotonicMs()
  const method = described['http.request.method_original'] ?? described['http.request.method']
  const kept = {
    'http.request.method': described['http.request.method'],
    'url.path': described['url.path'],
    'client.address': described['client.address'],
  }
  return ({ route, status, errorType, bodyBytes }) => {
    const durationMs = monotonicMs() - startMs
    // What the caller did wrong is no failure here, as with the span.
    const level = status !== undefined && status >= 500 ? 'error' : 'info'
    emitRecord({
      ...{ scope, context, timeUnixMs: unixNowMs(), eventName: 'http.server.request' },
      ...{ severityNumber: levels[level], severityText: level },
      body: `${method} ${kept['url.path']} ${end(status, errorType)} ${Math.round(durationMs)} ms`,
      attributes: {
        ...kept,
        ...(route !== undefined && { 'http.route': route }),
        ...(status !== undefined && { 'http.response.status_code': status }),
        ...(errorType !== undefined && { 'error.type': errorType }),
        ...(bodyBytes !== undefined && { 'http.response.body.size': bodyBytes }),
        'http.server.request.duration': durationMs / 1_000,
      },
    })
  }
}

function end(status: number | undefined, errorType: string | undefined): string {
  if (errorType === 'aborted') return status === undefined ? 'aborted after' : `${status} aborted after`
  return status === undefined ? 'handed over, closed after' : `${status} in`
}

/** Who wants to know how many bytes of a body were written. */
export type BodyCounter = { wrote(bytes: number): void }

type Body = { writableEnded: boolean; destroyed: boolean }
type Write = (this: Body, ...args: unknown[]) => unknown

/** Counts what responses are given by `write` and `end`: the body as it goes over the wire, without chunks and frames. */
export function countBodies(prototype: object, counterOf: (body: object) => BodyCounter | undefined): Stop {
  const count = (body: Body, [chunk, encoding]: unknown[]): void => {
    const bytes = body.writableEnded || body.destroyed ? 0 : bytesOf(chunk, encoding)
    if (bytes > 0) counterOf(body)?.wrote(bytes)
  }
  const counting = (write: Write): Write =>
    function (this: Body, ...args) {
      guard('counting the bytes of a response', () => count(this, args), undefined)
      return write.apply(this, args)
    }
  const target = prototype as { write: Write; end: Write }
  const stops = (['write', 'end'] as const).map((name) => wrapMethod('http', target, name, counting))
  return () => stopAll(stops)
}

function bytesOf(chunk: unknown, encoding: unknown): number {
  if (typeof chunk !== 'string') return chunk instanceof Uint8Array ? chunk.byteLength : 0
  return Buffer.byteLength(chunk, typeof encoding === 'string' ? (encoding as BufferEncoding) : 'utf8')
}
