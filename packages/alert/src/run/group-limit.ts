import type { Decision } from '../alert.ts'
import type { Engine, Hits } from '../engine/engine.ts'
import type { AlertStore, CellChange } from '../store/store.ts'

/** Cells that are due are looked at so many at a time. */
export const mostDue = 500
/** A group that is due and still there is looked for again so much later. */
const lookAgainMs = 60_000

/** Leaves out hits of more groups than a rule may have; the number of groups is that of this process. */
export function createGroupLimit(
  engine: Engine,
  store: AlertStore,
): {
  /** Takes hits away, and says which. */
  leaveOut(hits: Hits): Promise<Decision[]>
  note(cells: readonly CellChange[]): void
} {
  /** By rule, each cell and when it is due. */
  const known = new Map<string, Map<string, number>>()
  const of = (rule: string): Map<string, number> => {
    const cells = known.get(rule) ?? new Map<string, number>()
    known.set(rule, cells)
    return cells
  }
  /** What is due was judged by another process, which may have forgotten it. */
  const forgetGone = async (cells: Map<string, number>, hits: Hits): Promise<void> => {
    const lowMs = await store.low()
    const due = [...cells]
      .flatMap(([cell, dueMs]) => (dueMs <= lowMs && !hits.has(cell) ? [cell] : []))
      .slice(0, mostDue)
    const stored = due.length === 0 ? new Map() : await store.load(due)
    for (const cell of due) {
      if (stored.has(cell)) cells.set(cell, lowMs + lookAgainMs)
      else cells.delete(cell)
    }
  }
  return {
    async leaveOut(hits) {
      const tooMany: Decision[] = []
      const tidied = new Set<string>()
      for (const [cell, list] of hits) {
        const { id, maxGroups } = engine.ruleOf(cell)!
        const cells = of(id)
        if (cells.has(cell)) continue
        if (cells.size >= maxGroups && !tidied.has(id)) await forgetGone(cells, hits)
        if (cells.size >= maxGroups) tidied.add(id)
        if (cells.size < maxGroups) cells.set(cell, 0)
        else {
          hits.delete(cell)
          tooMany.push(...list.map(({ unixMs }) => tooManyGroups(id, maxGroups, unixMs)))
        }
      }
      return tooMany
    },
    note(changes) {
      for (const { cell, state, dueMs } of changes) {
        const cells = known.get(engine.ruleOf(cell)?.id ?? '')
        if (state === undefined) cells?.delete(cell)
        else if (cells?.has(cell)) cells.set(cell, dueMs)
      }
    },
  }
}

function tooManyGroups(rule: string, limit: number, unixMs: number): Decision {
  return { rule, group: {}, reason: 'too many groups', value: limit, limit, unixMs, alertId: '' }
}
