import { createHash } from 'node:crypto'
import type { AlertLine } from '../alert.ts'
import { describeWarning } from './describe.ts'
import type { Finding } from './judge-service.ts'
import type { Change, Precedent, Warning } from './warning.ts'

/** What came of causes that began like this. JSON. */
export type Outcome = { times: number; failures: number; failure: string; minutes: number }

/** A warning of what was found in a minute, in one service or in several that have to do with one another. */
export function tellOf(
  signature: string,
  minute: number,
  services: readonly string[],
  findings: readonly Finding[],
  outcome: Outcome | undefined,
): Warning {
  const unixMs = (minute + 1) * 60_000
  const sorted = condense(findings)
  const changes = sorted.slice(0, 8).map(({ change }) => change)
  const precedent = precedentOf(outcome)
  const warning = {
    id: createHash('sha256').update(`${signature} ${unixMs}`).digest('hex').slice(0, 16),
    ...{ unixMs, firstUnixMs: unixMs },
    sinceUnixMs: Math.min(...changes.map(({ sinceUnixMs }) => sinceUnixMs)),
    services: [...services],
    changes,
    found: sorted.length,
    sure: sureOf(changes, precedent),
    lines: linesOf(sorted),
    precedent,
  }
  return { ...warning, text: describeWarning(warning) }
}

/** The strongest first. */
export const sortFindings = (findings: readonly Finding[]): Finding[] =>
  findings.toSorted((a, b) => b.change.sigmas - a.change.sigmas || (a.key < b.key ? -1 : 1))

/** One thing is one change: a queue is the spans of its jobs, a level its templates, and a mix what has become more of it. */
export function condense(findings: readonly Finding[]): Finding[] {
  const sorted = sortFindings(findings)
  const taken = new Map<Finding, number>()
  for (const finding of sorted) {
    const same = sorted.find((other) => saysMore(other, finding))
    if (same) taken.set(same, Math.max(taken.get(same) ?? 0, finding.change.sigmas))
  }
  const kept = sorted.filter((finding) => !sorted.some((other) => saysMore(other, finding)))
  return sortFindings(
    kept.map((finding) => {
      const sigmas = Math.max(finding.change.sigmas, taken.get(finding) ?? 0)
      return { ...finding, change: { ...finding.change, sigmas } }
    }),
  )
}

function saysMore(one: Finding, other: Finding): boolean {
  if (one.change.service !== other.change.service) return false
  const isSameKind = one.change.kind === other.change.kind && one.change.field === other.change.field
  if (other.group === 'span') return one.group === 'queue' && isSameKind && other.queue === one.id
  if (one.group !== 'template') return false
  if (other.change.kind === 'mix') return one.change.name === other.change.name && one.change.field === ''
  const isRise = one.change.kind === 'more' || one.change.kind === 'new'
  return other.group === 'level' && other.change.kind === 'more' && isRise && isOfLevel(one, other)
}

const isOfLevel = (one: Finding, level: Finding): boolean =>
  (one.severityNumber + 3) >> 2 === (level.severityNumber + 3) >> 2

function precedentOf(outcome: Outcome | undefined): Precedent | undefined {
  if (!outcome) return undefined
  const { times, failures, failure, minutes } = outcome
  return { times, failures, failure, minutesLater: failures > 0 ? Math.round(minutes / failures) : 0 }
}

/** Of the change alone, and half of it of what came of the same before. */
function sureOf(changes: readonly Change[], precedent: Precedent | undefined): number {
  const together = Math.hypot(...changes.slice(0, 3).map(({ sigmas }) => Math.min(sigmas, 12)))
  const alone = 1 - 0.5 * Math.exp(-Math.max(0, together - 5) / 4)
  const sure = precedent ? (alone + (precedent.failures + 1) / (precedent.times + 2)) / 2 : alone
  return Math.round(100 * Math.max(0.5, Math.min(0.99, sure))) / 100
}

function linesOf(sorted: readonly Finding[]): AlertLine[] {
  const all = sorted.flatMap(({ lines }) => lines.toReversed())
  const ordered = [
    ...all.filter(({ traceId }) => traceId !== ''),
    ...all.filter(({ traceId }) => traceId === ''),
  ]
  const seen = new Set<string>()
  const isNews = ({ text, traceId }: AlertLine): boolean => {
    const key = `${traceId} ${text}`
    return !seen.has(key) && seen.add(key) !== undefined
  }
  return ordered.filter(isNews).slice(0, 3)
}
