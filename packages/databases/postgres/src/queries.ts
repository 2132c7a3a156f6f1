import type { EventEmitter } from 'node:events'
import {
  activeContext,
  bindToContext,
  createHiddenSlot,
  guard,
  type Operation,
  rootContext,
  runInContext,
  startOperation,
  wrapMethod,
} from '@clew/core'
import { addTraceComment, type SqlRuntime } from '@clew/core/sql'
import type { Attributes, Span } from '@opentelemetry/api'
import { describeQuery, describeSent, describeValues } from './attributes.ts'
import type { Query } from './library.ts'

/** A query that has begun: its text as far as it was known then, and what of ours it has now. */
type Begun = {
  readonly operation: Operation
  readonly text: string
  readonly own: Set<unknown>
  /** Of its span and its record, where the values that are sent are to be among them. */
  readonly attributes: Attributes | undefined
}

/**
 * `handle` with a span from the call to the outcome. Its work runs in no request's context: the connection that it may open would
 * keep it, and whatever is received there later would run in it. What the application gave runs in that of the caller.
 */
export function tracingHandle(
  owner: string,
  { tracer, options }: SqlRuntime,
  { original, identifier }: { original: Query['handle']; identifier: object },
): Query['handle'] {
  const { addSqlCommenterCommentToQueries: isCommenting, enhancedDatabaseReporting: areValuesShown } = options
  const begun = createHiddenSlot<Begun>()

  const begin = (query: Query): Begun => {
    let text = ''
    let attributes: Attributes | undefined
    const operation = startOperation(tracer, activeContext(), () => {
      const { text: known, ...description } = describeQuery(query, identifier)
      text = known
      if (areValuesShown) attributes = description.attributes
      return description
    })
    const made = { operation, text, own: new Set<unknown>(), attributes }
    begun.set(query, made)
    if (isCommenting && operation.span) commentWhenSent(query, operation.span)
    return made
  }
  const follow = (query: Query): void => {
    // One that was cancelled before it began has its outcome already.
    const known = begun.get(query) ?? (query.executed || query.cancelled ? undefined : begin(query))
    if (!known) return
    bindCallbacks(query, known)
    // What is asked here is called again for each step of a cursor that is iterated, which has replaced both.
    if (known.operation.span || query.streaming) bindOutcome(owner, query, known)
  }

  return function (this: Query) {
    guard('following a query', () => follow(this), undefined)
    return runInContext(rootContext, () => original.call(this))
  }
}

function bindCallbacks(query: Query, { operation, own }: Begun): void {
  for (const name of ['forEachFn', 'cursorFn'] as const) {
    const callback = query[name]
    if (typeof callback !== 'function' || own.has(callback)) continue
    const bound = bindToContext(operation.caller, callback)
    own.add(bound)
    query[name] = bound
  }
}

// Not by `then`: that would begin the work, and make a rejection handled which the application may have left unhandled.
function bindOutcome(owner: string, query: Query, known: Begun): void {
  const { operation, own } = known
  if (own.has(query.resolve)) return
  const { resolve, reject } = query
  query.resolve = (value) => {
    // Of a COPY it is the stream first, and the end of the query when all has been copied.
    if (isStream(value)) guard('binding a stream', () => bindStream(owner, value, operation), undefined)
    else endWith(query, known, undefined, Array.isArray(value) ? value.length : undefined)
    return resolve(value)
  }
  query.reject = (error) => {
    endWith(query, known, error ?? new Error('rejected without an error'))
    return reject(error)
  }
  own.add(query.resolve)
}

function endWith(query: Query, { text, operation, attributes }: Begun, error: unknown, rows?: number): void {
  const { span } = operation
  const sent = span && guard('describing a query', () => describeSent(query, text), undefined)
  if (span && sent) span.updateName(sent.name).setAttributes(sent.attributes)
  if (span && attributes) span.setAttributes(Object.assign(attributes, describeValues(query, attributes)))
  operation.end(error, rows)
}

function isStream(value: unknown): value is EventEmitter {
  return typeof (value as { pipe?: unknown } | null)?.pipe === 'function'
}

function bindStream(owner: string, stream: EventEmitter, { caller }: Operation): void {
  wrapMethod(owner, stream, 'emit', (emit) => bindToContext(caller, emit))
}

/**
 * Only the connection knows whether a query is prepared: by default it is, under a name, and then its text is what it is found by.
 * The statement of one that is not is made for this query alone.
 */
function commentWhenSent(query: Query, span: Span): void {
  let statement = query.statement
  Object.defineProperty(query, 'statement', {
    configurable: true,
    enumerable: true,
    get: () => statement,
    set: (next: Query['statement']) => {
      if (next && !next.name && typeof next.string === 'string') {
        const text = addTraceComment(next.string, span, 'postgresql')
        next.string = text
        // Of `sql.unsafe` without parameters postgres.js until 3.2 sends this.
        if (query.strings.length === 1 && !('raw' in query.strings)) query.strings = [text]
      }
      statement = next
    },
  })
}
