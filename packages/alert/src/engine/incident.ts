import { createHash } from 'node:crypto'
import type { Alert, AlertLine, Observation } from '../alert.ts'
import type { CompiledRule } from './compile.ts'
import type { Verdict } from './judges/judge.ts'

/** An alert that goes on. */
export type Incident = {
  id: string
  sinceMs: number
  times: number
  /** When it was told last, and how long it is silent since. */
  lastMs: number
  cooldownMs: number
  observation: Observation
}

/** What is told of it at a moment. */
export function alertOf(
  compiled: CompiledRule,
  { group, lines }: { group: Alert['group']; lines: readonly AlertLine[] },
  incident: Incident,
  state: Alert['state'],
  atUnixMs: number,
): Alert {
  const { id: rule, severity, description, runbook, notify } = compiled.rule
  return {
    id: incident.id,
    rule,
    severity,
    state,
    atUnixMs,
    sinceUnixMs: incident.sinceMs,
    times: incident.times,
    group: { ...group },
    observation: incident.observation,
    lines: [...lines],
    description,
    runbook,
    notify: [...notify],
  }
}

export function observationOf({ rule }: CompiledRule, verdict: Verdict): Observation {
  const { value, limit, seen, before, warning } = verdict
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
    ...(warning !== undefined && { warning }),
  }
}

/** 16 hex digits. */
export function idOf(rule: string, group: Alert['group'], atMs: number): string {
  const text = JSON.stringify([rule, Object.entries(group), atMs])
  return createHash('sha256').update(text).digest('hex').slice(0, 16)
}
