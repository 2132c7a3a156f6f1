import { activeContext } from '../context/context-manager.ts'
import { spanContextOf, spanOf } from '../context/request-context.ts'
import { sharedState } from '../process/state.ts'

/** Which traces are kept as a whole, whatever share of records is, and how processes tell one another. */
export type KeptTraces = {
  /** Releases what the trace holds, and keeps what follows. False when that was refused: too many are. */
  keep(traceId: string): boolean
  /** What goes along with a call, its answer or a job of the trace, so that others keep it too; undefined where it is not kept. */
  markOf(traceId: string): string | undefined
  /**
   * Takes a mark that came along. Anybody may have written one on a call or its answer, so that they count as much as a
   * signature in them says; one of a job comes from whoever shares the queue. What is no mark does nothing. Never throws.
   */
  takeMark(traceId: string, mark: string, from: 'call' | 'job'): void
}

const holder = sharedState<{ current: KeptTraces | undefined }>('kept traces', () => ({ current: undefined }))

/** Those of this process; undefined where all records are sent and none is held. */
export function keptTraces(): KeptTraces | undefined {
  return holder.current
}

/** Says who knows which traces are kept; returns the way back. */
export function setKeptTraces(next: KeptTraces): () => void {
  const before = holder.current
  holder.current = next
  return () => {
    holder.current = before
  }
}

/**
 * Keeps the chain of the running request or job as a whole, as an ERROR in it would: what it has held leaves, and so does what
 * follows; its span says so. False outside of any, and where too many chains are kept. True where all records are sent anyway.
 * Never throws.
 *
 * @example
 * if (order.amount > 10_000) keep()
 */
export function keep(): boolean {
  const context = activeContext()
  const span = spanContextOf(context)
  if (span === undefined) return false
  const kept = holder.current
  if (kept === undefined) return true
  const isNew = kept.markOf(span.traceId) === undefined
  const isKept = kept.keep(span.traceId)
  if (isKept && isNew) spanOf(context)?.setAttribute('clew.kept', 'code')
  return isKept
}
