import { type OutgoingHttpHeader, type OutgoingHttpHeaders, ServerResponse } from 'node:http'
import { guard, keptTraces, type Stop, wrapMethod } from '@clew/core'
import { valueIn, withoutName } from './outgoing-headers.ts'

/** On the answer to a call of a trace that is kept: `<trace id>-<mark>`. */
const keptHeader = 'clew-kept'
const valuePattern = /^([\da-f]{32})-([\w.]{1,64})$/

/** The trace of a request that this process answers. */
export type AnsweredTrace = {
  /** Undefined where the caller joined none: a browser learns no trace id. */
  readonly joined: string | undefined
  /** Whether an answer of 500 and above is a failure: the request has a span. */
  readonly mayFail: boolean
}

type HeadArguments = [status: number, ...unknown[]]

/**
 * Tells the caller of a request that its trace is kept, where that is known when the headers are written: by the status of
 * a failure it is. A header of this name that the application passes on was meant for another caller.
 */
export function answerWithMarks(traceOf: (request: object) => AnsweredTrace | undefined): Stop {
  const marked = (response: ServerResponse, args: HeadArguments): HeadArguments => {
    const trace = response.headersSent ? undefined : traceOf(response.req)
    if (trace === undefined) return args
    response.removeHeader(keptHeader)
    return withMark(response, args, markOf(trace, args[0]))
  }
  return wrapMethod(
    'http',
    ServerResponse.prototype,
    'writeHead',
    (writeHead) =>
      function (this: ServerResponse, ...args: HeadArguments) {
        const call = guard('marking a response', () => marked(this, args), args)
        return (writeHead as (...given: unknown[]) => ServerResponse).apply(this, call)
      } as typeof writeHead,
  )
}

function markOf({ joined, mayFail }: AnsweredTrace, status: number): string | undefined {
  const kept = keptTraces()
  if (joined === undefined || kept === undefined) return undefined
  if (mayFail && status >= 500) kept.keep(joined)
  const mark = kept.markOf(joined)
  return mark && `${joined}-${mark}`
}

// Not by setHeader where headers are given here: Node treats those otherwise when there are others.
function withMark(response: ServerResponse, args: HeadArguments, value: string | undefined): HeadArguments {
  const at = typeof args[1] === 'string' || (args[2] !== undefined && args[2] !== null) ? 2 : 1
  const given = args[at]
  if (typeof given !== 'object' || given === null) {
    if (value !== undefined) response.setHeader(keptHeader, value)
    return args
  }
  const changed = changedBy(value, given as OutgoingHttpHeaders | OutgoingHttpHeader[])
  return changed === given ? args : (args.with(at, changed) as HeadArguments)
}

/** The same for the headers of an answer over HTTP/2. */
export function headersWithMark<Headers extends OutgoingHttpHeaders | string[] | undefined>(
  trace: AnsweredTrace,
  status: number,
  given: Headers,
): Headers | OutgoingHttpHeaders {
  const value = markOf(trace, status)
  return (given === undefined ? headersWith({}, value) : changedBy(value, given)) as Headers
}

function changedBy(
  value: string | undefined,
  given: OutgoingHttpHeaders | OutgoingHttpHeader[],
): OutgoingHttpHeaders | OutgoingHttpHeader[] {
  return Array.isArray(given) ? listWith(given, value) : headersWith(given, value)
}

function listWith(list: OutgoingHttpHeader[], value: string | undefined): OutgoingHttpHeader[] {
  // An undocumented form, name and value in a list each.
  if (Array.isArray(list[0])) return list
  const others =
    valueIn(list, keptHeader) === undefined ? list : (withoutName(list, keptHeader) as typeof list)
  return value === undefined ? others : [...others, keptHeader, value]
}

function headersWith(headers: OutgoingHttpHeaders, value: string | undefined): OutgoingHttpHeaders {
  const present = Object.keys(headers).filter((name) => name.toLowerCase() === keptHeader)
  if (present.length === 0 && value === undefined) return headers
  const changed = { ...headers }
  for (const name of present) delete changed[name]
  return value === undefined ? changed : { ...changed, [keptHeader]: value }
}

/** Takes the mark of an answer, if it is about this trace. `headers` as Node has them, or name, value, name, value. */
export function takeMarkOf(headers: unknown, traceId: string): void {
  const value = Array.isArray(headers)
    ? valueIn(headers, keptHeader)
    : (headers as OutgoingHttpHeaders | undefined)?.[keptHeader]
  const [, about, mark] = (typeof value === 'string' && valuePattern.exec(value)) || []
  if (about === traceId) keptTraces()?.takeMark(traceId, mark!, 'call')
}
