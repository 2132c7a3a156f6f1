import { AsyncResource } from 'node:async_hooks'
import type { EventEmitter } from 'node:events'
import {
  activeContext,
  bindToContext,
  createHiddenSlot,
  enterContext,
  guard,
  type Operation,
  reportThrown,
  rootContext,
  startOperation,
  wrapMethod,
} from '@clew/core'
import { addTraceComment, type SqlRuntime } from '@clew/core/sql'
import type { Attributes, Span } from '@opentelemetry/api'
import { createDescriber, type Description, describeSent, describeValues } from './attributes.ts'
import type { Query } from './library.ts'

/** A query that has begun, and what of ours it has now. */
type Begun = {
  readonly operation: Operation
  /** Undefined where nothing is recorded. */
  readonly description: Description | undefined
  resolve: Query['resolve'] | undefined
  forEachFn: Query['forEachFn']
  cursorFn: Query['cursorFn']
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
  const describe = createDescriber(identifier)

  const begin = (query: Query): Begun => {
    let description: Description | undefined
    const operation = startOperation(tracer, activeContext(), () => {
      description = describe(query)
      return description
    })
    const made = { operation, description, resolve: undefined, forEachFn: undefined, cursorFn: undefined }
    begun.set(query, made)
    if (isCommenting && operation.span) commentWhenSent(query, operation.span)
    return made
  }
  const bindOutcome = (query: Query, known: Begun): void => {
    if (known.resolve === query.resolve) return
    const { resolve, reject } = query
    // Not by `then`: that would begin the work, and make a rejection handled which the application may have left unhandled.
    known.resolve = (value) => {
      // Of a COPY it is the stream first, and the end of the query when all has been copied.
      if (isStream(value))
        guard('binding a stream', () => bindStream(owner, value, known.operation), undefined)
      else endWith(query, known, areValuesShown, undefined, Array.isArray(value) ? value.length : undefined)
      return resolve(value)
    }
    query.resolve = known.resolve
    query.reject = (error) => {
      endWith(query, known, areValuesShown, error ?? new Error('rejected without an error'))
      return reject(error)
    }
  }
  const follow = (query: Query): void => {
    // One that was cancelled before it began has its outcome already.
    const known = begun.get(query) ?? (query.executed || query.cancelled ? undefined : begin(query))
    if (!known) return
    bindCallback(query, known, 'forEachFn')
    bindCallback(query, known, 'cursorFn')
    // What is asked here is called again for each step of a cursor that is iterated, which has replaced both.
    if (known.operation.span || query.streaming) bindOutcome(query, known)
  }

  return function (this: Query) {
    try {
      follow(this)
    } catch (error) {
      reportThrown('following a query', error)
    }
    return callInRoot(original, this)
  }
}

// `runInContext` would copy the contexts of all once on the way in and once on the way back, each for 0.2 µs and more by Node.js 24. A
// resource gives back the ones that were there; it is destroyed for the async hooks that keep something for each.
function callInRoot(handle: Query['handle'], query: Query): unknown {
  const before = new AsyncResource('CLEW_QUERY', { requireManualDestroy: true })
  try {
    return before.runInAsyncScope(handleInRoot, query, handle)
  } finally {
    before.emitDestroy()
  }
}

function handleInRoot(this: Query, handle: Query['handle']): unknown {
  enterContext(rootContext)
  return handle.call(this)
}

function bindCallback(query: Query, known: Begun, name: 'forEachFn' | 'cursorFn'): void {
  const callback = query[name]
  if (typeof callback !== 'function' || callback === known[name]) return
  known[name] = bindToContext(known.operation.caller, callback)
  query[name] = known[name]
}

function endWith(
  query: Query,
  { description, operation }: Begun,
  areValuesShown: boolean,
  error: unknown,
  rows?: number,
): void {
  const { span } = operation
  if (span && description) {
    try {
      if (description.text !== undefined) tellTextAsSent(query, description.text, span)
      if (areValuesShown) span.setAttributes(addValues(query, description.attributes))
    } catch (thrown) {
      reportThrown('describing a query', thrown)
    }
  }
  operation.end(error, rows)
}

function tellTextAsSent(query: Query, text: string, span: Span): void {
  const sent = describeSent(query, text)
  if (sent) span.updateName(sent.name).setAttributes(sent.attributes)
}

// Its record is made of the attributes that it began with.
function addValues(query: Query, attributes: Attributes): Attributes {
  return Object.assign(attributes, describeValues(query, attributes))
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
