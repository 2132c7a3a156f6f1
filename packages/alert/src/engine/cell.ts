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
  /** Up to where time alone was looked at. */
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

/**
 * Judges hits, the oldest first; what time alone brings until then comes before each. Changes the state that it is given.
 * `lowMs`: nothing older than this and the rule's `late` is expected any more.
 */
export function stepCell(
  compiled: CompiledRule,
  cell: CellState,
  hits: readonly Hit[],
  lowMs: number,
): Outcome {
  const step: Step = { compiled, cell, alerts: [], decisions: [] }
  const { lateMs } = compiled.rule
  for (const hit of hits.toSorted((a, b) => a.unixMs - b.unixMs)) {
    if (hit.unixMs <= lowMs - lateMs)
      decide(step, 'late', { atMs: hit.unixMs, value: 0, limit: 0, holds: false })
    else takeHit(step, hit)
  }
  return finish(step, lowMs)
}

/** Judges what time alone brings until `lowMs`. */
export function advanceCell(compiled: CompiledRule, cell: CellState, lowMs: number): Outcome {
  const step: Step = { compiled, cell, alerts: [], decisions: [] }
  passTime(step, lowMs)
  return finish(step, lowMs)
}

function takeHit(step: Step, hit: Hit): void {
  const { cell, compiled } = step
  if (hit.unixMs > cell.newestMs) {
    passTime(step, hit.unixMs - 1)
    cell.newestMs = hit.unixMs
  }
  keepLine(cell.lines, hit, compiled.rule.attach)
  judge(step, compiled.judge.add(cell.seen, hit, cell.newestMs, cell.sinceMs))
}

function keepLine(lines: AlertLine[], { line, value }: Hit, most: number): void {
  // Of a share, the records that are counted against all.
  if (value === false) return
  let at = lines.length
  while (at > 0 && lines[at - 1]!.unixMs > line.unixMs) at--
  lines.splice(at, 0, line)
  if (lines.length > most) lines.shift()
}

const mostLooks = 400

function passTime(step: Step, toMs: number): void {
  const { cell, compiled } = step
  const { judge: of, rule } = compiled
  if (of.until && cell.incident && of.ends) {
    const endMs = of.until(cell.seen) + rule.resolveAfterMs
    if (endMs <= toMs) resolve(step, endMs)
  }
  const { stepMs } = of
  if (of.at && stepMs !== undefined) {
    let atMs = Math.floor(cell.lookedMs / stepMs) * stepMs + stepMs
    // Once everything has left the window, one moment is like the other.
    const stillMs = Math.max(cell.newestMs, cell.sinceMs) + of.reachMs + stepMs
    for (let looks = 0; atMs <= toMs && looks < mostLooks && atMs <= stillMs; looks++, atMs += stepMs) {
      judge(step, of.at(cell.seen, atMs, cell.sinceMs), true)
    }
    const lastMs = Math.floor(toMs / stepMs) * stepMs
    if (lastMs >= atMs) judge(step, of.at(cell.seen, lastMs, cell.sinceMs), true)
  }
  const { incident } = cell
  if (incident && !of.ends && incident.lastMs + 2 * incident.cooldownMs <= toMs) delete cell.incident
  cell.lookedMs = Math.max(cell.lookedMs, toMs)
}

function judge(step: Step, verdict: Verdict, byTime = false): void {
  const { cell, compiled } = step
  const { rule } = compiled
  if (!verdict.holds) {
    if (!byTime) decide(step, verdict.because ?? 'below', verdict)
    if (verdict.because !== undefined || verdict.isUndecided) return
    const isOver = cell.incident && compiled.judge.ends && !compiled.judge.until
    if (isOver && verdict.atMs - cell.heldMs >= rule.resolveAfterMs) resolve(step, verdict.atMs)
    return
  }
  cell.heldMs = Math.max(cell.heldMs, verdict.atMs)
  if (isNews(cell, verdict.atMs)) fire(step, verdict)
  else if (!byTime) decide(step, 'cooling', verdict)
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
  of.trim(cell.seen, lowMs - rule.lateMs - of.reachMs)
  const dueMs = dueOf(step, lowMs)
  const isForgotten = dueMs <= lowMs
  return { state: isForgotten ? undefined : cell, dueMs, alerts, decisions }
}

/** The next moment at which time alone may change something; past, when nothing is left to be known. */
function dueOf({ cell, compiled }: Step, lowMs: number): number {
  const { judge: of, rule } = compiled
  const { incident } = cell
  const newestMs = Math.max(cell.newestMs, cell.sinceMs)
  const goneMs = newestMs + of.reachMs + rule.lateMs
  if (incident && of.until && of.ends) return Math.max(lowMs + 1, of.until(cell.seen) + rule.resolveAfterMs)
  if (of.stepMs !== undefined && of.at && (incident || of.awaitsSilence || lowMs < newestMs + of.reachMs)) {
    const isLost = of.awaitsSilence && rule.groupBy.length > 0
    if (isLost && lowMs >= newestMs + Math.max(dayMs, 20 * rule.windowMs)) return 0
    return Math.floor(Math.max(lowMs, cell.lookedMs) / of.stepMs) * of.stepMs + of.stepMs
  }
  if (incident)
    return Math.max(lowMs + 1, incident.lastMs + 2 * incident.cooldownMs, Math.min(goneMs, lowMs + dayMs))
  return goneMs
}
