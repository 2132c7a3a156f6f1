import type { Alert, AlertLine, Decision, DecisionReason } from '../alert.ts'
import type { CompiledRule } from './compile.ts'
import { alertOf, type Incident, idOf, observationOf } from './incident.ts'
import type { Hit, Verdict } from './judges/judge.ts'

/** What is known of one rule and group. JSON, of bounded size. */
export type CellState = {
  group: { [field: string]: string }
  /** Of the first record, or since when somebody looked. */
  sinceMs: number
  /** Of the newest record; 0 before the first. */
  newestMs: number
  /** Until when it is known for good what was over and what was missing. */
  lookedMs: number
  /** When the condition held last. */
  heldMs: number
  /** Until when an earlier alert went on: what happened before belongs to it. */
  endedMs: number
  lines: AlertLine[]
  /** Of the rule's type. */
  seen: unknown
  incident?: Incident
}

/** What came of a step: how the cell stands, and what was decided. */
export type Outcome = {
  /** Undefined: it can be forgotten. */
  state: CellState | undefined
  /** When it must be looked at again although nothing comes. */
  dueMs: number
  alerts: Alert[]
  decisions: Decision[]
}

/** Of reminders that time alone brings, and that come at once where a clock was behind, each is told, or the last. */
export type Reminders = 'each' | 'last'

type Step = {
  compiled: CompiledRule
  cell: CellState
  alerts: Alert[]
  decisions: Decision[]
  reminders: Reminders
}

export function beginCell({ judge }: CompiledRule, group: CellState['group'], atMs: number): CellState {
  return {
    group,
    sinceMs: atMs,
    newestMs: 0,
    lookedMs: atMs,
    heldMs: 0,
    endedMs: 0,
    lines: [],
    seen: judge.begin(),
  }
}

/** Nobody watched until then: that nothing came is no news, and what is usual is learnt anew. */
export function watchAgain({ judge }: CompiledRule, cell: CellState, fromMs: number): CellState {
  if (judge.at && cell.lookedMs < fromMs) {
    cell.lookedMs = fromMs
    cell.sinceMs = fromMs
  }
  return cell
}

/**
 * Judges hits in the order in which they came. A record can only begin an alert; that it is over, or that something was
 * missing, is known when nothing older is expected any more. So it does not matter how records come in batches.
 * Changes the state that it is given. `lowMs` is that of now.
 */
export function stepCell(
  compiled: CompiledRule,
  cell: CellState,
  hits: readonly Hit[],
  lowMs: number,
  reminders: Reminders,
): Outcome {
  const step: Step = { compiled, cell, alerts: [], decisions: [], reminders }
  for (const hit of hits) takeHit(step, hit)
  return finish(step, lowMs)
}

/** What is too late begins no cell: whether there was one that is forgotten by now must not matter. */
export function leaveOutLate(compiled: CompiledRule, cell: CellState, hits: readonly Hit[]): Outcome {
  const step: Step = { compiled, cell, alerts: [], decisions: [], reminders: 'last' }
  for (const { unixMs } of hits) decide(step, 'late', { atMs: unixMs, value: 0, limit: 0, holds: false })
  return { state: undefined, dueMs: 0, alerts: [], decisions: step.decisions }
}

/** Judges what time alone brings until `lowMs`. */
export function advanceCell(
  compiled: CompiledRule,
  cell: CellState,
  lowMs: number,
  reminders: Reminders,
): Outcome {
  const step: Step = { compiled, cell, alerts: [], decisions: [], reminders }
  passTime(step, lowMs - compiled.rule.lateMs)
  return finish(step, lowMs)
}

