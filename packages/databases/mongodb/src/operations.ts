import {
  activeContext,
  createHiddenSlot,
  guard,
  type Operation,
  reportThrown,
  runInContext,
  startOperation,
} from '@clew/core'
import type { Tracer } from '@opentelemetry/api'
import {
  type CountRows,
  countAll,
  describeOperation,
  operationOfCursor,
  rowCounter,
  type Target,
} from './attributes.ts'
import type { Cursor } from './library.ts'

export type Asking<Self> = (this: Self, ...args: unknown[]) => unknown

/** What the driver asks while it carries out an operation is none of the application's. */
const insideField = Symbol('@clew/mongodb inside of an operation')

/**
 * Operations that ask by themselves or by a cursor in the same turn, in each version that is joined. Others go on to methods that
 * are followed as well when they have waited, so they need a context of their own.
 */
const inOneTurn: ReadonlySet<string> = new Set(
  `insertOne updateOne replaceOne updateMany deleteOne deleteMany findOne findOneAndDelete findOneAndReplace
  findOneAndUpdate countDocuments estimatedDocumentCount distinct`.split(/\s+/),
)

/** Whether the first turn of such an operation is under way. */
let isInTurn = false

/** The method, which resolves with the outcome of one operation, with a span for it. */
export function tracingOperation<Self>(
  tracer: Tracer,
  name: string,
  original: Asking<Self>,
  targetOf: (self: Self) => Target | undefined,
): Asking<Self> {
  const rows = rowCounter(name)
  const goesOn = !inOneTurn.has(name)
  return function (...args) {
    if (isInTurn) return original.apply(this, args)
    const caller = activeContext()
    if (caller.getValue(insideField)) return original.apply(this, args)
    let needsContext = goesOn
    const operation = startOperation(tracer, caller, () => {
      const target = targetOf(this)
      // With encryption the driver looks up keys meanwhile.
      if (target?.options?.autoEncryption) needsContext = true
      return target && describeOperation(name, target)
    })
    if (!operation.span) return original.apply(this, args)
    const ask = (): unknown => original.apply(this, args)
    return followed(
      operation,
      needsContext ? () => runInContext(caller.setValue(insideField, true), ask) : () => inTurn(ask),
      rows,
    )
  }
}

function inTurn(ask: () => unknown): unknown {
  isInTurn = true
  try {
    return ask()
  } finally {
    isInTurn = false
  }
}

/** Methods of cursors, with a span where they ask the server. */
export type CursorTracer = {
  /** One that gives a document, or says whether there is one. */
  tracingStep(original: Asking<Cursor>): Asking<Cursor>
  /** One that reads all that is left, by steps. */
  tracingWhole(original: Asking<Cursor>): Asking<Cursor>
}

export function traceCursors(tracer: Tracer): CursorTracer {
  const isReadWhole = createHiddenSlot<boolean>()

  const begin = (cursor: Cursor): Operation | undefined => {
    const caller = activeContext()
    if (caller.getValue(insideField) || isReadWhole.get(cursor)) return undefined
    const operation = startOperation(tracer, caller, () => {
      const { namespace, client } = cursor
      return describeOperation(operationOfCursor(cursor), {
        db: namespace.db,
        collection: namespace.collection,
        options: client?.options,
      })
    })
    return operation.span && operation
  }

  return {
    // Most steps give what has come already: nothing else is looked at for those.
    tracingStep: (original) =>
      function (...args) {
        if (isInTurn || !mustAsk(this)) return original.apply(this, args)
        const operation = guard('following a cursor', () => begin(this), undefined)
        if (!operation) return original.apply(this, args)
        const ask = (): unknown => original.apply(this, args)
        // What `next` gives was part of the batch; `hasNext` leaves it there.
        const rows = (outcome: unknown): number =>
          this.bufferedCount() + (typeof outcome === 'object' && outcome !== null ? 1 : 0)
        return followed(operation, ask, rows)
      },
    tracingWhole: (original) =>
      function (...args) {
        const operation =
          !isInTurn && mustAsk(this) ? guard('following a cursor', () => begin(this), undefined) : undefined
        if (!operation) return original.apply(this, args)
        const ask = (): unknown => original.apply(this, args)
        isReadWhole.set(this, true)
        return followed(operation, ask, (outcome) => {
          isReadWhole.set(this, false)
          return countAll(outcome)
        })
      },
  }
}

function mustAsk(cursor: Cursor): boolean {
  try {
    return !cursor.closed && cursor.bufferedCount() === 0 && !cursor.id?.isZero()
  } catch (error) {
    reportThrown('following a cursor', error)
    return false
  }
}

/** Ends the operation with the outcome that is given on; `rows` are asked however it ends, of a failure with undefined. */
function followed(operation: Operation, ask: () => unknown, rows: CountRows): unknown {
  try {
    const asked = ask() as Promise<unknown>
    // Not beside the promise: a rejection that the application does not handle must stay unhandled.
    return asked.then(
      (outcome) => {
        const count = guard('counting documents', () => rows(outcome), undefined)
        if (count !== undefined) operation.span?.setAttribute('db.response.returned_rows', count)
        operation.end()
        return outcome
      },
      (error) => {
        guard('a failure', () => rows(undefined), undefined)
        operation.end(error ?? new Error('rejected without an error'))
        throw error
      },
    )
  } catch (error) {
    operation.end(error)
    throw error
  }
}
