import type { Decision, DecisionReason } from '../alert.ts'
import type { Outcome } from '../engine/cell.ts'
import type { Hits } from '../engine/engine.ts'
import type { AlertRecord } from '../engine/record.ts'
import type { RecordBatch } from '../sources/source.ts'
import type { CellChange, Commit, Span } from '../store/store.ts'
import type { WatchedPartition } from './watching.ts'

/** A cell by its name and version, and what came of a step of it. */
export type CellOutcome = [cell: string, version: number, outcome: Outcome]

/** What is judged in one step. `mustKeep`: what rules of type early know is stored, too. */
export type Work = {
  hits: Hits
  span: Span | undefined
  watched: WatchedPartition | undefined
  mustKeep?: boolean
}
/** Nothing was read for it. */
export const alone: Omit<Work, 'hits'> = { span: undefined, watched: undefined }

const mostDecisions = 200

/** What outcomes of cells, and decisions beside them, are in a commit. */
export function partsOf(
  outcomes: readonly CellOutcome[],
  beside: readonly Decision[],
): Pick<Commit, 'cells' | 'alerts' | 'decisions' | 'counts'> {
  const decisions = [...beside, ...outcomes.flatMap(([, , outcome]) => outcome.decisions)]
  return {
    cells: outcomes.map(([cell, version, { state, dueMs }]): CellChange => ({ cell, version, state, dueMs })),
    alerts: outcomes.flatMap(([, , outcome]) => outcome.alerts),
    decisions: decisions.length > mostDecisions ? decisions.slice(-mostDecisions) : decisions,
    counts: countsOf(decisions),
  }
}

function countsOf(decisions: readonly Decision[]): Map<string, Map<DecisionReason, number>> {
  const counts = new Map<string, Map<DecisionReason, number>>()
  for (const { rule, reason } of decisions) {
    const reasons = counts.get(rule) ?? new Map<DecisionReason, number>()
    counts.set(rule, reasons)
    reasons.set(reason, (reasons.get(reason) ?? 0) + 1)
  }
  return counts
}

/** Those of a batch that were not stored yet. */
export function freshOf(
  { records, offsets }: RecordBatch,
  before: number | undefined,
): readonly AlertRecord[] {
  if (!offsets || before === undefined || before <= offsets.first) return records
  const { first, of } = offsets
  return of ? records.filter((_, index) => of[index]! >= before) : records.slice(before - first)
}