function takeHit(step: Step, hit: Hit): void {
  const { compiled } = step
  const { judge: of, rule } = compiled
  passTime(step, hit.lowMs - rule.lateMs)
  if (hit.unixMs < hit.lowMs - rule.lateMs) {
    decide(step, 'late', { atMs: hit.unixMs, value: 0, limit: 0, holds: false })
    return
  }
  // It would be forgotten already, had anything stored it since: when that happens must not matter.
  if (!step.cell.incident && dueOf(step, hit.lowMs) <= hit.lowMs)
    step.cell = beginCell(compiled, step.cell.group, hit.unixMs)
  const { cell } = step
  cell.newestMs = Math.max(cell.newestMs, hit.unixMs)
  if (hit.warning) cell.lines = [...hit.warning.lines]
  else keepLine(cell.lines, hit, rule.attach)
  const verdict = of.add(cell.seen, hit, cell.newestMs, cell.sinceMs)
  if (!verdict.holds) decide(step, verdict.because ?? 'below', verdict)
  else if (!holdOn(step, verdict)) decide(step, 'cooling', verdict)
}

function keepLine(lines: AlertLine[], { line, value }: Hit, most: number): void {
  // Of a share, the records that are counted against all.
  if (value === false) return
  let at = lines.length
  while (at > 0 && lines[at - 1]!.unixMs > line.unixMs) at--
  lines.splice(at, 0, line)
  if (lines.length > most) lines.shift()
}

/** What nobody can change any more: what was over by then, and what was missing. */
function passTime(step: Step, toMs: number): void {
  const { cell, compiled } = step
  const { judge: of, rule } = compiled
  if (toMs <= cell.lookedMs) return
  if (of.until && of.ends && cell.incident) {
    const endMs = of.until(cell.seen) + rule.resolveAfterMs
    if (endMs <= toMs) resolve(step, endMs)
  }
  if (of.at && of.stepMs !== undefined) look(step, of.at, of.stepMs, toMs)
  const { incident } = cell
  if (incident && !of.ends && incident.lastMs + 2 * incident.cooldownMs <= toMs) delete cell.incident
  cell.lookedMs = toMs
}

/** More steps than these, 160 windows, are looked at only where a clock was far behind: the newest of them are. */
const mostSteps = 10_000

/**
 * Looks at each step of the window's way. Once everything has left the window, one moment is like the other: only those matter
 * at which something is to be told again, or is over.
 */
function look(step: Step, at: NonNullable<CompiledRule['judge']['at']>, stepMs: number, toMs: number): void {
  const { cell, compiled } = step
  const stillMs = Math.max(cell.newestMs, cell.sinceMs) + compiled.judge.reachMs + stepMs
  const fromMs = Math.max(cell.lookedMs, Math.min(toMs, stillMs) - mostSteps * stepMs)
  const stepAfter = (ms: number): number => Math.floor(ms / stepMs) * stepMs + stepMs
  let atMs = stepAfter(fromMs)
  let holds = false
  const told = step.alerts.length
  for (let looks = 0; atMs <= toMs && looks < 2 * mostSteps; looks++) {
    const verdict = at(cell.seen, atMs, cell.sinceMs)
    holds = verdict.holds
    lookAt(step, verdict)
    const nextMs = atMs < stillMs ? atMs : nextChangeMs(step, holds) - 1
    atMs = Math.max(atMs + stepMs, stepAfter(nextMs))
  }
  if (holds) cell.heldMs = Math.max(cell.heldMs, stepAfter(toMs) - stepMs)
  if (step.reminders === 'last' && toMs - cell.lookedMs > mostBehindMs)
    step.alerts.push(...withoutOverdue(step.alerts.splice(told)))
}

/** No clock is so far behind when a process looks at it each second. */
const mostBehindMs = 10 * 60_000

/** Nobody is to be told ten times at once, after an hour in which nothing ran, that it still goes on. */
function withoutOverdue(alerts: readonly Alert[]): Alert[] {
  return alerts.filter(({ id, times }, index) => {
    const next = alerts[index + 1]
    return times === 1 || next?.id !== id || next.state === 'resolved'
  })
}

/** When something is to be told of a window that does not change any more. */
function nextChangeMs({ cell, compiled }: Step, holds: boolean): number {
  const { incident, heldMs } = cell
  if (!incident) return Number.POSITIVE_INFINITY
  return holds ? incident.lastMs + Math.max(1, incident.cooldownMs) : heldMs + compiled.rule.resolveAfterMs
}

