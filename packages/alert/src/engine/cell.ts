import { createHash } from 'node:crypto'
import type { Alert, AlertLine, Decision, DecisionReason, Observation } from '../alert.ts'
import type { CompiledRule } from './compile.ts'
import type { Hit, Verdict } from './judges/judge.ts'

/** An alert that goes on. */
type Incident = {
  id: string
  sinceMs: number
  times: number
  /** When it was told last, and how long it is silent since. */
  lastMs: number
  cooldownMs: number
  observation: Observation
}

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

type Step = { compiled: CompiledRule; cell: CellState; alerts: Alert[]; decisions: Decision[] }

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
): Outcome {
  const step: Step = { compiled, cell, alerts: [], decisions: [] }
  for (const hit of hits) takeHit(step, hit)
  return finish(step, lowMs)
}

/** Judges what time alone brings until `lowMs`. */
export function advanceCell(compiled: CompiledRule, cell: CellState, lowMs: number): Outcome {
  const step: Step = { compiled, cell, alerts: [], decisions: [] }
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
  if (dueOf(step, hit.lowMs) <= hit.lowMs) step.cell = beginCell(compiled, step.cell.group, hit.unixMs)
  const { cell } = step
  cell.newestMs = Math.max(cell.newestMs, hit.unixMs)
  keepLine(cell.lines, hit, rule.attach)
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

/** Looks at each step of the window's way. Once everything has left the window, one moment is like the other. */
function look(step: Step, at: NonNullable<CompiledRule['judge']['at']>, stepMs: number, toMs: number): void {
  const { cell, compiled } = step
  const stillMs = Math.max(cell.newestMs, cell.sinceMs) + compiled.judge.reachMs + stepMs
  const fromMs = Math.max(cell.lookedMs, Math.min(toMs, stillMs) - mostSteps * stepMs)
  let atMs = Math.floor(fromMs / stepMs) * stepMs + stepMs
  for (; atMs <= toMs && atMs <= stillMs; atMs += stepMs) lookAt(step, at(cell.seen, atMs, cell.sinceMs))
  const lastMs = Math.floor(toMs / stepMs) * stepMs
  if (lastMs >= atMs) lookAt(step, at(cell.seen, lastMs, cell.sinceMs))
}

function lookAt(step: Step, verdict: Verdict): void {
  const { cell, compiled } = step
  if (verdict.holds) holdOn(step, verdict)
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
  step.alerts.push(alertOf(step, cell.incident, 'firing', verdict.atMs))
}

function resolve(step: Step, atMs: number): void {
  const { cell } = step
  const { incident } = cell
  if (!incident) return
  const { value, limit } = incident.observation
  decide(step, 'resolved', { atMs, value, limit, holds: false })
  step.alerts.push(alertOf(step, incident, 'resolved', atMs))
  cell.endedMs = atMs
  delete cell.incident
}

function alertOf(step: Step, incident: Incident, state: Alert['state'], atUnixMs: number): Alert {
  const { cell, compiled } = step
  const { id: rule, severity, description, runbook, notify } = compiled.rule
  return {
    id: incident.id,
    rule,
    severity,
    state,
    atUnixMs,
    sinceUnixMs: incident.sinceMs,
    times: incident.times,
    group: { ...cell.group },
    observation: incident.observation,
    lines: [...cell.lines],
    description,
    runbook,
    notify: [...notify],
  }
}

function observationOf({ rule }: CompiledRule, verdict: Verdict): Observation {
  const { value, limit, seen, before } = verdict
  const field = 'field' in rule ? rule.field : 'fields' in rule ? rule.fields.join(', ') : undefined
  return {
    type: rule.type,
    value,
    limit,
    windowMs: rule.windowMs,
    ...(field !== undefined && { field }),
    ...(seen !== undefined && { seen }),
    ...(before !== undefined && { before }),
    ...('metric' in rule && { metric: rule.metric }),
  }
}

function decide({ cell, compiled, decisions }: Step, reason: DecisionReason, verdict: Verdict): void {
  const { atMs, value, limit } = verdict
  const alertId = cell.incident?.id ?? ''
  decisions.push({ rule: compiled.rule.id, group: cell.group, reason, unixMs: atMs, value, limit, alertId })
}

/** 16 hex digits. */
function idOf(rule: string, group: CellState['group'], atMs: number): string {
  const text = JSON.stringify([rule, Object.entries(group), atMs])
  return createHash('sha256').update(text).digest('hex').slice(0, 16)
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
  if (of.stepMs !== undefined && (incident || of.awaitsSilence || lookedMs < newestMs + of.reachMs)) {
    const isLost = of.awaitsSilence && rule.groupBy.length > 0
    if (isLost && lookedMs >= newestMs + Math.max(dayMs, 20 * rule.windowMs)) return 0
    return due(Math.floor(lookedMs / of.stepMs) * of.stepMs + of.stepMs)
  }
  const goneMs = newestMs + of.reachMs + rule.lateMs
  return incident ? due(incident.lastMs + 2 * incident.cooldownMs) : goneMs
}
