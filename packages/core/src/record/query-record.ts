import manifest from '@clew/core/package.json' with { type: 'json' }
import type { Attributes, Context } from '@opentelemetry/api'
import { spanOf } from '../context/request-context.ts'
import { monotonicMs, unixNowMs } from '../process/clock.ts'
import { createHiddenSlot } from '../process/hidden-slot.ts'
import { sharedState } from '../process/state.ts'
import type { InstrumentationScope } from './record.ts'
import { emitRecord } from './sink.ts'

/** Which queries are log records: those that failed, those that were slow or failed, or all. */
export type QueryRecords = {
  which: 'failed' | 'slow' | 'all'
  /** Milliseconds from which on a query is slow. */
  slowMs: number
}

/** What is known of a query when it begins. */
type Query = {
  name: string
  attributes: Attributes
  describeError?: (error: unknown) => Attributes | undefined
}

/** An outcome: what failed, and how many rows or documents came. */
export type FinishQuery = (error: unknown, rows: number | undefined) => void

const scope: InstrumentationScope = { name: 'clew.queries', version: manifest.version }
const holder = sharedState<{ current: QueryRecords | undefined }>('query records', () => ({
  current: undefined,
}))

/** The same query so often below one span is told once: a loop asks for what one query could. */
const repeatedFrom = 10
/** Of one span no more different queries are counted. */
const maxCounted = 100

const levels = { debug: 5, warn: 13 } as const
const shown = /^(?:db\.query\.parameter|clew\.parameters)\./
const kept =
  'db.system.name db.namespace db.collection.name db.operation.name db.query.summary server.address server.port'.split(
    ' ',
  )

/**
 * Makes log records of queries from now on; returns the way back. They say no text of a query, and values only where the
 * instrumentation was told to show them.
 */
export function setQueryRecords(next: QueryRecords): () => void {
  const before = holder.current
  holder.current = next
  return () => {
    holder.current = before
  }
}

/** Where the application asked, and the same with the span of the query. */
type Place = { readonly caller: Context; readonly context: Context }

/** Follows an operation that is a query; undefined where there are no such records. */
export function followQuery(query: Query, place: Place): FinishQuery | undefined {
  const wanted = holder.current
  if (!wanted || query.attributes['db.system.name'] === undefined) return undefined
  const startMs = monotonicMs()
  return (error, rows) => {
    const durationMs = monotonicMs() - startMs
    const isFailed = error !== undefined
    tellRepeated(query, place.caller)
    const isTold = isFailed || (wanted.which !== 'failed' && durationMs >= wanted.slowMs)
    if (!isTold && wanted.which !== 'all') return
    const failure = isFailed ? describeFailure(query, error) : {}
    const spent = `${Math.round(durationMs)} ms`
    const end = isFailed ? `failed after ${spent}: ${failure['error.type']}` : `took ${spent}`
    emit('db.query', `${query.name} ${end}`, isTold ? 'warn' : 'debug', place.context, {
      ...attributesOf(query),
      'db.client.operation.duration': durationMs / 1_000,
      ...(rows !== undefined && { 'db.response.returned_rows': rows }),
      ...failure,
    })
  }
}

// The message of an error may have a value in it.
function describeFailure({ describeError }: Query, error: unknown): Attributes {
  const type = error instanceof Error ? error.name : typeof error
  return { 'error.type': type, ...describeError?.(error) }
}

const countsOf = createHiddenSlot<Map<string, number>>()

function tellRepeated(query: Query, caller: Context): void {
  const parent = spanOf(caller)
  if (!parent) return
  const counts = countsOf.get(parent) ?? new Map<string, number>()
  countsOf.set(parent, counts)
  // The text of a command of Redis has keys, which differ.
  const isSql = query.attributes['db.query.summary'] !== undefined
  const key = isSql ? String(query.attributes['db.query.text']) : query.name
  const count = (counts.get(key) ?? 0) + 1
  if (count > 1 || counts.size < maxCounted) counts.set(key, count)
  if (count !== repeatedFrom) return
  emit('db.query.repeated', `${query.name} for the ${count}th time in one request`, 'warn', caller, {
    ...attributesOf(query),
    'db.query.count': count,
  })
}

function attributesOf({ attributes }: Query): Attributes {
  return Object.fromEntries(
    Object.entries(attributes).filter(([key]) => kept.includes(key) || shown.test(key)),
  )
}

function emit(
  eventName: string,
  body: string,
  level: keyof typeof levels,
  context: Context,
  attributes: Attributes,
): void {
  const at = { scope, context, timeUnixMs: unixNowMs() }
  emitRecord({ ...at, severityNumber: levels[level], severityText: level, body, eventName, attributes })
}
