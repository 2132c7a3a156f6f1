import { createHash } from 'node:crypto'
import type { AlertLine } from '../alert.ts'
import { describeWarning } from './describe.ts'
import type { Finding } from './judge-service.ts'
import { logOf } from './value-series.ts'
import type { Change, Precedent, Warning } from './warning.ts'

/** A series that took part, and how high it came. JSON. */
export type Part = { service: string; group: Finding['group']; id: string; field: string; height: number }

/** What goes on, and was told of. JSON. */
export type Cause = {
  beganMinute: number
  lastMinute: number
  services: string[]
  traceIds: string[]
  /** What is remembered of it: what it began with. */
  signature: string
  parts: Part[]
  failedMinute: number
  failure: string
}

/** What came of causes that began like this. JSON. */
export type Outcome = { times: number; failures: number; failure: string; minutes: number }

/** All that is known of causes. JSON but for the maps. */
export type Causes = {
  open: Cause[]
  outcomes: Map<string, Outcome>
  /** For how many minutes in a row something smaller was found in a service. */
  murmurs: Map<string, number>
}

export const beginCauses = (): Causes => ({ open: [], outcomes: new Map(), murmurs: new Map() })

const quietMinutes = 30
const mostOpen = 1000
const mostOutcomes = 2000
const mostParts = 50
const mostTraceIds = 50

/** What is found in a service at a minute: the warning that it makes, unless it belongs to one that is open. */
export function takeFindings(
  causes: Causes,
  service: string,
  minute: number,
  findings: readonly Finding[],
  leastSigmas: number,
): Warning | undefined {
  if (findings.length === 0) {
    causes.murmurs.delete(service)
    return undefined
  }
  const sorted = findings.toSorted((a, b) => b.change.sigmas - a.change.sigmas || (a.key < b.key ? -1 : 1))
  const fresh = joinKnown(causes, service, minute, sorted)
  if (fresh.length === 0 || !isEnough(causes, service, fresh, leastSigmas)) return undefined
  const cause = begin(service, minute, fresh)
  causes.open.push(cause)
  if (causes.open.length > mostOpen) causes.open.shift()
  return warningOf(cause, minute, fresh, causes.outcomes.get(cause.signature))
}

/** What belongs to a cause that is open goes there; the rest is returned. What begins much later is another cause. */
function joinKnown(causes: Causes, service: string, minute: number, sorted: readonly Finding[]): Finding[] {
  const traceIds = traceIdsOf(sorted)
  let rest = [...sorted]
  for (const cause of causes.open) {
    const isOwn = cause.services.includes(service)
    if (!isOwn && !cause.traceIds.some((traceId) => traceIds.includes(traceId))) continue
    const isYoung = minute - cause.beganMinute < togetherMinutes
    const own = isYoung ? rest : rest.filter((finding) => partOf(cause, service, finding) !== undefined)
    if (own.length > 0) join(cause, service, minute, own)
    rest = rest.filter((finding) => !own.includes(finding))
  }
  return rest
}

const togetherMinutes = 45

const partOf = ({ parts }: Cause, service: string, { group, id, change }: Finding): Part | undefined =>
  parts.find(
    (part) =>
      part.service === service && part.group === group && part.id === id && part.field === change.field,
  )

/** One that is plain, or two or three of different series that are less so and stay. */
function isEnough(causes: Causes, service: string, sorted: readonly Finding[], least: number): boolean {
  const isPlain = sorted.some(
    ({ change, severityNumber }) => change.sigmas >= least + extraOf(change, severityNumber),
  )
  // A level and the mix are counted once more in their templates.
  const apart = sorted.filter(({ change }) => change.of !== 'level' && change.kind !== 'mix').slice(0, 3)
  const together = Math.hypot(...apart.map(({ change }) => change.sigmas))
  const isTogether = apart.length > 1 && together >= least * 1.25
  const minutes = isTogether ? (causes.murmurs.get(service) ?? 0) + 1 : 0
  if (minutes > 0) causes.murmurs.set(service, minutes)
  else causes.murmurs.delete(service)
  return isPlain || minutes >= 2
}

