import type { DatabaseSync } from 'node:sqlite'
import { createTraceFilter } from './trace-filter.ts'

/** What one commit adds to a trace. */
export type ChainChange = {
  readonly id: number
  readonly isNew: boolean
  readonly traceId: string
  us: number
  endUs: number
  spans: number
  logs: number
  errors: number
  severity: number
  rootName: number | null
  rootResource: number | null
}

/** Sums up what a commit says of each trace, so that its row is written once. */
export type ChainTally = {
  /** The change of this commit for a trace, begun when it has none yet. */
  of(traceId: string): ChainChange
  /** Writes all changes into the open transaction. */
  write(): void
  /** After a commit or a rollback. `lost`: what was written since the last commit is gone. */
  clear(lost: boolean): void
}

const maxRemembered = 50_000

export function createChainTally(database: DatabaseSync): ChainTally {
  const find = database.prepare('SELECT id FROM chain WHERE trace = ?')
  const insert = database.prepare(
    `INSERT INTO chain (us, end_us, spans, logs, errors, severity, root_name, root_resource, id, trace)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  )
  const update = database.prepare(
    `UPDATE chain SET us = min(us, ?), end_us = max(end_us, ?), spans = spans + ?, logs = logs + ?,
       errors = errors + ?, severity = max(severity, ?), root_name = coalesce(?, root_name),
       root_resource = coalesce(?, root_resource)
     WHERE id = ?`,
  )
  const highestId = (): number => Number(database.prepare('SELECT max(id) AS id FROM chain').get()?.id ?? 0)
  const changes = new Map<string, ChainChange>()
  const ids = new Map<string, number>()
  let nextId = highestId() + 1
  let last: ChainChange | undefined
  // Of a segment that was begun earlier it would not know the traces.
  const filter = nextId === 1 ? createTraceFilter() : undefined

  const findStored = (traceId: string): number | undefined =>
    filter?.has(traceId) === false
      ? undefined
      : (find.get(Buffer.from(traceId, 'hex'))?.id as number | undefined)

  const begin = (traceId: string): ChainChange => {
    const found = ids.get(traceId) ?? findStored(traceId)
    if (found === undefined) filter?.add(traceId)
    const change = startChange(traceId, found ?? nextId++, found === undefined)
    if (ids.size >= maxRemembered) ids.clear()
    ids.set(traceId, change.id)
    changes.set(traceId, change)
    return change
  }

  return {
    of(traceId) {
      // Neighbouring records mostly belong to one trace.
      if (last?.traceId === traceId) return last
      last = changes.get(traceId) ?? begin(traceId)
      return last
    },
    write() {
      for (const one of changes.values()) {
        const { us, endUs, spans, logs, errors, severity, rootName, rootResource, id } = one
        if (one.isNew) {
          const trace = Buffer.from(one.traceId, 'hex')
          insert.run(us, endUs, spans, logs, errors, severity, rootName, rootResource, id, trace)
        } else update.run(us, endUs, spans, logs, errors, severity, rootName, rootResource, id)
      }
    },
    clear(lost) {
      changes.clear()
      last = undefined
      if (!lost) return
      ids.clear()
      nextId = highestId() + 1
    },
  }
}

function startChange(traceId: string, id: number, isNew: boolean): ChainChange {
  return {
    id,
    isNew,
    traceId,
    us: Number.MAX_SAFE_INTEGER,
    endUs: 0,
    spans: 0,
    logs: 0,
    errors: 0,
    severity: 0,
    rootName: null,
    rootResource: null,
  }
}
