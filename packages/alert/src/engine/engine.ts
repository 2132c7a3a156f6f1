import { fieldOf, mayMatch } from '@clew/search'
import type { AlertLine, EarlyWarning } from '../alert.ts'
import type { Rule } from '../rules/rule.ts'
import {
  advanceCell,
  beginCell,
  type CellState,
  leaveOutLate,
  type Outcome,
  type Reminders,
  stepCell,
  watchAgain,
} from './cell.ts'
import { type CompiledRule, compileRule, hitOf } from './compile.ts'
import type { Hit } from './judges/judge.ts'
import type { AlertRecord } from './record.ts'

/** The hits of a batch by their cell: one rule and one group. */
export type Hits = Map<string, Hit[]>

/**
 * Rules over records: pure functions from state to state. It knows no clock, no socket and no environment; who runs it says
 * what time it is and keeps the states.
 */
export type Engine = {
  readonly rules: readonly Rule[]
  /** Since when records come; 0: from the first one that there is. */
  readonly watchedFromMs: number
  /**
   * Adds what the rules want of a record. Allocates nothing when none wants it. `lowMs`: nothing older is expected any more, but
   * for what rules allow to be late.
   */
  match(record: AlertRecord, hits: Hits, lowMs: number): void
  /** Adds what a rule of type `early` found. */
  tell(found: EarlyWarning & { rule: string; lines: readonly AlertLine[] }, unixMs: number, hits: Hits): void
  /** Judges the hits of a cell. The state, JSON, may be changed; undefined begins one. */
  step(cell: string, state: CellState | undefined, hits: readonly Hit[], lowMs: number): Outcome
  /** Judges what time alone brings. */
  advance(cell: string, state: CellState | undefined, lowMs: number): Outcome
  /** Cells that must be looked at although no record of theirs ever came: those that wait for silence. */
  standing(): string[]
  /** The rule of a cell; undefined when there is none of that id any more. */
  ruleOf(cell: string): Rule | undefined
}

/**
 * An engine for these rules, as `readRules` gives them: complete, with unique ids. `watchedFromMs`, unix milliseconds: since when
 * records come, where nobody gives again what came before; what was missing until then is not known. `reminders`: of those that are
 * overdue, since no time passed for a while, the last one is told; a replay tells each, as live did.
 */
export function createEngine(
  rules: readonly Rule[],
  watchedFromMs = 0,
  reminders: Reminders = 'last',
): Engine {
  const compiled = rules.map(compileRule)
  const candidatesOf = createCandidates(compiled.filter(({ rule }) => rule.type !== 'early'))
  const byId = new Map(compiled.map((one) => [one.rule.id, one]))
  const of = (cell: string): CompiledRule => {
    const found = byId.get(ruleIdOf(cell))
    if (found === undefined) throw new Error(`no rule has the cell ${JSON.stringify(cell)}`)
    return found
  }
  const begun = (cell: string, state: CellState | undefined, atMs: number): CellState =>
    state === undefined
      ? beginCell(of(cell), groupOf(cell, of(cell).rule), atMs)
      : watchAgain(of(cell), state, watchedFromMs)
  return {
    rules,
    watchedFromMs,
    match(record, hits, lowMs) {
      if (record.span !== undefined) return
      const candidates = candidatesOf(record)
      for (let i = 0; i < candidates.length; i++) {
        const one = candidates[i]!
        if (one.matches(record)) addHit(hits, cellOf(one.rule, record), hitOf(one, record, lowMs))
      }
    },
    tell({ rule, lines, ...warning }, unixMs, hits) {
      const cell = keyOf(rule, [warning.services[0]!])
      // What was found of a minute is told when the minute is over, and is never late.
      const line = { unixMs, severityNumber: 0, service: '', text: '', traceId: '', spanId: '' }
      addHit(hits, cell, { unixMs, weight: 1, lowMs: unixMs, line, warning: { ...warning, lines } })
    },
    step(cell, state, hits, lowMs) {
      const first = hits.find((hit) => !isLate(hit, of(cell).rule))
      const known = begun(cell, state, (first ?? hits[0]!).unixMs)
      if (state === undefined && first === undefined) return leaveOutLate(of(cell), known, hits)
      return stepCell(of(cell), known, hits, lowMs, reminders)
    },
    advance: (cell, state, lowMs) => advanceCell(of(cell), begun(cell, state, lowMs), lowMs, reminders),
    standing: () =>
      compiled.flatMap(({ rule, judge }) =>
        judge.awaitsSilence && rule.groupBy.length === 0 ? [keyOf(rule.id, [])] : [],
      ),
    ruleOf: (cell) => byId.get(ruleIdOf(cell))?.rule,
  }
}

const maxServices = 1_000

/** The rules that a record's severity and service do not rule out already: of many rules, most are about one service or about errors. */
function createCandidates(all: readonly CompiledRule[]): (record: AlertRecord) => readonly CompiledRule[] {
  const byService = new Map<string, (CompiledRule[] | undefined)[]>()
  return ({ service, severityNumber }) => {
    if (!(severityNumber >= 0 && severityNumber <= 24)) return all
    let bySeverity = byService.get(service)
    if (bySeverity === undefined) {
      if (byService.size >= maxServices) byService.clear()
      bySeverity = Array.from({ length: 25 })
      byService.set(service, bySeverity)
    }
    bySeverity[severityNumber] ??= all.filter(({ rule }) => mayMatch(rule.where, { service, severityNumber }))
    return bySeverity[severityNumber]
  }
}

/** A cell begins with its first record that is not, so that it does not matter how records come in batches. */
const isLate = ({ unixMs, lowMs }: Hit, { lateMs }: Rule): boolean => unixMs < lowMs - lateMs

function addHit(hits: Hits, cell: string, hit: Hit): void {
  const known = hits.get(cell)
  if (known) known.push(hit)
  else hits.set(cell, [hit])
}

/** A field that a record does not have is "" in its group. */
function cellOf({ id, groupBy }: Rule, record: AlertRecord): string {
  return groupBy.length === 0
    ? keyOf(id, [])
    : keyOf(
        id,
        groupBy.map((field) => (fieldOf(record, field) ?? '').slice(0, 256)),
      )
}

const keyOf = (id: string, values: readonly string[]): string => `${id} ${JSON.stringify(values)}`

/** Ids have no blanks. */
const ruleIdOf = (cell: string): string => cell.slice(0, cell.indexOf(' '))

function groupOf(cell: string, { groupBy }: Rule): CellState['group'] {
  const values = JSON.parse(cell.slice(cell.indexOf(' ') + 1)) as string[]
  return Object.fromEntries(groupBy.map((field, index) => [field, values[index] ?? '']))
}