/** What varies more than its own past says, or is rarely harm. */
function extraOf({ kind }: Change, severityNumber: number): number {
  if (kind === 'mix') return 1.2
  if (kind === 'lower') return 1
  return kind === 'fewer' || (kind === 'more' && severityNumber < 13) ? 0.7 : 0
}

const traceIdsOf = (findings: readonly Finding[]): string[] => [
  ...new Set(
    findings.flatMap(({ lines }) => lines.flatMap(({ traceId }) => (traceId === '' ? [] : [traceId]))),
  ),
]

function begin(service: string, minute: number, sorted: readonly Finding[]): Cause {
  const cause: Cause = {
    beganMinute: minute,
    lastMinute: minute,
    services: [],
    traceIds: [],
    signature: JSON.stringify([service, sorted[0]!.key]),
    parts: [],
    failedMinute: 0,
    failure: '',
  }
  join(cause, service, minute, sorted)
  return cause
}

function join(cause: Cause, service: string, minute: number, findings: readonly Finding[]): void {
  cause.lastMinute = minute
  if (!cause.services.includes(service)) cause.services.push(service)
  cause.traceIds = [...new Set([...cause.traceIds, ...traceIdsOf(findings)])].slice(-mostTraceIds)
  for (const finding of findings) {
    const { change, group, id } = finding
    const height = change.field === '' ? change.now : logOf(change.now) - logOf(change.usual)
    const known = partOf(cause, service, finding)
    if (known && Math.abs(height) > Math.abs(known.height)) known.height = height
    else if (!known && cause.parts.length < mostParts)
      cause.parts.push({ service, group, id, field: change.field, height })
  }
}

/** A service fails: what is open there led to it. */
export function takeFailure(causes: Causes, service: string, minute: number, failure: string): void {
  for (const cause of causes.open) {
    if (cause.failedMinute > 0 || !cause.services.includes(service)) continue
    cause.failedMinute = minute
    cause.failure = failure
  }
}

/** Those that are over: what came of them is remembered. Returns the parts of those after which nothing came. */
export function endCauses(causes: Causes, minute: number): Part[] {
  const isOver = ({ lastMinute, failedMinute, beganMinute }: Cause): boolean =>
    minute - lastMinute > quietMinutes && (failedMinute > 0 || minute - beganMinute > 60)
  const over = causes.open.filter(isOver)
  if (over.length === 0) return []
  causes.open = causes.open.filter((cause) => !isOver(cause))
  for (const cause of over) remember(causes.outcomes, cause)
  return over.flatMap(({ failedMinute, parts }) => (failedMinute > 0 ? [] : parts))
}

function remember(outcomes: Map<string, Outcome>, cause: Cause): void {
  const known = outcomes.get(cause.signature) ?? { times: 0, failures: 0, failure: '', minutes: 0 }
  outcomes.delete(cause.signature)
  outcomes.set(cause.signature, {
    times: known.times + 1,
    failures: known.failures + (cause.failedMinute > 0 ? 1 : 0),
    failure: cause.failedMinute > 0 ? cause.failure : known.failure,
    minutes: known.minutes + (cause.failedMinute > 0 ? cause.failedMinute - cause.beganMinute : 0),
  })
  if (outcomes.size > mostOutcomes) outcomes.delete(outcomes.keys().next().value!)
}

function warningOf(
  cause: Cause,
  minute: number,
  sorted: readonly Finding[],
  outcome: Outcome | undefined,
): Warning {
  const unixMs = (minute + 1) * 60_000
  const changes = sorted.slice(0, 8).map(({ change }) => change)
  const precedent = precedentOf(outcome)
  const warning = {
    id: createHash('sha256').update(`${cause.signature} ${unixMs}`).digest('hex').slice(0, 16),
    unixMs,
    sinceUnixMs: Math.min(...changes.map(({ sinceUnixMs }) => sinceUnixMs)),
    services: [...cause.services],
    changes,
    found: sorted.length,
    sure: sureOf(changes, precedent),
    lines: linesOf(sorted),
    precedent,
  }
  return { ...warning, text: describeWarning(warning) }
}

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
