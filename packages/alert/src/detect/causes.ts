import type { Finding } from './judge-service.ts'
import { beginLinks, isLinked, type Links } from './links.ts'
import { type Outcome, sortFindings, tellOf } from './tell-cause.ts'
import { logOf } from './value-series.ts'
import type { Change, Failure, Opinion, Warning } from './warning.ts'

/** A series that took part, and how high it came. JSON. */
export type Part = {
  service: string
  group: Finding['group']
  id: string
  field: string
  kind: Change['kind']
  height: number
}

/** What goes on, and was told of. JSON. */
export type Cause = {
  /** Of the warning that told of it. */
  id: string
  beganMinute: number
  lastMinute: number
  services: string[]
  traceIds: string[]
  /** What is remembered of it: what it began with. */
  signature: string
  parts: Part[]
  failedMinute: number
  failure: string
  /** What somebody said of it, or "". */
  opinion: Opinion | ''
}

/** All that is known of causes. JSON but for the maps. */
export type Causes = {
  open: Cause[]
  outcomes: Map<string, Outcome>
  /** For how many minutes in a row something smaller was found in a service. */
  murmurs: Map<string, number>
  links: Links
  /** That nobody was told of yet. */
  failed: Failure[]
  /** How high those came that are over, the newest last: somebody may say something of them yet. */
  past: Pick<Cause, 'id' | 'parts'>[]
}

export const beginCauses = (): Causes => ({
  open: [],
  outcomes: new Map(),
  murmurs: new Map(),
  links: beginLinks(),
  failed: [],
  past: [],
})

const quietMinutes = 30
const mostOpen = 1000
const mostOutcomes = 2000
const mostPast = 100
const mostParts = 50
const mostTraceIds = 50

/** What was found at a minute, by service: a warning of each cause that begins with it. */
export function takeFindings(
  causes: Causes,
  minute: number,
  found: readonly (readonly [service: string, findings: readonly Finding[]])[],
  leastSigmas: number,
): Warning[] {
  const begun = new Map<Cause, Finding[]>()
  for (const [service, findings] of found) if (findings.length === 0) causes.murmurs.delete(service)
  for (const [service, sorted] of strongestFirst(found)) {
    const fresh = joinKnown(causes, service, minute, sorted, begun)
    if (!isEnough(causes, service, fresh, leastSigmas)) continue
    const cause = begin(service, minute, fresh)
    begun.set(cause, fresh)
    causes.open.push(cause)
    if (causes.open.length > mostOpen) causes.open.shift()
  }
  return [...begun].map(([cause, findings]) => {
    const { signature, services } = cause
    const warning = tellOf(signature, minute, services, findings, causes.outcomes.get(signature))
    cause.id = warning.id
    return warning
  })
}

/** Where a fault shows most is where it is told of; what has to do with it is told there too. */
function strongestFirst(found: Parameters<typeof takeFindings>[2]): [service: string, sorted: Finding[]][] {
  const height = (sorted: readonly Finding[]): number => sorted[0]?.change.sigmas ?? 0
  return found
    .filter(([, findings]) => findings.length > 0)
    .map(([service, findings]): [string, Finding[]] => [service, sortFindings(findings)])
    .toSorted(([, a], [, b]) => height(b) - height(a))
}

/** What belongs to a cause that is open goes there; the rest is returned. What begins much later is another cause. */
function joinKnown(
  causes: Causes,
  service: string,
  minute: number,
  sorted: readonly Finding[],
  begun: ReadonlyMap<Cause, Finding[]>,
): Finding[] {
  if (causes.open.length === 0) return [...sorted]
  const traceIds = traceIdsOf(sorted)
  let rest = [...sorted]
  for (const cause of causes.open) {
    const isYoung = minute - cause.beganMinute < togetherMinutes
    const isOwn = cause.services.includes(service)
    if (!isOwn && !(isYoung && isRelated(causes.links, cause, service, traceIds))) continue
    const own = isYoung ? rest : rest.filter((finding) => partOf(cause, service, finding) !== undefined)
    // What is faint in another service is no news of this cause, but none of its own either.
    if (own.length > 0 && (isOwn || own[0]!.change.sigmas >= leastElsewhere)) {
      join(cause, service, minute, own)
      begun.get(cause)?.push(...own)
    }
    rest = rest.filter((finding) => !own.includes(finding))
  }
  return rest
}

const leastElsewhere = 3.5

const isRelated = (links: Links, cause: Cause, service: string, traceIds: readonly string[]): boolean =>
  cause.traceIds.some((traceId) => traceIds.includes(traceId)) ||
  cause.services.some((other) => isLinked(links, service, other))

const togetherMinutes = 45

const partOf = ({ parts }: Cause, service: string, { group, id, change }: Finding): Part | undefined =>
  parts.find(
    (part) =>
      part.service === service && part.group === group && part.id === id && part.field === change.field,
  )

/** One that is plain, or two or three of different series that are less so and stay. */
function isEnough(causes: Causes, service: string, sorted: readonly Finding[], least: number): boolean {
  if (sorted.length === 0) {
    causes.murmurs.delete(service)
    return false
  }
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
function extraOf({ kind, of }: Change, severityNumber: number): number {
  if (kind === 'mix') return -1
  if (kind === 'lower') return 1
  if (kind === 'silent') return 0.5
  if (of === 'level') return 0.7
  return kind === 'fewer' || (kind === 'more' && severityNumber < 13) ? 1 : 0
}

const traceIdsOf = (findings: readonly Finding[]): string[] => [
  ...new Set(
    findings.flatMap(({ lines }) => lines.flatMap(({ traceId }) => (traceId === '' ? [] : [traceId]))),
  ),
]

function begin(service: string, minute: number, sorted: readonly Finding[]): Cause {
  const cause: Cause = {
    id: '',
    beganMinute: minute,
    lastMinute: minute,
    services: [],
    traceIds: [],
    signature: JSON.stringify([service, sorted[0]!.key]),
    parts: [],
    failedMinute: 0,
    failure: '',
    opinion: '',
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
    const { field, kind } = change
    const height = heightOf(change)
    const known = partOf(cause, service, finding)
    if (known && Math.abs(height) > Math.abs(known.height)) known.height = height
    else if (!known && cause.parts.length < mostParts)
      cause.parts.push({ service, group, id, field, kind, height })
  }
}

/** How high it came: a count, or how far a value lies from what it usually is, in logarithms. */
export const heightOf = ({ field, now, usual }: Change): number =>
  field === '' ? now : logOf(now) - logOf(usual)

/** A service fails: what is open there led to it. */
export function takeFailure(causes: Causes, service: string, minute: number, failure: string): void {
  for (const cause of causes.open) {
    if (cause.failedMinute > 0 || !cause.services.includes(service)) continue
    cause.failedMinute = minute
    cause.failure = failure
    causes.failed.push({ id: cause.id, unixMs: minute * 60_000, service, text: failure })
  }
}

/** Those that are over: what came of them is remembered. */
export function endCauses(causes: Causes, minute: number): Cause[] {
  const isOver = ({ lastMinute, failedMinute, beganMinute }: Cause): boolean =>
    minute - lastMinute > quietMinutes && (failedMinute > 0 || minute - beganMinute > 60)
  const over = causes.open.filter(isOver)
  if (over.length === 0) return over
  causes.open = causes.open.filter((cause) => !isOver(cause))
  for (const cause of over) remember(causes.outcomes, cause)
  causes.past = [...causes.past, ...over.map(({ id, parts }) => ({ id, parts }))].slice(-mostPast)
  return over
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