function lookAt(step: Step, verdict: Verdict): void {
  const { cell, compiled } = step
  // What was told of a later moment, by a record, is no news of an earlier one.
  if (verdict.holds && cell.incident && verdict.atMs < cell.incident.lastMs)
    cell.heldMs = Math.max(cell.heldMs, verdict.atMs)
  else if (verdict.holds) holdOn(step, verdict)
  else if (verdict.because === undefined && verdict.atMs - cell.heldMs >= compiled.rule.resolveAfterMs) {
    resolve(step, verdict.atMs)
  }
}

/** The condition holds. Returns whether that is told. */
function holdOn(step: Step, verdict: Verdict): boolean {
  const { cell } = step
  cell.heldMs = Math.max(cell.heldMs, verdict.atMs)
  const isTold = isNews(cell, verdict.atMs)
  if (isTold) fire(step, verdict)
  return isTold
}

/** Not of an alert that is over, nor too soon after the last word of one that goes on. */
function isNews({ incident, endedMs }: CellState, atMs: number): boolean {
  if (atMs <= endedMs) return false
  return !incident || Math.abs(atMs - incident.lastMs) >= Math.max(1, incident.cooldownMs)
}

function fire(step: Step, verdict: Verdict): void {
  const { cell, compiled } = step
  const { rule } = compiled
  const before = cell.incident
  cell.incident = {
    id: before?.id ?? idOf(rule.id, cell.group, verdict.atMs),
    sinceMs: before?.sinceMs ?? verdict.atMs,
    times: (before?.times ?? 0) + 1,
    lastMs: verdict.atMs,
    cooldownMs: Math.min(rule.realertMaxMs, before ? before.cooldownMs * 2 : rule.realertMs),
    observation: observationOf(compiled, verdict),
  }
  decide(step, 'fired', verdict)
  step.alerts.push(alertOf(compiled, cell, cell.incident, 'firing', verdict.atMs))
}

function resolve(step: Step, atMs: number): void {
  const { cell, compiled } = step
  const { incident } = cell
  if (!incident) return
  const { value, limit } = incident.observation
  decide(step, 'resolved', { atMs, value, limit, holds: false })
  step.alerts.push(alertOf(compiled, cell, incident, 'resolved', atMs))
  cell.endedMs = atMs
  delete cell.incident
}

function decide({ cell, compiled, decisions }: Step, reason: DecisionReason, verdict: Verdict): void {
  const { atMs, value, limit } = verdict
  const alertId = cell.incident?.id ?? ''
  decisions.push({ rule: compiled.rule.id, group: cell.group, reason, unixMs: atMs, value, limit, alertId })
}

const dayMs = 24 * 60 * 60_000

function finish(step: Step, lowMs: number): Outcome {
  const { cell, compiled, alerts, decisions } = step
  const { judge: of, rule } = compiled
  // What may still be looked at stays.
  of.trim(cell.seen, cell.lookedMs - of.reachMs - rule.resolveAfterMs)
  const dueMs = dueOf(step, lowMs)
  const isForgotten = dueMs <= lowMs
  return { state: isForgotten ? undefined : cell, dueMs, alerts, decisions }
}

/** The low at which time alone may change something; past, when nothing is left to be known. */
function dueOf({ cell, compiled }: Step, lowMs: number): number {
  const { judge: of, rule } = compiled
  const { incident, lookedMs } = cell
  const newestMs = Math.max(cell.newestMs, cell.sinceMs)
  const due = (ms: number): number => Math.max(lowMs + 1, ms + rule.lateMs)
  if (incident && of.until && of.ends) return due(of.until(cell.seen) + rule.resolveAfterMs)
  // What came counts from the end of its step on.
  const reachedMs = newestMs + of.reachMs + (of.stepMs ?? 0)
  if (of.stepMs !== undefined && (incident || of.awaitsSilence || lookedMs < reachedMs)) {
    const isLost = of.awaitsSilence && rule.groupBy.length > 0
    if (isLost && lookedMs >= newestMs + Math.max(dayMs, 20 * rule.windowMs)) return 0
    return due(Math.floor(lookedMs / of.stepMs) * of.stepMs + of.stepMs)
  }
  const goneMs = reachedMs + rule.lateMs
  return incident ? due(incident.lastMs + 2 * incident.cooldownMs) : goneMs
}
